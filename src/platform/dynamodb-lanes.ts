import { setTimeout as pause } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LaneRecord, LaneRecords, WorkerReport } from '../commands/lanes/records.ts';

/** What a worker's attribute begins with; the rest is its name. */
const WORKER = 'worker#';
/** DynamoDB gives at most this many items at once. */
const BATCH = 100;
/** A table of five thousand municipalities comes in two or three pages; what is throttled for longer is not waited for. */
const TRIES = 5;
const FIRST_PAUSE_MS = 25;

/** Some of the lanes could not be read, so that nothing is known of their holds: an answer without them would lift these. */
export class LanesUnread extends Error {
  override readonly name = 'LanesUnread';
  readonly code = 'lanes-unread';
  constructor(unread: number) {
    super(`${unread} lanes were not read in ${TRIES} tries: the table is throttled`);
  }
}

/**
 * `LanesTable`: one item a municipality, with an attribute for the hold, one for its next look and one for each worker's report. Workers update their own
 * attribute alone: a write of one unit that never meets another's.
 */
export function dynamoDbLanes(client: DynamoDBClient, tableName: string): LaneRecords {
  return {
    async all() {
      const records: LaneRecord[] = [];
      let start: Record<string, AttributeValue> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new ScanCommand({ TableName: tableName, ...(start ? { ExclusiveStartKey: start } : {}) }),
        );
        records.push(...Items.map(recordOf));
        start = LastEvaluatedKey;
      } while (start);
      return records;
    },

    async of(municipalityCodes) {
      const records: LaneRecord[] = [];
      for (let from = 0; from < municipalityCodes.length; from += BATCH) {
        let keys = municipalityCodes
          .slice(from, from + BATCH)
          .map((municipalityCode) => marshall({ municipalityCode }));
        for (let tries = 0; keys.length > 0; tries++) {
          if (tries === TRIES) throw new LanesUnread(keys.length);
          if (tries > 0) await pause(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + Math.random() / 2));
          const { Responses = {}, UnprocessedKeys = {} } = await client.send(
            new BatchGetItemCommand({ RequestItems: { [tableName]: { Keys: keys } } }),
          );
          records.push(...(Responses[tableName] ?? []).map(recordOf));
          keys = UnprocessedKeys[tableName]?.Keys ?? [];
        }
      }
      return records;
    },

    async report(municipalityCode, worker, report, forgotten) {
      const names = { '#own': WORKER + worker };
      const gone = forgotten.map((name, n) => [`#gone${n}`, WORKER + name] as const);
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: marshall({ municipalityCode }),
          UpdateExpression: `SET #own = :report${gone.length > 0 ? ` REMOVE ${gone.map(([name]) => name).join(', ')}` : ''}`,
          ExpressionAttributeNames: { ...names, ...Object.fromEntries(gone) },
          ExpressionAttributeValues: marshall({ ':report': report }, { removeUndefinedValues: true }),
        }),
      );
    },

    async hold(municipalityCode, hold) {
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: marshall({ municipalityCode }),
          UpdateExpression: 'SET #hold = :hold',
          ExpressionAttributeNames: { '#hold': 'hold' },
          ExpressionAttributeValues: marshall({ ':hold': hold }),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return recordOf(Attributes);
    },

    async putOff(municipalityCode, nextLookAt) {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: marshall({ municipalityCode }),
          ...(nextLookAt === undefined
            ? { UpdateExpression: 'REMOVE nextLookAt' }
            : {
                UpdateExpression: 'SET nextLookAt = :at',
                ExpressionAttributeValues: marshall({ ':at': nextLookAt }),
              }),
        }),
      );
    },

    async release(municipalityCode) {
      try {
        const { Attributes = {} } = await client.send(
          new UpdateItemCommand({
            TableName: tableName,
            Key: marshall({ municipalityCode }),
            UpdateExpression: 'REMOVE #hold',
            ConditionExpression: 'attribute_exists(#hold)',
            ExpressionAttributeNames: { '#hold': 'hold' },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return recordOf(Attributes);
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    },
  };
}

/** What the table holds was written by the updates above. */
function recordOf(item: Record<string, AttributeValue>): LaneRecord {
  const { municipalityCode, hold, nextLookAt, ...rest } = unmarshall(item);
  const reports = Object.entries(rest).flatMap(([name, report]) =>
    name.startsWith(WORKER) ? [[name.slice(WORKER.length), report as WorkerReport] as const] : [],
  );
  return {
    municipalityCode,
    ...(hold ? { hold } : {}),
    ...(nextLookAt ? { nextLookAt } : {}),
    workers: Object.fromEntries(reports),
  };
}
