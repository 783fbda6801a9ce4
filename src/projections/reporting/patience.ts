import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { DatabaseUnavailable, type ReportingDatabase } from './database.ts';

export interface Patience {
  /** After the first one. */
  readonly tries: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Only for a database that is waking up, since whoever asks waits as well. */
  readonly onlyResuming?: boolean;
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
