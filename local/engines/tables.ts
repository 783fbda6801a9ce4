import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceInUseException,
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

export type { TableNames } from '../../src/platform/table-definitions.ts';

/** The names `src/platform/config.ts` takes when none are set. */
export const defaultTableNames: TableNames = forEachTable(({ name }) => name);

/** Creates the tables that are not there yet; what exists is left as it is. */
export async function createTables(client: DynamoDBClient, names: TableNames = defaultTableNames): Promise<void> {
  await Promise.all(tableKinds.map((kind) => createTable(client, names[kind], TABLES[kind])));
}

async function createTable(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  await create(client, inputFor(name, definition));
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

async function create(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: definition.TableName });
}

async function expireBy(client: DynamoDBClient, table: string, attribute: string): Promise<void> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  if (TimeToLiveDescription?.TimeToLiveStatus === 'ENABLED') return;
  const TimeToLiveSpecification = { AttributeName: attribute, Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification }));
}
