import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { MAX_BATCH_KEYS } from '../aws/batches.ts';
import type { Item } from '../aws/document-client.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { InvoiceStatus } from '../events/invoice.ts';
import type { InvoiceRow } from './invoice-row.ts';
import { rowsById } from './rows-by-id.ts';

export interface ListFilter {
  readonly companyCnpj: string;
  readonly status?: InvoiceStatus;
  readonly municipalityCode?: string;
  /** ISO 8601 UTC bounds of `createdAt`, both inclusive. */
  readonly from?: string;
  readonly to?: string;
}

/** Where a list goes on: the last invoice that was looked at. */
export interface ListPosition {
  readonly invoiceId: InvoiceId;
  readonly createdAt: string;
}

export interface ListPage {
  readonly rows: InvoiceRow[];
  readonly next?: ListPosition;
}

/** A filter that matches little reads on, but not forever: this many pages of the index an answer. */
const MOST_PAGES = 10;

/**
 * The index says which invoices a company has, in order, and where; all else is read from the rows, so that no change of an invoice writes to
 * the index. A page of it is what is missing, then twice that, and so on: where few rows match, few pages are needed.
 */
export async function listInvoices(
  client: DynamoDBDocumentClient,
  tableName: string,
  filter: ListFilter,
  limit: number,
  after?: ListPosition,
): Promise<ListPage> {
  const rows: InvoiceRow[] = [];
  let start = after;
  for (let page = 0; page < MOST_PAGES && rows.length < limit; page++) {
    const missing = limit - rows.length;
    const { places, next } = await indexPage(client, tableName, filter, missing * 2 ** page, start);
    const found = await matching(client, tableName, filter, places);
    rows.push(...found.slice(0, missing).map(({ row }) => row));
    // What matches beyond the limit is the next answer's.
    const last = found.length > missing ? found[missing - 1]?.place : next;
    if (last === undefined) return { rows };
    start = last;
  }
  return start === undefined ? { rows } : { rows, next: start };
}

/** A page of the index, newest first. The municipality, which never changes, is in it: rows of others are not even read. */
async function indexPage(
  client: DynamoDBDocumentClient,
  tableName: string,
  { companyCnpj, municipalityCode, from = '0', to = '~' }: ListFilter,
  size: number,
  after: ListPosition | undefined,
): Promise<{ places: readonly ListPosition[]; next: ListPosition | undefined }> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: 'byCompany',
      KeyConditionExpression: 'companyCnpj = :company AND createdAt BETWEEN :from AND :to',
      ...(municipalityCode ? { FilterExpression: 'municipalityCode = :municipality' } : {}),
      ExpressionAttributeValues: {
        ':company': companyCnpj,
        ':from': from,
        ':to': to,
        ...(municipalityCode ? { ':municipality': municipalityCode } : {}),
      },
      ScanIndexForward: false,
      Limit: Math.min(size, MAX_BATCH_KEYS),
      ...(after ? { ExclusiveStartKey: { ...after, companyCnpj } } : {}),
    }),
  );
  return { places: Items.map(placeIn), next: LastEvaluatedKey && placeIn(LastEvaluatedKey) };
}

function placeIn({ invoiceId, createdAt }: Item): ListPosition {
  return { invoiceId, createdAt };
}

/** In the index's order. It may lag: a row that is gone, or is another company's by now, is left out. */
async function matching(
  client: DynamoDBDocumentClient,
  tableName: string,
  { companyCnpj, status }: ListFilter,
  places: readonly ListPosition[],
): Promise<{ place: ListPosition; row: InvoiceRow }[]> {
  const rows = await rowsById(
    client,
    tableName,
    places.map(({ invoiceId }) => invoiceId),
  );
  return places.flatMap((place) => {
    const row = rows.get(place.invoiceId);
    const matches = row?.companyCnpj === companyCnpj && (status === undefined || row.status === status);
    return row && matches ? [{ place, row }] : [];
  });
}
