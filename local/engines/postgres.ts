import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectReporting } from '../../src/projections/reporting/connect.ts';
import { ended, startChild } from '../child.ts';
import { lastLines, logSize } from '../log-tail.ts';
import { inProject } from '../project.ts';
import { didNotStart, StackError } from '../stack-error.ts';

/** The first start makes a whole database: two seconds of processor time, which a busy machine takes its time to give. */
const START_TIMEOUT_MS = 120_000;
const MIGRATE_TRIES = 10;
const MIGRATE_WAIT_MS = 300;

export const migrationsFolder = inProject('src/projections/reporting/migrations');

export interface PostgresOptions {
  readonly port: number;
  /** Where the tables persist; absent, they live in memory. */
  readonly dataDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
}

export const localPostgresUrl = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`;

/**
 * Starts PostgreSQL as PGlite in a process of its own, and waits until it takes connections.
 *
 * @throws StackError when it does not come up
 */
export async function startPostgres({ port, dataDir, env, logFile }: PostgresOptions): Promise<ChildProcess> {
  const args = ['--port', String(port), ...(dataDir === undefined ? [] : ['--data', dataDir])];
  const since = await logSize(logFile);
  const child = await startChild({ script: 'local/engines/postgres/main.ts', args, env, logFile });
  const outcome = await Promise.race([
    once(child, 'message').then(() => true as const),
    ended(child),
    sleep(START_TIMEOUT_MS, 'no answer', { ref: false }),
  ]);
  if (outcome !== true) {
    child.kill('SIGKILL');
    throw didNotStart('PostgreSQL', outcome, await lastLines(logFile, since));
  }
  return child;
}

/** Brings the reporting tables of a PostgreSQL up to date. @throws StackError when it does not answer */
export async function migrateReporting(url: string): Promise<void> {
  const connection = connectReporting({ url }, () => {
    throw new Error('A PostgreSQL with a URL needs no Data API');
  });
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        return await connection.migrate(migrationsFolder);
      } catch (error) {
        if (attempt < MIGRATE_TRIES) await sleep(MIGRATE_WAIT_MS);
        else throw new StackError(`The reporting tables could not be made in PostgreSQL: ${reasonOf(error)}`);
      }
    }
  } finally {
    await connection.close();
  }
}

/** Drizzle tells the statement, its cause tells what was wrong with it. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message?: string };
  return cause?.message || cause?.code || message || String(error);
}
