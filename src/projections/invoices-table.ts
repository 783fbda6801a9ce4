import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { DueRange } from '../events/due-order.ts';
import type { InvoiceId } from '../events/ids.ts';
import { type ListFilter, type ListPage, type ListPosition, listInvoices } from './invoice-list.ts';
import type { InvoiceRow } from './invoice-row.ts';

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
  | 'route'
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
  list(filter: ListFilter, limit: number, after?: ListPosition): Promise<ListPage>;
  /** Rows whose `dueAt` is in the range, oldest first; from the one after `after` on. */
  due(range: DueRange, limit: number, after?: DueRow): Promise<DueRow[]>;
  /**
   * Moves a due row to a later time, for one caller only.
   *
   * @returns `false` when the invoice has moved on, or another caller took it
   */
  claimDue(row: DueRow, dueAt: string): Promise<boolean>;
}

export function dynamoDbInvoicesTable(client: DynamoDBDocumentClient, tableName: string): InvoicesTable {
  return {
    async get(invoiceId) {
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { invoiceId } }));
      return Item as InvoiceRow | undefined;
    },

    async put(row) {
      return guarded(
        new PutCommand({
          TableName: tableName,
          Item: row,
          // Records come late, twice and out of order: only a newer fold may replace an older one.
          ConditionExpression: 'attribute_not_exists(invoiceId) OR #version < :version',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': row.version },
        }),
      );
    },

    list: (filter, limit, after) => listInvoices(client, tableName, filter, limit, after),

    async due({ shard, from = '0', until }, limit, after) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: 'byDue',
          KeyConditionExpression: 'dueShard = :shard AND dueAt BETWEEN :from AND :until',
          ExpressionAttributeValues: { ':shard': shard, ':from': from, ':until': until },
          Limit: limit,
          ...(after && { ExclusiveStartKey: positionOf(after) }),
        }),
      );
      return Items as DueRow[];
    },

    async claimDue(row, dueAt) {
      return guarded(
        new UpdateCommand({
          TableName: tableName,
          Key: { invoiceId: row.invoiceId },
          UpdateExpression: 'SET dueAt = :later',
          ConditionExpression: '#version = :version AND dueAt = :due',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':later': dueAt, ':version': row.version, ':due': row.dueAt ?? '' },
        }),
      );
    },
  };

  function positionOf({ invoiceId, dueShard = '', dueAt = '' }: DueRow) {
    return { invoiceId, dueShard, dueAt };
  }

  async function guarded(write: PutCommand | UpdateCommand): Promise<boolean> {
    try {
      await client.send(write as PutCommand);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** How many rows of a shard are due: all, or what one look of the engine's comes to (a megabyte of them). */
export function dueCount(
  client: DynamoDBDocumentClient,
  tableName: string,
): (shard: string, until: string) => Promise<number> {
  return async (shard, until) => {
    const { Count = 0 } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: 'byDue',
        Select: 'COUNT',
        KeyConditionExpression: 'dueShard = :shard AND dueAt <= :until',
        ExpressionAttributeValues: { ':shard': shard, ':until': until },
      }),
    );
    return Count;
  };
}
