import { Readable } from 'node:stream';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../src/aws/document-client.ts';

/** What a request to DynamoDB holds on the wire, as far as specs look at it. */
export interface WireRequest {
  readonly operation: string;
  readonly Item?: Record<string, AttributeValue>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/**
 * The client of the service, whose requests are answered by a function instead of the network. An answer with a `__type` is an error of
 * DynamoDB; what the function throws is an error of the connection.
 */
export function answeredDynamoDb(answer: (request: WireRequest) => object): DynamoDBDocumentClient {
  const handle = async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
    const operation = headers['x-amz-target']?.split('.').at(-1) ?? '';
    const answered = answer({ operation, ...JSON.parse(new TextDecoder().decode(body)) });
    const statusCode = '__type' in answered ? 400 : 200;
    return { response: { statusCode, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(answered))]) } };
  };
  return documentClient(
    new DynamoDBClient({
      region: 'sa-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: { handle } as never,
    }),
  );
}
