import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { migrateReporting } from '../../local/engines/postgres.ts';
import { connectReporting, type ReportingConnection } from '../../src/projections/reporting/connect.ts';
import { live, type ReportingTables, reportingTables } from '../../src/projections/reporting/schema.ts';
import { credentials } from '../stack/api.ts';
import { postgresPrograms, startPostgresServer, WITHOUT_POSTGRES } from '../stack/postgres-server.ts';

const noDataApi = () => {
  throw new Error('A PostgreSQL with a URL needs no Data API');
};

/** A PostgreSQL with the reporting tables, as migrations make them. */
export interface Engine {
  readonly name: string;
  /** Why it cannot be used here. */
  readonly missing?: string;
  start(): Promise<{ readonly url: string; stop(): Promise<void> }>;
}

const programs = postgresPrograms();

/** The one that `npm start` has, and a server where there is one (`apt-get install postgresql`). */
export const ENGINES: readonly Engine[] = [
  { name: "the stack's PGlite", start: async () => ({ url: credentials().endpoints.postgres, stop: async () => {} }) },
  {
    name: 'a PostgreSQL server',
    ...(WITHOUT_POSTGRES === undefined ? {} : { missing: WITHOUT_POSTGRES }),
    async start() {
      const server = await startPostgresServer(programs ?? '');
      await migrateReporting(server.url);
      return server;
    },
  },
];

export const connect = (url: string): ReportingConnection => connectReporting({ url }, noDataApi);

/** Reporting tables of a test's own, beside the live ones and like them. */
export async function ownReportingTables(database: ReportingConnection): Promise<ReportingTables> {
  const name = `reporting_${randomUUID().slice(0, 8)}`;
  const own = reportingTables(name);
  await database.rows(sql`create schema ${sql.identifier(name)}`);
  await database.rows(sql`create table ${own.invoices} (like ${live.invoices} including all)`);
  await database.rows(sql`create table ${own.invoiceEvents} (like ${live.invoiceEvents} including all)`);
  return own;
}
