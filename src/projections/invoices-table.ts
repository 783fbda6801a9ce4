import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { DueRange } from '../events/due-order.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { InvoiceStatus } from '../events/invoice.ts';
import type { InvoiceRow } from './invoice-row.ts';

export interface ListFilter {
  readonly companyCnpj: string;
  readonly status?: InvoiceStatus;
  readonly municipalityCode?: string;
  /** ISO 8601 UTC bounds of `createdAt`, both inclusive. */
  readonly from?: string;
  readonly to?: string;
}

/** Where a list goes on: the last row given. */
export interface ListPosition {
  readonly invoiceId: InvoiceId;
  readonly createdAt: string;
}

/** The part of a row that the index of what is due holds. */
export type DueRow = Pick<
  InvoiceRow,
  | 'invoiceId'
  | 'version'
  | 'dueShard'
  | 'dueAt'
  | 'updatedAt'
  | 'nextAttemptAt'
  | 'deferredSince'
  | 'municipalityCode'
  | 'dps'
>;

export interface InvoicesTable {
  get(invoiceId: InvoiceId): Promise<InvoiceRow | undefined>;
  /**
   * Writes the row unless a later (or the same) version is there already.
   *
   * @returns whether the row was written
   */
  put(row: InvoiceRow): Promise<boolean>;
  /** Newest first. A page may come short of `limit` when few rows match; only a missing `next` means the end. */
  list(filter: ListFilter, limit: number, after?: ListPosition): Promise<{ rows: InvoiceRow[]; next?: ListPosition }>;
  /** Rows whose `dueAt` is in the range, oldest first; from the one after `after` on. */
  due(range: DueRange, limit: number, after?: DueRow): Promise<DueRow[]>;
  /**
   * Moves a due row to a later time, for one caller only.
   *
   * @returns `false` when the invoice has moved on, or another caller took it
   */
  claimDue(row: DueRow, dueAt: string): Promise<boolean>;
}

/** A filter that matches little reads on, but not forever: this many index pages an answer. */
const MOST_PAGES = 10;

export function dynamoDbInvoicesTable(client: DynamoDBClient, tableName: string): InvoicesTable {
  return {
    async get(invoiceId) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tableName, Key: { invoiceId: { S: invoiceId } } }),
      );
      return Item && rowIn(Item);
    },

    async put(row) {
      return guarded(
        new PutItemCommand({
          TableName: tableName,
          Item: marshall(row, { removeUndefinedValues: true }),
          // Records come late, twice and out of order: only a newer fold may replace an older one.
          ConditionExpression: 'attribute_not_exists(invoiceId) OR #version < :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': { N: String(row.version) } },
        }),
      );
    },

    async list({ companyCnpj, status, municipalityCode, from = '0', to = '~' }, limit, after) {
      const filters = [
        ...(status ? ['#status = :status'] : []),
        ...(municipalityCode ? ['municipalityCode = :municipality'] : []),
      ];
      const rows: InvoiceRow[] = [];
      let start: Record<string, AttributeValue> | undefined = after && marshall({ ...after, companyCnpj });
      for (let page = 0; page < MOST_PAGES && rows.length < limit; page++) {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: 'byCompany',
            KeyConditionExpression: 'companyCnpj = :company AND createdAt BETWEEN :from AND :to',
            ...(filters.length > 0 ? { FilterExpression: filters.join(' AND ') } : {}),
            ...(status ? { ExpressionAttributeNames: { '#status': 'status' } } : {}),
            ExpressionAttributeValues: marshall(
              {
                ':company': companyCnpj,
                ':from': from,
                ':to': to,
                ':status': status,
                ':municipality': municipalityCode,
              },
              { removeUndefinedValues: true },
            ),
            ScanIndexForward: false,
            Limit: limit - rows.length,
            ...(start ? { ExclusiveStartKey: start } : {}),
          }),
        );
        rows.push(...Items.map(rowIn));
        start = LastEvaluatedKey;
        if (!start) break;
      }
      if (!start) return { rows };
      const { invoiceId, createdAt } = unmarshall(start) as ListPosition;
      return { rows, next: { invoiceId, createdAt } };
    },

    async due({ shard, from = '0', until }, limit, after) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'byDue',
          KeyConditionExpression: 'dueShard = :shard AND dueAt BETWEEN :from AND :until',
          ExpressionAttributeValues: marshall({ ':shard': shard, ':from': from, ':until': until }),
          Limit: limit,
          ...(after && { ExclusiveStartKey: positionOf(after) }),
        }),
      );
      return Items.map((item) => unmarshall(item) as DueRow);
    },

    async claimDue(row, dueAt) {
      return guarded(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { invoiceId: { S: row.invoiceId } },
          UpdateExpression: 'SET dueAt = :later',
          ConditionExpression: '#version = :version AND dueAt = :due',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: marshall({ ':later': dueAt, ':version': row.version, ':due': row.dueAt ?? '' }),
        }),
      );
    },
  };

  function positionOf({ invoiceId, dueShard = '', dueAt = '' }: DueRow) {
    return marshall({ invoiceId, dueShard, dueAt });
  }

  async function guarded(write: PutItemCommand | UpdateItemCommand): Promise<boolean> {
    try {
      await client.send(write as PutItemCommand);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** A row as it lies there. One that somebody edited must not keep the others of its page from being read. */
const rowIn = (item: Record<string, AttributeValue>): InvoiceRow =>
  unmarshall(item, { wrapNumbers: Number }) as InvoiceRow;

/** How many rows of a shard are due: all, or what one look of the engine's comes to (a megabyte of them). */
export function dueCount(client: DynamoDBClient, tableName: string): (shard: string, until: string) => Promise<number> {
  return async (shard, until) => {
    const { Count = 0 } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'byDue',
        Select: 'COUNT',
        KeyConditionExpression: 'dueShard = :shard AND dueAt <= :until',
        ExpressionAttributeValues: marshall({ ':shard': shard, ':until': until }),
      }),
    );
    return Count;
  };
}
