import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, describe, expect, it } from 'vitest';
import { answeredDynamoDb } from '../../test/faults/answered-dynamodb.ts';
import { invoiceId } from '../../test/invoices.ts';
import { liveInvoices } from './live-invoices.ts';

const UNTIL = '2026-11-20T12:00:00.000Z';
const rows = [1, 2, 3].map((n) => ({
  invoiceId: `${invoiceId}${n}`,
  dueShard: '0',
  dueAt: `2026-11-20T10:0${n}:00.000Z`,
}));

afterAll(() => mockClient(DynamoDBDocumentClient).restore());

/** Answers a query as the index does, from the key after `ExclusiveStartKey` on; no state says which table is live. */
function indexInMemory(): DynamoDBDocumentClient {
  const dynamo = mockClient(DynamoDBDocumentClient);
  dynamo.on(GetCommand).resolves({});
  dynamo.on(QueryCommand).callsFake(({ ExclusiveStartKey, Limit }) => {
    const after = ExclusiveStartKey?.dueAt;
    return { Items: rows.filter(({ dueAt }) => !after || dueAt > after).slice(0, Limit) };
  });
  return answeredDynamoDb(() => ({}));
}

describe('the live InvoicesTable', () => {
  it('gives what is due page after page, until there is no more', async () => {
    const invoices = liveInvoices({
      client: indexInMemory(),
      tables: { invoices: 'InvoicesTable', projections: 'ProjectionsTable' },
      freshSeconds: 5,
      nowMs: () => 0,
    });
    const first = await invoices.due({ shard: '0', until: UNTIL }, 2);
    const second = await invoices.due({ shard: '0', until: UNTIL }, 2, first.at(-1));
    expect([first, second]).toEqual([rows.slice(0, 2), rows.slice(2)]);
  });
});
