import type { Context } from 'aws-lambda';

/** A Lambda handler, as its module exports it. */
export type Handler = (event: never, context: Context) => Promise<unknown>;

/** The function did not answer in its time; what it still does goes on. */
export class FunctionTimeout extends Error {
  override readonly name = 'FunctionTimeout';
  readonly code = 'function-timeout';
}

/**
 * Calls a handler as Lambda does.
 *
 * @param call.awsRequestId id of this invocation
 * @throws FunctionTimeout after `timeoutMs`, and whatever the handler throws
 */
export async function invoke<Event>(
  handler: Handler,
  event: Event,
  call: { functionName: string; awsRequestId: string; timeoutMs: number },
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
    return await Promise.race([handler(event as never, contextOf(call, deadline)), timeout]);
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
