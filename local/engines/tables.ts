import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  ResourceInUseException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  forEachTable,
  TABLES,
  type TableDefinition,
  type TableKey,
  type TableNames,
  tableKinds,
} from '../../src/platform/table-definitions.ts';
import { StackError } from '../stack-error.ts';

export type { TableNames } from '../../src/platform/table-definitions.ts';

/** The names `src/platform/config.ts` takes when none are set. */
export const defaultTableNames: TableNames = forEachTable(({ name }) => name);

/** Creates the tables and indexes that are not there yet; what exists is left as it is. */
export async function createTables(client: DynamoDBClient, names: TableNames = defaultTableNames): Promise<void> {
  await Promise.all(tableKinds.map((kind) => createTable(client, names[kind], TABLES[kind])));
}

/** Creates one table, or the indexes that it lacks. */
export async function createTable(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  const input = inputFor(name, definition);
  if (!(await create(client, input))) await addMissingIndexes(client, input);
  if (definition.expiresBy !== undefined) await expireBy(client, name, definition.expiresBy);
}

function inputFor(TableName: string, definition: TableDefinition): CreateTableCommandInput {
  const { partitionKey, sortKey, indexes = [], stream } = definition;
  const keys = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const types = new Map(keys.flatMap((key) => (key ? [[key.name, key.type]] : [])));
  return {
    TableName,
    KeySchema: keySchema(partitionKey, sortKey),
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: index.holds
          ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.holds] }
          : { ProjectionType: 'ALL' },
      })),
    }),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } }),
    BillingMode: 'PAY_PER_REQUEST',
  };
}

function keySchema(partition: TableKey, sort: TableKey | undefined): KeySchemaElement[] {
  return [
    { AttributeName: partition.name, KeyType: 'HASH' },
    ...(sort ? [{ AttributeName: sort.name, KeyType: 'RANGE' } as const] : []),
  ];
}

/** @returns `false` where there is a table of this name */
async function create(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: definition.TableName });
  return true;
}

/** DynamoDB Local fills an index beside all else that it does: on a busy machine that has taken more than a minute. */
const INDEX_TIMEOUT_MS = 200_000;

/** A table of an older version gets its new indexes, one after the other as AWS does it. */
async function addMissingIndexes(
  client: DynamoDBClient,
  { TableName, AttributeDefinitions, GlobalSecondaryIndexes = [] }: CreateTableCommandInput,
): Promise<void> {
  const statuses = async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return new Map(Table?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus]));
  };
  const existing = await statuses();
  for (const index of GlobalSecondaryIndexes.filter(({ IndexName }) => !existing.has(IndexName))) {
    await client.send(
      new UpdateTableCommand({ TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create: index }] }),
    );
    await untilActive(index, statuses);
  }
}

async function untilActive(
  { IndexName }: GlobalSecondaryIndex,
  statuses: () => Promise<ReadonlyMap<string | undefined, string | undefined>>,
): Promise<void> {
  for (const deadline = Date.now() + INDEX_TIMEOUT_MS; Date.now() < deadline; await sleep(100)) {
    if ((await statuses()).get(IndexName) === 'ACTIVE') return;
  }
  throw new StackError(`The index ${IndexName} was not ready within ${INDEX_TIMEOUT_MS / 1_000} seconds.`);
}

async function expireBy(client: DynamoDBClient, table: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return;
  const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
}
