import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchWrite, JOB_BACK_OFF } from '../aws/batches.ts';
import type { Item } from '../aws/document-client.ts';
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
  /** @throws BatchUnfinished, which is no reason not to call it again */
  forgetCheckpoints(projection: ProjectionName): Promise<void>;
}

const STATE = 'state';
const SEGMENT = 'segment#';

export function dynamoDbProjectionStates(
  client: DynamoDBDocumentClient,
  tableName: string,
  backOff: BackOff = JOB_BACK_OFF,
): ProjectionStates {
  const segmentsOf = async (projection: ProjectionName): Promise<Item[]> => {
    const query = {
      TableName: tableName,
      KeyConditionExpression: '#projection = :projection AND begins_with(#key, :segment)',
      ExpressionAttributeNames: { '#projection': 'projection', '#key': 'key' },
      ExpressionAttributeValues: { ':projection': projection, ':segment': SEGMENT },
      ConsistentRead: true,
    };
    const pages = await Array.fromAsync(paginateQuery({ client }, query));
    return pages.flatMap(({ Items = [] }) => Items);
  };
  return {
    async read(projection) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { projection, key: STATE }, ConsistentRead: true }),
      );
      return Item && (JSON.parse(Item.state) as ProjectionState);
    },

    async replace(projection, was, state) {
      try {
        await client.send(
          new PutCommand({
            TableName: tableName,
            Item: { projection, key: STATE, state: JSON.stringify(state) },
            ...(was
              ? {
                  ConditionExpression: '#state = :was',
                  ExpressionAttributeNames: { '#state': 'state' },
                  ExpressionAttributeValues: { ':was': JSON.stringify(was) },
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
      const segments = (await segmentsOf(projection)) as SegmentCheckpoint[];
      return segments.filter((one) => one.table === table);
    },

    async saveCheckpoint(projection, checkpoint) {
      const key = `${SEGMENT}${String(checkpoint.segment + 1).padStart(4, '0')}`;
      await client.send(new PutCommand({ TableName: tableName, Item: { projection, key, ...checkpoint } }));
    },

    async forgetCheckpoints(projection) {
      const deletes = (await segmentsOf(projection)).map(({ key }) => ({
        DeleteRequest: { Key: { projection, key } },
      }));
      await batchWrite(client, tableName, deletes, backOff);
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
