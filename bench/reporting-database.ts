import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localPostgresUrl, migrateReporting, startPostgres } from '../local/engines/postgres.ts';
import { portNear } from '../local/ports.ts';
import { connectReporting, type ReportingConnection } from '../src/projections/reporting/connect.ts';
import { postgresPrograms, startPostgresServer } from '../test/stack/postgres-server.ts';

export interface BenchDatabase {
  readonly name: string;
  readonly url: string;
  readonly connection: ReportingConnection;
  stop(): Promise<void>;
}

/** An empty database with the reporting tables: a server of its own where one is installed, else PGlite, unless one is asked for. */
export async function benchDatabase(asked?: string): Promise<BenchDatabase> {
  const programs = asked === 'pglite' ? undefined : postgresPrograms();
  const server = programs === undefined ? await pglite() : await startPostgresServer(programs);
  await migrateReporting(server.url);
  const connection = connectReporting({ url: server.url }, () => {
    throw new Error('A PostgreSQL with a URL needs no Data API');
  });
  return {
    name: programs === undefined ? 'PGlite' : 'a PostgreSQL server',
    url: server.url,
    connection,
    async stop() {
      await connection.close();
      await server.stop();
    },
  };
}

async function pglite(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-bench-'));
  const port = await portNear(undefined);
  const child = await startPostgres({ port, env: process.env, logFile: join(folder, 'postgres.log') });
  return {
    url: localPostgresUrl(port),
    async stop() {
      const over = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await over;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
