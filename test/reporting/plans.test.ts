import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillReporting, LARGEST_COMPANY, SOME_COMPANY } from '../../bench/million-invoices.ts';
import { migrateReporting } from '../../local/engines/postgres.ts';
import { feedStatement } from '../../src/projections/reporting/feed.ts';
import { REPORTS } from '../../src/projections/reporting/reports/catalogue.ts';
import { pageOf, type ReportScope } from '../../src/projections/reporting/reports/report.ts';
import { live } from '../../src/projections/reporting/schema.ts';
import { needing } from '../needs.ts';
import { postgresPrograms, startPostgresServer, WITHOUT_POSTGRES } from '../stack/postgres-server.ts';
import { connect } from './own-reporting.ts';

const programs = postgresPrograms();
const INVOICES = 60_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** On a server, whose planner knows what is on it: PGlite would only tell of itself. */
needing(WITHOUT_POSTGRES, describe)('the plan that PostgreSQL makes among many invoices', () => {
  let server: Awaited<ReturnType<typeof startPostgresServer>>;
  let client: Client;

  beforeAll(async () => {
    server = await startPostgresServer(programs ?? '');
    await migrateReporting(server.url);
    const database = connect(server.url);
    await fillReporting(database, INVOICES, () => undefined);
    await database.close();
    client = new Client({ connectionString: server.url });
    await client.connect();
  });
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  async function scansOf(statement: ReturnType<typeof sql>): Promise<{ sequential: string[]; indexes: string[] }> {
    const { sql: text, params } = new PgDialect().sqlToQuery(statement);
    const { rows } = await client.query(`explain (format json) ${text}`, params);
    const nodes = nodesOf(rows[0]['QUERY PLAN'][0].Plan);
    return {
      sequential: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [])),
      indexes: [...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))].sort(),
    };
  }

  const month: Omit<ReportScope, 'companies'> = { from: '2026-05-01', to: '2026-05-31', by: ['day', 'status'] };
  const USED: Readonly<Record<string, string>> = {
    totals: 'invoices_by_company_day',
    iss: 'invoices_by_company_competence',
    federal: 'invoices_by_company_competence',
    services: 'invoices_by_company_competence',
    rejections: 'invoice_events_by_rejection',
    'issue-times': 'invoices_by_company_day',
    numbers: 'invoices_by_number',
  };

  it.each(REPORTS)("of the report $name for a company's month reads an index and no whole table", async (report) => {
    for (const companies of [[SOME_COMPANY], [LARGEST_COMPANY], [SOME_COMPANY, LARGEST_COMPANY]]) {
      if (report.oneCompany && companies.length > 1) continue;
      const { sequential, indexes } = await scansOf(pageOf(report.statement(live, { ...month, companies }), 1_000, 0));
      expect({ companies, sequential }).toEqual({ companies, sequential: [] });
      // Of a company with a fifth of all invoices, the days of the month may leave less to read.
      if (companies.join() === SOME_COMPANY) expect(indexes).toContain(USED[report.name]);
      else expect(indexes.length).toBeGreaterThan(0);
    }
  });

  it('of the totals of every company for a day reads the index of days', async () => {
    const [totals] = REPORTS;
    const day: ReportScope = { ...month, to: month.from, companies: '*' };
    const { sequential, indexes } = await scansOf(
      pageOf((totals as (typeof REPORTS)[number]).statement(live, day), 1_000, 0),
    );
    expect({ sequential, indexes }).toEqual({ sequential: [], indexes: ['invoices_by_day'] });
  });

  it.each([
    ['everybody', '*' as const, 'invoice_events_by_position'],
    ['one company', [SOME_COMPANY], 'invoice_events_by_company_position'],
    ['some companies', [SOME_COMPANY, LARGEST_COMPANY], 'invoice_events_by_company_position'],
  ])('of the feed of %s goes on in the index of its positions', async (_, companies, index) => {
    const { sequential, indexes } = await scansOf(feedStatement(live, companies, INVOICES, 100));
    expect({ sequential, indexes }).toEqual({ sequential: [], indexes: [index] });
  });

  it("of a day's commits, which its seal is made of, reads the index of commit times", async () => {
    const { sequential, indexes } = await scansOf(sql`
      select invoice_id, commit_version, commit_hash from ${live.invoiceEvents}
      where committed_at >= '2026-05-01T00:00:00Z' and committed_at < '2026-05-02T00:00:00Z' and version = commit_version`);
    expect({ sequential, indexes }).toEqual({ sequential: [], indexes: ['invoice_events_by_commit_time'] });
  });
});
