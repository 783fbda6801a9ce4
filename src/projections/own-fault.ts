import { NotWrittenBeside } from './project-everywhere.ts';
import { DatabaseUnavailable } from './reporting/database.ts';

/**
 * Whether it is the invoice itself that cannot be projected: then a second try ends like the first, and the invoice is parked so that
 * those behind it go on. Everything else (a table out of reach, throttling, a database asleep) is of the surroundings and is tried
 * again.
 */
export function isOwnFault(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailable || error instanceof NotWrittenBeside)
    return false;
  // An item that DynamoDB will not have, for one that is too large.
  if (isOfAws(error)) return error.name === 'ValidationException';
  return !isOfTheNetwork(error);
}

const isOfAws = (error: Error): boolean => '$metadata' in error || '$fault' in error;

/** Node's errors of connections have a code such as ECONNREFUSED; a time-out of the SDK has a name alone. */
function isOfTheNetwork(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return (typeof code === 'string' && /^E[A-Z]+$/.test(code)) || /Timeout|Abort/.test(error.name);
}
