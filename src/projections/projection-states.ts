import {
  type AttributeValue,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { ScanPosition } from '../events/event-scan.ts';
import { NotNow, type ProjectionName, type ProjectionState } from './projection-state.ts';

/** How far a rebuild has come in one segment of the scan. */
export interface SegmentCheckpoint {
  readonly segment: number;
  /** Into which table: what an earlier rebuild left is not taken for this one's. */
  readonly table: string;
  readonly after?: ScanPosition;
  readonly commits: number;
  readonly invoices: number;
  readonly done: boolean;
}

/** ProjectionsTable, as far as rebuilds are concerned: `state`, and `segment#0001` for each segment. */
export interface ProjectionStates {
  /** `undefined` before the first rebuild: then the configured table is live. */
  read(projection: ProjectionName): Promise<ProjectionState | undefined>;
  /**
   * Puts a new state in the place of the one that was read.
   *
   * @throws NotNow when somebody else changed it meanwhile
   */
  replace(projection: ProjectionName, was: ProjectionState | undefined, state: ProjectionState): Promise<void>;
  checkpoints(projection: ProjectionName, table: string): Promise<readonly SegmentCheckpoint[]>;
  saveCheckpoint(projection: ProjectionName, checkpoint: SegmentCheckpoint): Promise<void>;
  forgetCheckpoints(projection: ProjectionName): Promise<void>;
}

const STATE = 'state';
const SEGMENT = 'segment#';
const MOST_IN_A_BATCH = 25;

export function dynamoDbProjectionStates(client: DynamoDBClient, tableName: string): ProjectionStates {
  const segmentsOf = async (projection: ProjectionName): Promise<Record<string, AttributeValue>[]> => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: '#projection = :projection AND begins_with(#key, :segment)',
        ExpressionAttributeNames: { '#projection': 'projection', '#key': 'key' },
        ExpressionAttributeValues: marshall({ ':projection': projection, ':segment': SEGMENT }),
        ConsistentRead: true,
      }),
    );
    return Items;
  };
  return {
    async read(projection) {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: tableName,
          Key: marshall({ projection, key: STATE }),
          ConsistentRead: true,
        }),
      );
      return Item && (JSON.parse(Item.state?.S ?? '') as ProjectionState);
    },

    async replace(projection, was, state) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: tableName,
            Item: marshall({ projection, key: STATE, state: JSON.stringify(state) }),
            ...(was
              ? {
                  ConditionExpression: '#state = :was',
                  ExpressionAttributeNames: { '#state': 'state' },
                  ExpressionAttributeValues: marshall({ ':was': JSON.stringify(was) }),
                }
              : { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }),
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        throw new NotNow('Alguém mudou o estado desta projeção ao mesmo tempo: veja-o com status e tente de novo.');
      }
    },

    async checkpoints(projection, table) {
      const items = await segmentsOf(projection);
      return items.map((item) => unmarshall(item) as SegmentCheckpoint).filter((one) => one.table === table);
    },

    async saveCheckpoint(projection, checkpoint) {
      const key = `${SEGMENT}${String(checkpoint.segment + 1).padStart(4, '0')}`;
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: marshall({ projection, key, ...checkpoint }, { removeUndefinedValues: true }),
        }),
      );
    },

    async forgetCheckpoints(projection) {
      const items = await segmentsOf(projection);
      for (let from = 0; from < items.length; from += MOST_IN_A_BATCH) {
        const deletes = items.slice(from, from + MOST_IN_A_BATCH).map(({ projection: name, key }) => ({
          DeleteRequest: { Key: { projection: name as AttributeValue, key: key as AttributeValue } },
        }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [tableName]: deletes } }));
      }
    },
  };
}

/**
 * The state as a process knows it, asked for again once it is older than `freshMs`. Its age counts from before the question, so that
 * a table which is announced reaches every process within that time.
 *
 * @param configured the table that is live while no state says otherwise
 * @param nowMs milliseconds since the epoch
 */
export function rememberedState(
  read: () => Promise<ProjectionState | undefined>,
  configured: string,
  freshMs: number,
  nowMs: () => number,
): () => Promise<ProjectionState> {
  let asked: { readonly at: number; readonly state: Promise<ProjectionState> } | undefined;
  return () => {
    const at = nowMs();
    if (!asked || at - asked.at >= freshMs) {
      const state = read().then((known) => known ?? initialState(configured));
      const question = { at, state };
      asked = question;
      // What failed is asked again by the next caller.
      state.catch(() => {
        if (asked === question) asked = undefined;
      });
    }
    return asked.state;
  };
}

/** Before the first rebuild. */
export const initialState = (configured: string): ProjectionState => ({ live: configured, generation: 1 });
