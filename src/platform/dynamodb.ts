import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../aws/document-client.ts';
import { httpSettings } from './http-settings.ts';

/** One client a process: its connections are what makes the second call fast. */
export const dynamoDb = (): DynamoDBDocumentClient =>
  documentClient(new DynamoDBClient({ requestHandler: httpSettings }));
