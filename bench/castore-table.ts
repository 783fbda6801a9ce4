import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

export const castoreTable = 'CastoreEvents';

/** The table Castore's documentation asks for: its index lists the streams by their first event. With a stream, as ours has. */
export async function createCastoreTable(client: DynamoDBClient): Promise<void> {
  const key = (name: string, type: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: type }) as const;
  const attribute = (name: string, type: 'S' | 'N' = 'S') => ({ AttributeName: name, AttributeType: type }) as const;
  await client.send(
    new CreateTableCommand({
      TableName: castoreTable,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [key('aggregateId', 'HASH'), key('version', 'RANGE')],
      AttributeDefinitions: [
        attribute('aggregateId'),
        attribute('version', 'N'),
        attribute('eventStoreId'),
        attribute('timestamp'),
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'initialEvents',
          KeySchema: [key('eventStoreId', 'HASH'), key('timestamp', 'RANGE')],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 20, minDelay: 1 }, { TableName: castoreTable });
}
