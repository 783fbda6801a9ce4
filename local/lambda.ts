import { InvokeStore, InvokeStoreBase } from '@aws/lambda-invoke-store';
import type { Context } from 'aws-lambda';

/** A Lambda handler, as its module exports it. */
export type Handler = (event: never, context: Context) => Promise<unknown>;

/**
 * Where Lambda keeps the trace of each invocation in an environment that has several at once, as this process does. Powertools reads
 * the trace there.
 */
const invocations = await InvokeStore.getInstanceAsync(true);

/** The function did not answer in its time; what it still does goes on. */
export class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';
  readonly code = 'function-timeout';
}

/**
 * Calls a handler as Lambda does.
 *
 * @param call.awsRequestId id of this invocation
 * @param call.trace header of the trace that the invocation belongs to
 * @throws FunctionTimeout after `timeoutMs`, and whatever the handler throws
 */
export async function invoke<Event>(
  handler: Handler,
  event: Event,
  call: { functionName: string; awsRequestId: string; timeoutMs: number; trace?: string },
): Promise<unknown> {
  const deadline = Date.now() + call.timeoutMs;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new FunctionTimeout(`${call.functionName} took over ${call.timeoutMs} ms`)),
      call.timeoutMs,
    );
  });
  try {
    const invocation = { [InvokeStoreBase.PROTECTED_KEYS.X_RAY_TRACE_ID]: call.trace };
    const answer = invocations.run(invocation, () => handler(event as never, contextOf(call, deadline)));
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function contextOf(
  { functionName, awsRequestId }: { functionName: string; awsRequestId: string },
  deadline: number,
): Context {
  const unsupported = () => {
    throw new Error('A handler answers by its promise');
  };
  return {
    awsRequestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:sa-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '512',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: unsupported,
    fail: unsupported,
    succeed: unsupported,
  };
}
