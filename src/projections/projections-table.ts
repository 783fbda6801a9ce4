import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Item } from '../aws/document-client.ts';
import type { InvoiceId } from '../events/ids.ts';

export const PROJECTIONS = ['invoices', 'reporting'] as const;
export type Projection = (typeof PROJECTIONS)[number];

/** An invoice that could not be projected, and why. Its stream is whole: what is parked is the reader's view of it. */
export interface ParkedInvoice {
  readonly invoiceId: InvoiceId;
  readonly error: { readonly name: string; readonly message: string };
  /** Time of the commit that it was first parked at. */
  readonly committedAt: string;
  readonly parkedAt: string;
  /** When it failed last, and how often it has. */
  readonly failedAt: string;
  readonly times: number;
}

/** How far a projection is, as its projector last said. Times are ISO 8601, UTC. */
export interface Progress {
  /** Time of the newest commit projected, and when that was. */
  readonly committedAt?: string;
  readonly projectedAt?: string;
  /** Set while a batch cannot be projected: its oldest commit, when that was last tried, and what stood in the way. */
  readonly waiting?: { readonly committedAt: string; readonly triedAt: string; readonly reason: string };
}

export interface ProjectionsTable {
  park(invoiceId: InvoiceId, error: Error, committedAt: string, at: Date): Promise<void>;
  /** @returns at most `limit` parked invoices in the order of their ids, and whether there are more */
  parked(limit: number): Promise<{ rows: readonly ParkedInvoice[]; more: boolean }>;
  /** What is parked of these invoices. */
  parkedOf(invoiceIds: readonly InvoiceId[]): Promise<readonly ParkedInvoice[]>;
  countParked(): Promise<number>;
  /** Takes the row away unless the invoice has failed again since it was read. */
  unpark(row: ParkedInvoice): Promise<void>;
  progress(): Promise<Progress>;
  projected(committedAt: string, at: Date): Promise<void>;
  waits(committedAt: string, at: Date, reason: string): Promise<void>;
}

const LONGEST_MESSAGE = 500;
const PARKED = 'parked#';
const PROGRESS = 'progress';

/** `ProjectionsTable`, as one projection sees it: an item for its progress, and one for each invoice parked. */
export function dynamoDbProjectionsTable(
  client: DynamoDBDocumentClient,
  tableName: string,
  projection: Projection,
): ProjectionsTable {
  const keyOf = (key: string) => ({ projection, key });
  const allParked = {
    TableName: tableName,
    KeyConditionExpression: '#projection = :projection AND begins_with(#key, :parked)',
    ExpressionAttributeNames: { '#projection': 'projection', '#key': 'key' },
    ExpressionAttributeValues: { ':projection': projection, ':parked': PARKED },
  };

  return {
    async park(invoiceId, { name, message }, committedAt, at) {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(PARKED + invoiceId),
          UpdateExpression:
            'SET invoiceId = :id, #error = :error, failedAt = :at, parkedAt = if_not_exists(parkedAt, :at), ' +
            'committedAt = if_not_exists(committedAt, :committed) ADD #times :one',
          ExpressionAttributeNames: { '#error': 'error', '#times': 'times' },
          ExpressionAttributeValues: {
            ':id': invoiceId,
            ':error': { name, message: message.slice(0, LONGEST_MESSAGE) },
            ':at': at.toISOString(),
            ':committed': committedAt,
            ':one': 1,
          },
        }),
      );
    },

    async parked(limit) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({ ...allParked, ConsistentRead: true, Limit: limit }),
      );
      return { rows: Items.map(rowOf), more: LastEvaluatedKey !== undefined };
    },

    async parkedOf(invoiceIds) {
      const found = await Promise.all(
        invoiceIds.map((id) =>
          client.send(new GetCommand({ TableName: tableName, Key: keyOf(PARKED + id), ConsistentRead: true })),
        ),
      );
      return found.flatMap(({ Item }) => (Item ? [rowOf(Item)] : []));
    },

    async countParked() {
      let count = 0;
      for await (const page of paginateQuery({ client }, { ...allParked, Select: 'COUNT' })) count += page.Count ?? 0;
      return count;
    },

    unpark: ({ invoiceId, times }) =>
      unlessNewer(
        new DeleteCommand({
          TableName: tableName,
          Key: keyOf(PARKED + invoiceId),
          ConditionExpression: '#times = :times',
          ExpressionAttributeNames: { '#times': 'times' },
          ExpressionAttributeValues: { ':times': times },
        }),
      ),

    async progress() {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(PROGRESS), ConsistentRead: true }),
      );
      if (!Item) return {};
      const { committedAt, projectedAt, waiting } = Item as Progress;
      return {
        ...(committedAt === undefined ? {} : { committedAt }),
        ...(projectedAt === undefined ? {} : { projectedAt }),
        ...(waiting === undefined ? {} : { waiting }),
      };
    },

    async projected(committedAt, at) {
      // Shards run side by side: the newest commit of all counts, and a wait is over when its own commit has been passed.
      await unlessNewer(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(PROGRESS),
          UpdateExpression: 'SET committedAt = :committed, projectedAt = :at',
          ConditionExpression: 'attribute_not_exists(committedAt) OR committedAt < :committed',
          ExpressionAttributeValues: { ':committed': committedAt, ':at': at.toISOString() },
        }),
      );
      await unlessNewer(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(PROGRESS),
          UpdateExpression: 'REMOVE waiting',
          ConditionExpression: 'waiting.committedAt <= :committed',
          ExpressionAttributeValues: { ':committed': committedAt },
        }),
      );
    },

    async waits(committedAt, at, reason) {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(PROGRESS),
          UpdateExpression: 'SET waiting = :waiting',
          ExpressionAttributeValues: {
            ':waiting': { committedAt, triedAt: at.toISOString(), reason: reason.slice(0, LONGEST_MESSAGE) },
          },
        }),
      );
    },
  };

  async function unlessNewer(command: UpdateCommand | DeleteCommand): Promise<void> {
    try {
      await client.send(command as UpdateCommand);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}

function rowOf(item: Item): ParkedInvoice {
  const { invoiceId, error, committedAt, parkedAt, failedAt, times } = item as ParkedInvoice;
  return { invoiceId, error, committedAt, parkedAt, failedAt, times };
}
