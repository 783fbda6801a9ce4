import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchGet, REQUEST_BACK_OFF } from '../aws/batches.ts';
import type { Item } from '../aws/document-client.ts';
import type { LaneRecord, LaneRecords, WorkerReport } from '../commands/lanes/records.ts';

/** What a worker's attribute begins with; the rest is its name. */
const WORKER = 'worker#';

/**
 * `LanesTable`: one item a municipality, with an attribute for the hold, one for its next look and one for each worker's report. Workers update their own
 * attribute alone: a write of one unit that never meets another's.
 *
 * @returns `of` throws BatchUnfinished: an answer without some of the lanes would lift their holds
 */
export function dynamoDbLanes(
  client: DynamoDBDocumentClient,
  tableName: string,
  backOff: BackOff = REQUEST_BACK_OFF,
): LaneRecords {
  return {
    async all() {
      const records: LaneRecord[] = [];
      for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName })) {
        records.push(...Items.map(recordOf));
      }
      return records;
    },

    async of(names) {
      const keys = names.map((lane) => keyOf(lane));
      return (await batchGet(client, { tableName, keys }, backOff)).map(recordOf);
    },

    async report(lane, worker, report, forgotten) {
      const names = { '#own': WORKER + worker };
      const gone = forgotten.map((name, n) => [`#gone${n}`, WORKER + name] as const);
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(lane),
          UpdateExpression: `SET #own = :report${gone.length > 0 ? ` REMOVE ${gone.map(([name]) => name).join(', ')}` : ''}`,
          ExpressionAttributeNames: { ...names, ...Object.fromEntries(gone) },
          ExpressionAttributeValues: { ':report': report },
        }),
      );
    },

    async hold(lane, hold) {
      const { Attributes = {} } = await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(lane),
          UpdateExpression: 'SET #hold = :hold',
          ExpressionAttributeNames: { '#hold': 'hold' },
          ExpressionAttributeValues: { ':hold': hold },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return recordOf(Attributes);
    },

    async putOff(lane, nextLookAt) {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(lane),
          ...(nextLookAt === undefined
            ? { UpdateExpression: 'REMOVE nextLookAt' }
            : { UpdateExpression: 'SET nextLookAt = :at', ExpressionAttributeValues: { ':at': nextLookAt } }),
        }),
      );
    },

    async release(lane) {
      try {
        const { Attributes = {} } = await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keyOf(lane),
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

/** A lane beside that of its municipality has its name for a key, too. */
const keyOf = (lane: string) => ({ municipalityCode: lane });

/** What the table holds was written by the updates above. */
function recordOf({ municipalityCode, hold, nextLookAt, ...rest }: Item): LaneRecord {
  const reports = Object.entries(rest).flatMap(([name, report]) =>
    name.startsWith(WORKER) ? [[name.slice(WORKER.length), report as WorkerReport] as const] : [],
  );
  return {
    lane: municipalityCode,
    ...(hold ? { hold } : {}),
    ...(nextLookAt ? { nextLookAt } : {}),
    workers: Object.fromEntries(reports),
  };
}
