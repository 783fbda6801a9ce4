import {
  IdempotencyAlreadyInProgressError,
  IdempotencyInconsistentStateError,
  IdempotencyValidationError,
} from '@aws-lambda-powertools/idempotency';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type CommandResult, type IdempotentRequest, idempotency } from '../platform/idempotency.ts';
import { keyReused } from './error-answers.ts';
import type { Call } from './lambda.ts';
import { Problem } from './problem.ts';

/**
 * Runs a command once for each request id, and answers as the API promises: 409 while the first call is under way, 422 for another
 * content under the same key.
 *
 * @returns a function that gives the command's result, or `undefined` for a request that was completed before
 */
export function idempotent(command: string, client: DynamoDBClient, tableName: string) {
  const once = idempotency(command, client, tableName);
  return async <Result extends CommandResult>(
    call: Call,
    request: IdempotentRequest,
    action: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    try {
      return await once(request, call.context, action);
    } catch (error) {
      if (error instanceof IdempotencyValidationError) throw keyReused(error);
      if (error instanceof IdempotencyAlreadyInProgressError || error instanceof IdempotencyInconsistentStateError) {
        throw inProgress(error);
      }
      throw error;
    }
  };
}

function inProgress(cause: unknown): Problem {
  return new Problem(
    {
      status: 409,
      code: 'request-in-progress',
      title: 'Requisição em andamento',
      detail: 'Uma requisição com esta chave ainda está em andamento. Repita em instantes.',
      headers: { 'retry-after': '1' },
    },
    { cause },
  );
}
