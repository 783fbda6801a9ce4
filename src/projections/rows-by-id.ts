import { setTimeout as pause } from 'node:timers/promises';
import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { InvoiceId } from '../events/ids.ts';
import type { InvoiceRow } from './invoice-row.ts';

/** What BatchGetItem takes. */
export const MOST_KEYS = 100;
/** Before each try: what is throttled for longer is not waited for. */
const PAUSES_MS = [0, 25, 50, 100, 200];

/** Some of the rows could not be read: a list without them would say that these invoices do not exist. */
export class RowsUnread extends Error {
  override readonly name = 'RowsUnread';
  readonly code = 'rows-unread';
  constructor(table: string, unread: number) {
    super(`${unread} rows of ${table} were not read in ${PAUSES_MS.length} tries: the table is throttled`);
  }
}

/**
 * The rows of so many invoices, in no order; one that is not there is left out.
 *
 * @param invoiceIds at most {@link MOST_KEYS}, each once
 * @throws RowsUnread
 */
export async function rowsById(
  client: DynamoDBClient,
  tableName: string,
  invoiceIds: readonly InvoiceId[],
): Promise<ReadonlyMap<InvoiceId, InvoiceRow>> {
  const rows = new Map<InvoiceId, InvoiceRow>();
  let keys: Record<string, AttributeValue>[] = invoiceIds.map((invoiceId) => ({ invoiceId: { S: invoiceId } }));
  for (const pauseMs of PAUSES_MS) {
    if (keys.length === 0) break;
    if (pauseMs > 0) await pause(pauseMs);
    const { Responses = {}, UnprocessedKeys = {} } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: keys } } }),
    );
    for (const row of (Responses[tableName] ?? []).map(rowIn)) rows.set(row.invoiceId, row);
    keys = UnprocessedKeys[tableName]?.Keys ?? [];
  }
  if (keys.length > 0) throw new RowsUnread(tableName, keys.length);
  return rows;
}

/** A row as it lies there. One that somebody edited must not keep the others of its page from being read. */
export const rowIn = (item: Record<string, AttributeValue>): InvoiceRow =>
  unmarshall(item, { wrapNumbers: Number }) as InvoiceRow;
