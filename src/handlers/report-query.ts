import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { parseCnpj } from '../nfse/cnpj.ts';
import { localTime } from '../nfse/local-time.ts';
import type { Report, ReportScope } from '../projections/reporting/reports/report.ts';
import { type Caller, mayAccess } from './access.ts';
import { badRequest, forbidden } from './problem.ts';
import { fail, field, fieldError, parse, wholeNumber } from './request-fields.ts';

/** Some leap year, so that a year is always one question. */
const LONGEST_PERIOD_DAYS = 366;
const DAY_MS = 86_400_000;

/** The Data API gives at most 1 MB an answer; a row of a report takes some 300 bytes. */
const MOST_ROWS = 2_000;

const GROUPINGS = ['company', 'day', 'municipality', 'status'] as const;

export const Query = z.strictObject({
  companyCnpj: z.optional(z.string().check(z.refine((value) => parseCnpj(value) !== undefined, field('cnpj')))),
  from: z.optional(z.iso.date({ error: field('date') })),
  to: z.optional(z.iso.date({ error: field('date') })),
  by: z.optional(z.string().check(z.maxLength(100))),
  series: z.optional(z.string().check(z.regex(/^\d{1,5}$/, field('series')))),
  limit: z._default(wholeNumber(1, MOST_ROWS), 1_000),
  cursor: z.optional(z.string().check(z.maxLength(500))),
  format: z.optional(z.enum(['json', 'csv'])),
});

export interface ReportRequest {
  readonly scope: ReportScope;
  readonly limit: number;
  readonly offset: number;
  readonly format: 'json' | 'csv' | undefined;
}

/**
 * What is asked of a report, within the companies that the caller may see.
 *
 * @throws Problem 403 for a foreign company, 422 for fields, 400 for a cursor of another question
 */
export function reportRequest(
  report: Report,
  caller: Caller,
  parameters: Readonly<Record<string, string | undefined>>,
  now: Date,
): ReportRequest {
  const query = parse(Query, parameters, '/query');
  if (query.by !== undefined && report.name !== 'totals') fail('/query/by', 'unknown');
  if (query.series !== undefined && report.name !== 'numbers') fail('/query/series', 'unknown');
  const today = localTime(now.getTime(), '-03:00').slice(0, 10);
  const to = query.to ?? (query.from !== undefined && query.from > today ? query.from : today);
  const from = query.from ?? `${to.slice(0, 7)}-01`;
  if (from > to) fail('/query/to', 'period');
  if (Date.parse(to) - Date.parse(from) >= LONGEST_PERIOD_DAYS * DAY_MS) fail('/query/from', 'period-too-long');
  const scope: ReportScope = {
    companies: companiesOf(caller, query.companyCnpj, report),
    from,
    to,
    by: groupingsIn(query.by),
    ...(query.series === undefined ? {} : { series: query.series }),
  };
  const offset = query.cursor === undefined ? 0 : offsetIn(query.cursor, report, scope);
  return { scope, limit: query.limit, offset, format: query.format };
}

function companiesOf(caller: Caller, asked: string | undefined, { oneCompany }: Report): ReportScope['companies'] {
  if (asked !== undefined) {
    if (mayAccess(caller, asked)) return [asked];
    throw forbidden('Você não tem acesso a esta empresa (companyCnpj).');
  }
  if (oneCompany && (caller.companies === '*' || caller.companies.length !== 1)) fail('/query/companyCnpj', 'required');
  return caller.companies;
}

function groupingsIn(by: string | undefined): ReportScope['by'] {
  if (by === undefined) return ['day', 'municipality', 'status'];
  const asked = by.split(',');
  const known = GROUPINGS.filter((grouping) => asked.includes(grouping));
  if (known.length !== asked.length) fail('/query/by', 'value');
  return known;
}

/** Opaque to clients, and bound to the question: rows are counted, so the same number leads elsewhere in another one. */
export function cursorAt(offset: number, { name }: Report, scope: ReportScope): string {
  const question = createHash('sha256')
    .update(JSON.stringify([name, scope]))
    .digest('base64url')
    .slice(0, 16);
  return Buffer.from(JSON.stringify([question, offset])).toString('base64url');
}

function offsetIn(cursor: string, report: Report, scope: ReportScope): number {
  const offset = lastOf(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (Number.isSafeInteger(offset) && offset > 0 && offset < 2 ** 31 && cursor === cursorAt(offset, report, scope)) {
    return offset;
  }
  throw badRequest('invalid-cursor', 'O cursor não é válido para esta consulta; veja errors.', [
    fieldError('/query/cursor', 'cursor'),
  ]);
}

function lastOf(text: string): number {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? Number(value.at(-1)) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
