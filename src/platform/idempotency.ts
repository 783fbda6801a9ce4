import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';

/** What is kept of an answer: enough to find the invoice again, and nothing of a person. */
export interface Remembered {
  readonly invoiceId: string;
  readonly replayed?: boolean;
}

export interface IdempotentRequest {
  /** Tenant and request id: two companies may use the same request id. */
  readonly key: string;
  /** The content, as one text: another content under the same key is refused. */
  readonly content: string;
}

const TWO_DAYS_SECONDS = 48 * 60 * 60;

/**
 * Powertools idempotency over `RequestsTable`, for one command. The first call runs; a call while it runs is refused; later calls
 * get what was remembered, marked `replayed`. A call that throws is forgotten, so it may be tried again.
 */
export function idempotency(command: string, client: DynamoDBClient, tableName: string) {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'content',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: TWO_DAYS_SECONDS,
    useLocalCache: false,
    hashFunction: 'sha256',
    responseHook: (response) => ({ ...(response as unknown as Remembered), replayed: true }) as never,
  });
  const persistenceStore = new DynamoDBPersistenceLayer({ tableName, keyAttr: 'requestId', awsSdkV3Client: client });
  const run = makeIdempotent(
    async (_request: IdempotentRequest, action: () => Promise<Remembered>) => (await action()) as never,
    { persistenceStore, config, keyPrefix: command },
  );
  return async (
    request: IdempotentRequest,
    context: Context,
    action: () => Promise<Remembered>,
  ): Promise<Remembered> => {
    config.registerLambdaContext(context);
    return run(request, action);
  };
}
