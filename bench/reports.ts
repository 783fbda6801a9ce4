// Each report over a year of invoices, beside totals that would be kept as the invoices come; and the list of a company:
// `npm run bench -- reports [--invoices N] [--rounds N] [--engine pglite] [--without-list]`.
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import type { ReportingConnection } from '../src/projections/reporting/connect.ts';
import { REPORTS } from '../src/projections/reporting/reports/catalogue.ts';
import { type Report, type ReportScope, runReport } from '../src/projections/reporting/reports/report.ts';
import { live } from '../src/projections/reporting/schema.ts';
import { onInterruption } from './interruption.ts';
import { timesToList } from './invoice-list.ts';
import { printMachine } from './machine.ts';
import { FIRST_DAY, fillReporting, LARGEST_COMPANY, LAST_DAY, SOME_COMPANY } from './million-invoices.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { benchDatabase } from './reporting-database.ts';
import { printTable, ratio } from './table.ts';

const AIM_REPORT_P95_MS = 500;
const AIM_LIST_P95_MS = 50;
const PAGE = { limit: 1_000, offset: 0 };

const { values } = parseArgs({
  options: {
    invoices: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '20' },
    engine: { type: 'string' },
    'without-list': { type: 'boolean', default: false },
  },
});
const [invoices, rounds] = [Number(values.invoices), Number(values.rounds)];

const SCOPES = [
  ['every company', '*'],
  ['the largest, a fifth', [LARGEST_COMPANY]],
  ['some company', [SOME_COMPANY]],
] as const;

const scopeOf = (companies: ReportScope['companies']): ReportScope => ({
  companies,
  from: FIRST_DAY,
  to: LAST_DAY,
  by: ['day', 'municipality', 'status'],
});

async function timed(task: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const started = performance.now();
    await task();
    // The first one finds nothing in memory.
    if (round > 0) times.push(performance.now() - started);
  }
  return times;
}

async function timesOf(database: ReportingConnection, report: Report, companies: ReportScope['companies']) {
  return timed(() => runReport(database, live, report, scopeOf(companies), PAGE));
}

/** What an incrementally kept table of daily totals would hold, and how long the same report takes from it. */
async function keptTotals(database: ReportingConnection): Promise<{ rows: number; times: readonly number[] }> {
  await database.rows(sql`drop table if exists kept_totals`);
  await database.rows(sql`
    create table kept_totals as
    select company_cnpj, emitted_on, municipality_code, status, count(*) as invoices, sum(service)::bigint as service,
      sum(total)::bigint as total
    from ${live.invoices} group by 1, 2, 3, 4`);
  await database.rows(sql`create index on kept_totals (company_cnpj, emitted_on)`);
  await database.rows(sql`vacuum analyze kept_totals`);
  const [counted] = await database.rows<{ rows: number }>(
    sql`select json_build_object('rows', count(*))::text as row from kept_totals`,
  );
  const times = await timed(() =>
    database.rows(sql`
      select row_to_json(page)::text as row from (
        select emitted_on as day, municipality_code, status, sum(invoices), sum(service), sum(total) from kept_totals
        where emitted_on between ${FIRST_DAY}::date and ${LAST_DAY}::date
        group by 1, 2, 3 order by 1, 2, 3 limit 1000
      ) as page`),
  );
  return { rows: counted?.rows ?? 0, times };
}

async function reports(): Promise<void> {
  progress('starting PostgreSQL');
  const { name, connection, stop } = await benchDatabase(values.engine);
  onInterruption(stop);
  try {
    await fillReporting(connection, invoices, progress);
    const rows: (readonly (string | number)[])[] = [];
    for (const [who, companies] of SCOPES) {
      for (const report of REPORTS.filter(({ oneCompany }) => !oneCompany || companies !== '*')) {
        progress(`${report.name}, ${who}`);
        const { p50, p95, max } = percentilesOf(await timesOf(connection, report, companies));
        rows.push([report.name, who, p50, p95, max, p95 <= AIM_REPORT_P95_MS ? 'met' : 'missed']);
      }
    }
    progress('totals that are kept');
    const [direct, kept] = [await timesOf(connection, REPORTS[0] as Report, '*'), await keptTotals(connection)];
    progressEnds();
    printTable(
      `Reports over a year of ${invoices} invoices in ${name}, ${rounds} rounds; aim: p95 of at most ${AIM_REPORT_P95_MS} ms`,
      ['report', 'of', 'p50 ms', 'p95 ms', 'max ms', 'aim'],
      rows,
    );
    const base = percentilesOf(direct);
    const other = percentilesOf(kept.times);
    printTable(
      'Totals of every company; baseline: from the invoices',
      ['from', 'rows', 'p50 ms', 'ratio', 'p95 ms', 'ratio'],
      [
        ['the invoices', invoices, base.p50, ratio(base.p50, base.p50), base.p95, ratio(base.p95, base.p95)],
        ['daily totals', kept.rows, other.p50, ratio(other.p50, base.p50), other.p95, ratio(other.p95, base.p95)],
      ],
    );
  } finally {
    await stop();
  }
}

async function list(): Promise<void> {
  const { p50, p95, max } = percentilesOf(await timesToList(invoices, rounds * 10));
  progressEnds();
  printTable(
    `A company's newest 100 of ${invoices} invoices in InvoicesTable (DynamoDB Local); aim: p95 of at most ${AIM_LIST_P95_MS} ms`,
    ['what', 'p50 ms', 'p95 ms', 'max ms', 'aim'],
    [['list of 100', p50, p95, max, p95 <= AIM_LIST_P95_MS ? 'met' : 'missed']],
  );
}

await printMachine();
await reports();
if (!values['without-list']) await list();
