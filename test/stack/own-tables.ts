import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables, type TableNames } from '../../local/engines/tables.ts';
import { forEachTable } from '../../src/platform/table-definitions.ts';
import { credentials } from './api.ts';

/** A client of the stack's DynamoDB, by way of another endpoint when one is given. */
export function dynamoDb(endpoint = credentials().endpoints.dynamodb): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'sa-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** Tables of a test's own, beside those of the stack. */
export async function ownTables(client: DynamoDBClient): Promise<TableNames> {
  const suffix = randomUUID().slice(0, 8);
  const names = forEachTable(({ name }) => `${name}-${suffix}`);
  await createTables(client, names);
  return names;
}
