import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { itemOf } from '../aws/document-client.ts';
import { type Commit, commitOf, START, tipAfter } from './commit.ts';
import { commitInItem, commitItem } from './dynamodb-commit.ts';
import { ConcurrencyError, type EventStore } from './event-store.ts';
import { upcast } from './upcasters.ts';

/** Structured record of one store operation, for the log: what it touched and what it cost. */
export type StoreLog = (
  operation: 'events.append' | 'events.load' | 'events.tip',
  facts: Record<string, unknown>,
) => void;

export interface DynamoDbEventStoreOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly log?: StoreLog;
}

/**
 * The event store on DynamoDB: one item a commit, one conditional put an append, no transaction. Its one index is the daily seal's.
 *
 * ```
 * invoiceId  inv_3k…   (PK)      commitId  01K…          at        2026-11-23T12:00:00.000Z
 * version    1         (SK)      events    [{id, type, v, at, data, meta}]
 * next       2                   prevHash  …             hash      …
 * dayShard   2026-11-23/c
 * ```
 *
 * Items are given as they lie there: somebody may have edited them, which the chain of hashes tells.
 */
export function dynamoDbEventStore({ client, tableName, log = () => {} }: DynamoDbEventStoreOptions): EventStore {
  return {
    async append(draft) {
      const commit = commitOf(draft);
      const { invoiceId, version, commitId } = commit;
      // The commit that was written is known by invoice and version; only two of one version have to be told apart.
      const facts = { invoiceId, version, events: commit.events.map(({ type }) => type) };
      // The condition can only fail on this very key: somebody committed this version first, or we did and never heard the
      // answer. The old item tells which, so neither case needs a read.
      try {
        const { ConsumedCapacity } = await client.send(
          new PutCommand({
            TableName: tableName,
            Item: commitItem(commit),
            ConditionExpression: 'attribute_not_exists(invoiceId)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            ReturnConsumedCapacity: 'INDEXES',
          }),
        );
        const { Table, GlobalSecondaryIndexes } = ConsumedCapacity ?? {};
        const [wcu, indexWcu] = [Table?.CapacityUnits, GlobalSecondaryIndexes?.byDay?.CapacityUnits];
        log('events.append', { ...facts, outcome: 'appended', wcu, indexWcu });
        return commit;
      } catch (error) {
        const winner = winningCommit(error);
        if (!winner) throw error;
        const own = winner.commitId === commitId;
        const outcome = own ? 'recognised-own-write' : 'conflict';
        log('events.append', { ...facts, outcome, commitId, winner: winner.commitId });
        if (own) return { ...winner, events: winner.events.map(upcast) };
        throw new ConcurrencyError(invoiceId, version, winner);
      }
    },

    async load(invoiceId, fromVersion = START.version) {
      const commits: Commit[] = [];
      let rcu = 0;
      const pages = paginateQuery(
        { client },
        {
          TableName: tableName,
          KeyConditionExpression: 'invoiceId = :id AND version >= :from',
          ExpressionAttributeValues: { ':id': invoiceId, ':from': fromVersion },
          ConsistentRead: true,
          ReturnConsumedCapacity: 'TOTAL',
        },
      );
      for await (const { Items = [], ConsumedCapacity } of pages) {
        commits.push(...Items.map(commitInItem));
        rcu += ConsumedCapacity?.CapacityUnits ?? 0;
      }
      log('events.load', { invoiceId, fromVersion, commits: commits.length, rcu });
      return commits;
    },

    async tip(invoiceId) {
      const { Items, ConsumedCapacity } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'invoiceId = :id',
          ExpressionAttributeValues: { ':id': invoiceId },
          ScanIndexForward: false,
          Limit: 1,
          ConsistentRead: true,
          ReturnConsumedCapacity: 'TOTAL',
        }),
      );
      const last = Items?.[0] && commitInItem(Items[0]);
      log('events.tip', { invoiceId, version: last?.next ?? START.version, rcu: ConsumedCapacity?.CapacityUnits });
      return last ? tipAfter(last) : START;
    },
  };
}

function winningCommit(error: unknown): Commit | undefined {
  return error instanceof ConditionalCheckFailedException && error.Item ? commitInItem(itemOf(error.Item)) : undefined;
}
