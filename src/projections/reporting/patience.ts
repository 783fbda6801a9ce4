import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { DatabaseUnavailable, databaseError, type ReportingDatabase } from './database.ts';

export interface Patience {
  /** After the first one. */
  readonly tries: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Only for a database that is waking up, since whoever asks waits as well. */
  readonly onlyResuming?: boolean;
}

/** Any work on a database that may be waking up, such as a migration. What is wrong with the work itself is not tried again. */
export function whileResuming<T>(
  run: () => Promise<T>,
  { tries, firstWaitMs, longestWaitMs }: Patience,
  onResuming: (error: DatabaseUnavailable) => void,
): Promise<T> {
  const policy = retry(
    handleType(DatabaseUnavailable, ({ resuming }) => resuming),
    { maxAttempts: tries, backoff: new ExponentialBackoff({ initialDelay: firstWaitMs, maxDelay: longestWaitMs }) },
  );
  return policy.execute(async () => {
    try {
      return await run();
    } catch (thrown) {
      const error = databaseError(thrown);
      if (error instanceof DatabaseUnavailable && error.resuming) onResuming(error);
      throw error;
    }
  });
}

/** The database, asked again with growing waits while it is not there. Every statement of ours may be repeated. */
export function patient(
  database: ReportingDatabase,
  { tries, firstWaitMs, longestWaitMs, onlyResuming = false }: Patience,
): ReportingDatabase {
  const policy = retry(
    handleType(DatabaseUnavailable, ({ resuming }) => resuming || !onlyResuming),
    { maxAttempts: tries, backoff: new ExponentialBackoff({ initialDelay: firstWaitMs, maxDelay: longestWaitMs }) },
  );
  return { rows: (statement) => policy.execute(() => database.rows(statement)) };
}
