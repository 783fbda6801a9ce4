import { DynamoDBClient, type GetItemCommand, type QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { invoiceId } from '../../test/invoices.ts';
import { liveInvoices } from './live-invoices.ts';

const UNTIL = '2026-11-20T12:00:00.000Z';
const rows = [1, 2, 3].map((n) => ({
  invoiceId: `${invoiceId}${n}`,
  dueShard: '0',
  dueAt: `2026-11-20T10:0${n}:00.000Z`,
}));

/** Answers a query as the index does, from the key after `ExclusiveStartKey` on; no state says which table is live. */
function indexInMemory(): DynamoDBClient {
  const send = async ({ input }: GetItemCommand | QueryCommand) => {
    if (!('IndexName' in input)) return {};
    const after = input.ExclusiveStartKey && unmarshall(input.ExclusiveStartKey).dueAt;
    const Items = rows.filter(({ dueAt }) => !after || dueAt > after).slice(0, input.Limit);
    return { Items: Items.map((row) => marshall(row)) };
  };
  return Object.assign(new DynamoDBClient({ region: 'sa-east-1' }), { send });
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
