import { Logger } from '@aws-lambda-powertools/logger';

/**
 * One structured line a step. What is logged is named by hand, never a whole event or request: CPF, names, addresses and
 * certificates stay out of the logs.
 */
export const logger = new Logger();

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
