import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';

/** What a command gives: an invoice, and whatever else its caller needs. */
export interface CommandResult {
  readonly invoice: { readonly id: string };
}

export interface IdempotentRequest {
  /** Tenant and request id: two companies may use the same request id. */
  readonly key: string;
  /** The content, as one text: another content under the same key is refused. */
  readonly content: string;
}

const TWO_DAYS_SECONDS = 48 * 60 * 60;

/** Keeps of a result what is enough to find the invoice again, and nothing of a person. */
class InvoicePersistenceLayer extends DynamoDBPersistenceLayer {
  override saveSuccess(data: never, result: never): Promise<void> {
    const { invoice } = result as CommandResult;
    return super.saveSuccess(data, { invoiceId: invoice.id });
  }
}

/**
 * Powertools idempotency over `RequestsTable`, for one command. The first call runs, and a call while it runs is refused. A call that
 * throws is forgotten, so it may be tried again.
 *
 * @returns a function that gives what the action gives, or `undefined` for a request that was completed before
 */
export function idempotency(command: string, client: DynamoDBClient, tableName: string) {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'content',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: TWO_DAYS_SECONDS,
    useLocalCache: false,
    hashFunction: 'sha256',
    responseHook: () => undefined as never,
  });
  const persistenceStore = new InvoicePersistenceLayer({ tableName, keyAttr: 'requestId', awsSdkV3Client: client });
  const run = makeIdempotent(
    async (_request: IdempotentRequest, action: () => Promise<CommandResult>) => (await action()) as never,
    { persistenceStore, config, keyPrefix: command },
  );
  return async <Result extends CommandResult>(
    request: IdempotentRequest,
    context: Context,
    action: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    config.registerLambdaContext(context);
    return run(request, action);
  };
}
