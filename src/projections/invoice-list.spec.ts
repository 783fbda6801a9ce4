import { BatchGetCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { answeredDynamoDb } from '../../test/faults/answered-dynamodb.ts';
import { companyCnpj } from '../../test/invoices.ts';
import { BatchUnfinished } from '../aws/batches.ts';
import { listInvoices } from './invoice-list.ts';

const TABLE = 'InvoicesTable';
const dynamo = mockClient(DynamoDBDocumentClient);
afterAll(() => dynamo.restore());
const client = answeredDynamoDb(() => ({}));
beforeEach(() => dynamo.reset());

interface Row {
  readonly invoiceId: string;
  readonly companyCnpj: string;
  readonly createdAt: string;
  readonly status: string;
}

/** So many invoices, newest first. */
const invoices = (count: number): Row[] =>
  Array.from({ length: count }, (_, place) => ({
    invoiceId: `inv_${place}`,
    companyCnpj,
    createdAt: new Date(Date.UTC(2026, 10, 10) - place * 1000).toISOString(),
    status: 'ISSUED',
  }));

/**
 * A table whose index has more, or other, than its rows; it gives rows in another order than they are asked for in, and all but the last
 * when it is throttled.
 */
function table({ index, rows = index, throttled = 0 }: { index: Row[]; rows?: Row[]; throttled?: number }) {
  const asked = { queries: 0, rows: [] as number[] };
  const placeOf = (row: Row) => ({ invoiceId: row.invoiceId, companyCnpj, createdAt: row.createdAt });
  dynamo.on(QueryCommand).callsFake(({ Limit, ExclusiveStartKey }) => {
    asked.queries++;
    const from = index.findIndex(({ invoiceId }) => invoiceId === ExclusiveStartKey?.invoiceId) + 1;
    const page = index.slice(from, from + Limit);
    const last = from + Limit < index.length ? page.at(-1) : undefined;
    return { Items: page.map(placeOf), ...(last && { LastEvaluatedKey: placeOf(last) }) };
  });
  const byId = new Map(rows.map((row) => [row.invoiceId, row]));
  let left = throttled;
  dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const keys: Row[] = RequestItems[TABLE].Keys;
    asked.rows.push(keys.length);
    const read = left-- > 0 ? keys.slice(0, -1) : keys;
    const found = read.flatMap(({ invoiceId }) => byId.get(invoiceId) ?? []);
    const unread = keys.slice(read.length);
    return {
      Responses: { [TABLE]: found.reverse() },
      UnprocessedKeys: unread.length > 0 ? { [TABLE]: { Keys: unread } } : {},
    };
  });
  return asked;
}

const idsOf = (rows: readonly { readonly invoiceId: string }[]) => rows.map(({ invoiceId }) => invoiceId);

describe('a list', () => {
  it('is in the order of the index, whatever order the rows come in', async () => {
    const index = invoices(5);
    table({ index });
    const { rows, next } = await listInvoices(client, TABLE, { companyCnpj }, 20);
    expect(idsOf(rows)).toEqual(idsOf(index));
    expect(next).toBeUndefined();
  });

  it('leaves out what is gone, and what is another company’s by now, and reads on in their place', async () => {
    const index = invoices(5);
    const [first, , third, fourth, last] = index as [Row, Row, Row, Row, Row];
    const rows = [first, { ...third, companyCnpj: '99888777000100' }, fourth, last];
    table({ index, rows });
    const page = await listInvoices(client, TABLE, { companyCnpj }, 3);
    expect(idsOf(page.rows)).toEqual(idsOf([first, fourth, last]));
  });

  it('asks again for rows that a throttled table did not give', async () => {
    const index = invoices(5);
    const asked = table({ index, throttled: 4 });
    expect(idsOf((await listInvoices(client, TABLE, { companyCnpj }, 20)).rows)).toEqual(idsOf(index));
    expect(asked.rows).toEqual([5, 1, 1, 1, 1]);
  });

  it('does not say of rows that could not be read that they are not there', async () => {
    table({ index: invoices(5), throttled: 5 });
    await expect(listInvoices(client, TABLE, { companyCnpj }, 20)).rejects.toThrow(BatchUnfinished);
  });

  it('looks at no more than it gives, when everything matches', async () => {
    const asked = table({ index: invoices(300) });
    const { rows } = await listInvoices(client, TABLE, { companyCnpj, status: 'ISSUED' }, 20);
    expect(rows).toHaveLength(20);
    expect(asked).toEqual({ queries: 1, rows: [20] });
  });
});

describe('a list by a status that few invoices have', () => {
  const filter = { companyCnpj, status: 'FAILED' } as const;

  it('looks wider from page to page, gives no more than was asked for, and goes on after the last that it gave', async () => {
    const index = invoices(300).map((row, place) => (place < 40 ? row : { ...row, status: 'FAILED' }));
    const asked = table({ index });
    const { rows, next } = await listInvoices(client, TABLE, filter, 20);
    expect(asked.rows).toEqual([20, 40]);
    expect(idsOf(rows)).toEqual(idsOf(index.slice(40, 60)));
    expect(next?.invoiceId).toBe('inv_59');
    const more = await listInvoices(client, TABLE, filter, 20, next);
    expect(idsOf(more.rows)).toEqual(idsOf(index.slice(60, 80)));
  });

  it('ends after ten pages, and says how far it came', async () => {
    const index = invoices(2000);
    const asked = table({ index });
    const { rows, next } = await listInvoices(client, TABLE, filter, 20);
    expect(rows).toEqual([]);
    expect(asked.rows).toEqual([20, 40, 80, 100, 100, 100, 100, 100, 100, 100]);
    expect(next?.invoiceId).toBe('inv_839');
  });
});
