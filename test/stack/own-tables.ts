import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { localDynamoDb } from '../../local/engines/dynamodb.ts';
import { createTables, type TableNames } from '../../local/engines/tables.ts';
import { forEachTable } from '../../src/platform/table-definitions.ts';
import { credentials } from './api.ts';

/** A client of the stack's DynamoDB, by way of another endpoint when one is given. */
export const dynamoDb = (endpoint = credentials().endpoints.dynamodb): DynamoDBDocumentClient =>
  localDynamoDb(endpoint);

/** Tables of a test's own, beside those of the stack. */
export async function ownTables(client: DynamoDBDocumentClient): Promise<TableNames> {
  const suffix = randomUUID().slice(0, 8);
  const names = forEachTable(({ name }) => `${name}-${suffix}`);
  await createTables(client, names);
  return names;
}
