import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchGet, REQUEST_BACK_OFF } from '../aws/batches.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { InvoiceRow } from './invoice-row.ts';

/**
 * The rows of so many invoices, in no order; one that does not exist is left out. A row that somebody edited is given as it lies there.
 *
 * @param invoiceIds each once
 * @throws BatchUnfinished: a list without some of the rows would say that these invoices do not exist
 */
export async function rowsById(
  client: DynamoDBDocumentClient,
  tableName: string,
  invoiceIds: readonly InvoiceId[],
  backOff: BackOff = REQUEST_BACK_OFF,
): Promise<ReadonlyMap<InvoiceId, InvoiceRow>> {
  const keys = invoiceIds.map((invoiceId) => ({ invoiceId }));
  const rows = (await batchGet(client, { tableName, keys }, backOff)) as InvoiceRow[];
  return new Map(rows.map((row) => [row.invoiceId, row]));
}
