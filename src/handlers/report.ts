import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Cents, formatCents } from '../nfse/cents.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDbProjectionsTable, type Progress } from '../projections/projections-table.ts';
import { REPORTS } from '../projections/reporting/reports/catalogue.ts';
import { type Column, type ReportRow, runReport } from '../projections/reporting/reports/report.ts';
import { live } from '../projections/reporting/schema.ts';
import { dynamoDb } from './aws-clients.ts';
import { csv } from './csv.ts';
import { lambda } from './lambda.ts';
import { Problem } from './problem.ts';
import { cursorAt, type ReportRequest, reportRequest } from './report-query.ts';
import { CALLER_PATIENCE, reportingDatabase } from './reporting-deps.ts';

const config = readConfig();
const database = reportingDatabase(config, CALLER_PATIENCE);
const projections = dynamoDbProjectionsTable(dynamoDb(), config.tables.projections, 'reporting');

export { Query } from './report-query.ts';

/** A page of a report, as JSON or CSV, with the moment up to which it knows what happened. */
export const handler = lambda('report', async ({ event, caller, now, note }) => {
  const report = REPORTS.find(({ name }) => name === event.pathParameters?.report);
  if (!report) throw reportNotFound();
  const request = reportRequest(report, caller, event.queryStringParameters ?? {}, now);
  const { scope, limit, offset } = request;
  const [{ rows, more }, progress] = await Promise.all([
    runReport(database, live, report, scope, { limit, offset }),
    projections.progress(),
  ]);
  note({ report: report.name, from: scope.from, to: scope.to, rows: rows.length });

  const columns = report.columns(scope);
  const next = more ? cursorAt(offset + limit, report, scope) : undefined;
  const freshness = freshnessOf(progress);
  if (asCsv(event, request)) {
    return {
      status: 200,
      text: csv(columns, rows),
      headers: {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': `attachment; filename="${report.name}-${scope.from}-${scope.to}.csv"`,
        ...(freshness.upTo === null ? {} : { 'x-projected-up-to': freshness.upTo }),
        ...(next ? { link: `<${pathOf(event, next)}>; rel="next"` } : {}),
      },
    };
  }
  return {
    status: 200,
    body: {
      report: report.name,
      description: report.sentence,
      period: { from: scope.from, to: scope.to, of: report.period },
      freshness,
      columns: columns.map(({ key, title }) => ({ key, title })),
      rows: rows.map((row) => rowToJson(columns, row)),
      ...(next ? { nextCursor: next } : {}),
    },
  };
});

/** A report that looks fresh and is not would be believed: what it knows up to, and whether something stands in the way. */
function freshnessOf({ committedAt, waiting }: Progress) {
  return { upTo: committedAt ?? null, ...(waiting ? { waitingSince: waiting.committedAt } : {}) };
}

function rowToJson(columns: readonly Column[], row: ReportRow): Record<string, string | number | null> {
  return Object.fromEntries(
    columns.map(({ key, kind }) => {
      const value = row[key] ?? null;
      if (value === null) return [key, null];
      if (kind === 'money') return [key, formatCents(Number(value) as Cents)];
      return [key, kind === 'seconds' ? Number(value) / 1_000 : value];
    }),
  );
}

function asCsv({ headers }: APIGatewayProxyEvent, { format }: ReportRequest): boolean {
  if (format !== undefined) return format === 'csv';
  const accept = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'accept')?.[1];
  return /\btext\/csv\b/.test(accept ?? '');
}

/** The same question with the cursor of the next page. */
function pathOf({ path, queryStringParameters }: APIGatewayProxyEvent, cursor: string): string {
  const query = Object.entries({ ...queryStringParameters, cursor }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  return `${path}?${new URLSearchParams(query)}`;
}

const reportNotFound = (): Problem =>
  new Problem({
    status: 404,
    code: 'report-not-found',
    title: 'Relatório não encontrado',
    detail: `Os relatórios são: ${REPORTS.map(({ name }) => name).join(', ')}.`,
  });
