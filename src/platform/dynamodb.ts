import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { httpSettings } from './http-settings.ts';
import { traced } from './tracer.ts';

/** One client a process: its connections are what makes the second call fast. */
export const dynamoDb = (): DynamoDBClient => traced(new DynamoDBClient({ requestHandler: httpSettings }));
