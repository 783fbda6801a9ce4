import type { RDSDataClient } from '@aws-sdk/client-rds-data';
import { drizzle as drizzleDataApi } from 'drizzle-orm/aws-data-api/pg';
import { migrate as migrateDataApi } from 'drizzle-orm/aws-data-api/pg/migrator';
import { databaseError, type ReportingDatabase } from './database.ts';

/** Where the reporting tables are: a PostgreSQL by its URL, or an Aurora cluster behind the Data API. */
export type ReportingLocation =
  | { readonly url: string }
  | { readonly clusterArn: string; readonly secretArn: string; readonly database: string };

export interface ReportingConnection extends ReportingDatabase {
  /** Brings the tables up to date. @param folder the migrations, as drizzle-kit writes them */
  migrate(folder: string): Promise<void>;
  close(): Promise<void>;
}

/** @param dataApi makes the client, where one is needed */
export function connectReporting(location: ReportingLocation, dataApi: () => RDSDataClient): ReportingConnection {
  return 'url' in location ? overUrl(location.url) : overDataApi(dataApi(), location);
}

export function overDataApi(
  client: RDSDataClient,
  { clusterArn, secretArn, database }: Exclude<ReportingLocation, { url: string }>,
): ReportingConnection {
  const drizzled = drizzleDataApi(client, { resourceArn: clusterArn, secretArn, database });
  return {
    rows: (statement) => rowsOf(drizzled.execute<{ row: string }>(statement)),
    migrate: (folder) => migrateDataApi(drizzled, { migrationsFolder: folder }),
    close: async () => client.destroy(),
  };
}

/** What a pool needs to be told of a server that may stop at any time. */
const POOL = { max: 4, connectionTimeoutMillis: 5_000, idleTimeoutMillis: 30_000, allowExitOnIdle: true } as const;

function overUrl(connectionString: string): ReportingConnection {
  // On AWS the Data API is used, and nothing of `pg` is ever evaluated.
  let opening: ReturnType<typeof openPool> | undefined;
  const open = () => {
    opening ??= openPool(connectionString);
    return opening;
  };
  return {
    rows: async (statement) => rowsOf((await open()).drizzled.execute<{ row: string }>(statement)),
    async migrate(folder) {
      const { migrate } = await import('drizzle-orm/node-postgres/migrator');
      await migrate((await open()).drizzled, { migrationsFolder: folder });
    },
    async close() {
      if (opening) await (await opening).pool.end();
      opening = undefined;
    },
  };
}

async function openPool(connectionString: string) {
  const [{ default: pg }, { drizzle }] = await Promise.all([import('pg'), import('drizzle-orm/node-postgres')]);
  const pool = new pg.Pool({ connectionString, ...POOL });
  // A connection that breaks while nobody uses it is replaced by the next query; unheard, it would end the process.
  pool.on('error', () => undefined);
  return { pool, drizzled: drizzle(pool) };
}

async function rowsOf<Row>(
  answer: PromiseLike<{ readonly rows: readonly { row: string }[] }>,
): Promise<readonly Row[]> {
  try {
    return (await answer).rows.map(({ row }) => JSON.parse(row) as Row);
  } catch (error) {
    throw databaseError(error);
  }
}
