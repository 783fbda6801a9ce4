import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';

/**
 * How bad, what, when, and what the step says of itself. Powertools would add the service, its sampling rate and the invocation's trace
 * to every line, and each byte is paid for: the log group tells whose line it is, and `request` and `handled` have the trace as their
 * `traceId`. So has a line of trouble, which may be the only one of its invocation. Lambda wants `level` and `timestamp` in each, or
 * puts its own there; a fact of such a name never comes this far: Powertools drops it, with a warning.
 */
class ShortLines extends LogFormatter {
  override formatAttributes(
    { logLevel: level, message, timestamp, xRayTraceId: traceId }: UnformattedAttributes,
    facts: LogAttributes,
  ): LogItem {
    const trouble = level !== 'INFO' && traceId !== undefined;
    return new LogItem({
      attributes: { level, message, timestamp: timestamp.toISOString(), ...(trouble && { traceId }), ...facts },
    });
  }
}

/**
 * One structured line a step. What is logged is named by hand, never a whole event or request: CPF, names, addresses and
 * certificates stay out of the logs.
 */
export const logger = new Logger({ logFormatter: new ShortLines() });

/**
 * What a log may know of an error. Not the error itself: some carry what they are about (a commit, a document), and the logger would
 * write every member out.
 */
export function failureOf(error: unknown): { name: string; message: string; stack?: string; cause?: string } {
  if (!(error instanceof Error)) return { name: 'NotAnError', message: typeof error };
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    ...(stack ? { stack } : {}),
    ...(cause instanceof Error ? { cause: `${cause.name}: ${cause.message}` } : {}),
  };
}
