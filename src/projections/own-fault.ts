import { awsFault, isOfAws } from '../aws/faults.ts';
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
  if (awsFault(error)) return false;
  // An item that DynamoDB will not have, for one that is too large.
  return !isOfAws(error) || error.name === 'ValidationException';
}
