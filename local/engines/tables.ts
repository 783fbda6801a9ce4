import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

export interface TableNames {
  readonly events: string;
  readonly invoices: string;
  readonly requests: string;
  readonly dpsNumbers: string;
  readonly companies: string;
  readonly projections: string;
  readonly seals: string;
}

/** The names `src/platform/config.ts` takes when none are set. */
export const defaultTableNames: TableNames = {
  events: 'EventsTable',
  invoices: 'InvoicesTable',
  requests: 'RequestsTable',
  dpsNumbers: 'DpsNumbersTable',
  companies: 'CompaniesTable',
  projections: 'ProjectionsTable',
  seals: 'SealsTable',
};

/** Creates the tables that are not there yet; what exists is left as it is. */
export async function createTables(client: DynamoDBClient, names: TableNames = defaultTableNames): Promise<void> {
  await Promise.all(definitions(names).map((definition) => create(client, definition)));
  await expireBy(client, names.requests, 'expiration');
}

function definitions(names: TableNames): readonly CreateTableCommandInput[] {
  const key = (name: string, type: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: type }) as const;
  const attribute = (name: string, type: 'S' | 'N' = 'S') => ({ AttributeName: name, AttributeType: type }) as const;
  const index = (name: string, partition: string, sort: string): GlobalSecondaryIndex => ({
    IndexName: name,
    KeySchema: [key(partition, 'HASH'), key(sort, 'RANGE')],
    Projection: { ProjectionType: 'ALL' },
  });
  return [
    {
      TableName: names.events,
      KeySchema: [key('invoiceId', 'HASH'), key('version', 'RANGE')],
      AttributeDefinitions: [attribute('invoiceId'), attribute('version', 'N')],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    },
    {
      TableName: names.invoices,
      KeySchema: [key('invoiceId', 'HASH')],
      AttributeDefinitions: ['invoiceId', 'companyCnpj', 'createdAt', 'dueShard', 'dueAt'].map((name) =>
        attribute(name),
      ),
      GlobalSecondaryIndexes: [
        index('byCompany', 'companyCnpj', 'createdAt'),
        // Sparse: only unfinished invoices have a dueAt.
        index('byDue', 'dueShard', 'dueAt'),
      ],
    },
    {
      TableName: names.requests,
      KeySchema: [key('requestId', 'HASH')],
      AttributeDefinitions: [attribute('requestId')],
    },
    {
      TableName: names.dpsNumbers,
      KeySchema: [key('companyCnpj', 'HASH'), key('series', 'RANGE')],
      AttributeDefinitions: [attribute('companyCnpj'), attribute('series')],
    },
    {
      TableName: names.companies,
      KeySchema: [key('companyCnpj', 'HASH')],
      AttributeDefinitions: [attribute('companyCnpj')],
    },
    {
      TableName: names.projections,
      KeySchema: [key('projection', 'HASH'), key('key', 'RANGE')],
      AttributeDefinitions: [attribute('projection'), attribute('key')],
    },
    {
      TableName: names.seals,
      KeySchema: [key('day', 'HASH')],
      AttributeDefinitions: [attribute('day')],
    },
  ];
}

async function create(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand({ ...definition, BillingMode: 'PAY_PER_REQUEST' }));
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
