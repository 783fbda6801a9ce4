import type { SQL } from 'drizzle-orm';

/**
 * PostgreSQL as the reporting tables need it: one statement at a time, each a transaction. The Data API, `pg` and PGlite give and
 * take values in ways of their own (no arrays, numbers as text, times in three forms), so parameters are text and whole numbers,
 * cast in the statement, and every row comes as one JSON document.
 */
export interface ReportingDatabase {
  /**
   * @param statement whose only column is `row`, the JSON text of one row
   * @throws DatabaseUnavailable, RefusedByDatabase
   */
  rows<Row>(statement: SQL): Promise<readonly Row[]>;
}

/** The database did not do it, and may do it later: it is asleep, down, out of reach, or not set up. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  readonly code = 'database-unavailable';
  /** A paused Aurora wakes up because somebody asked; it takes some fifteen seconds. */
  readonly resuming: boolean;
  constructor(cause: unknown) {
    super(`The reporting database did not answer: ${textOf(cause)}`, { cause });
    this.resuming = nameOf(cause) === 'DatabaseResumingException';
  }
}

/** The database will never take these values: they are out of range, or break a constraint. */
export class RefusedByDatabase extends Error {
  override readonly name = 'RefusedByDatabase';
  readonly code = 'refused-by-database';
  readonly sqlState: string;
  constructor(sqlState: string, cause: unknown) {
    super(`The reporting database refused it (${sqlState}): ${textOf(cause)}`, { cause });
    this.sqlState = sqlState;
  }
}

/** Data exceptions, broken constraints, limits of the program: faults of the values, which no second try mends. */
const FAULTS_OF_VALUES = ['22', '23', '54'];

/**
 * The error of a driver as one of ours. Drizzle's own wrapper is left out: its message holds every parameter.
 */
export function databaseError(thrown: unknown): DatabaseUnavailable | RefusedByDatabase {
  const wrapped = thrown instanceof Error && 'query' in thrown && thrown.cause !== undefined;
  const cause = wrapped ? thrown.cause : thrown;
  const sqlState = sqlStateOf(cause);
  return sqlState !== undefined && FAULTS_OF_VALUES.includes(sqlState.slice(0, 2))
    ? new RefusedByDatabase(sqlState, cause)
    : new DatabaseUnavailable(cause);
}

/** `pg` has it as `code`, the Data API in its message: `ERROR: …; SQLState: 22P02`. */
function sqlStateOf(cause: unknown): string | undefined {
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  return typeof message === 'string' ? /SQLState: ([0-9A-Z]{5})/.exec(message)?.[1] : undefined;
}

const nameOf = (cause: unknown) => (cause instanceof Error ? cause.name : '');

/** An error of a connection may have no message but a code, or be several in one. */
function textOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code } = cause as { code?: unknown };
  return cause.message || (typeof code === 'string' ? code : cause.name);
}
