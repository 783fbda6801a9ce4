import { type SQL, sql } from 'drizzle-orm';
import type { ReportingDatabase } from '../database.ts';
import type { ReportingTables } from '../schema.ts';

/** What a column holds: `money` is centavos, `seconds` is milliseconds, `month` is `YYYY-MM`; any may be `null`. */
export type ColumnKind = 'text' | 'day' | 'month' | 'moment' | 'count' | 'money' | 'seconds';

export interface Column {
  /** Its name in JSON. */
  readonly key: string;
  /** Its name for an accountant, in Portuguese. */
  readonly title: string;
  readonly kind: ColumnKind;
}

export type Grouping = 'company' | 'day' | 'municipality' | 'status';

export interface ReportScope {
  /** CNPJs, or every company. */
  readonly companies: readonly string[] | '*';
  /** First and last day, `YYYY-MM-DD`, both included, as São Paulo counts them. */
  readonly from: string;
  readonly to: string;
  /** Of the totals: what each row is of. */
  readonly by: readonly Grouping[];
  /** Of the numbers: one series alone. */
  readonly series?: string;
}

export interface Report {
  readonly name: string;
  /** What it says, for an accountant, in one sentence. */
  readonly sentence: string;
  /** Which day of an invoice the period is about. */
  readonly period: 'emission' | 'competence' | 'event';
  /** Whether it makes sense for one company at a time alone. */
  readonly oneCompany?: true;
  columns(scope: ReportScope): readonly Column[];
  /** A select whose output columns are those of `columns`, in an order that no two rows share. */
  statement(tables: ReportingTables, scope: ReportScope): SQL;
}

export type ReportRow = Readonly<Record<string, string | number | null>>;

/**
 * A page of a report.
 *
 * @param offset rows to leave out at the beginning
 * @returns at most `limit` rows, and whether there are more
 * @throws DatabaseUnavailable
 */
export async function runReport(
  database: ReportingDatabase,
  tables: ReportingTables,
  report: Report,
  scope: ReportScope,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ readonly rows: readonly ReportRow[]; readonly more: boolean }> {
  const statement = pageOf(report.statement(tables, scope), limit + 1, offset);
  const rows = await database.rows<ReportRow>(statement);
  return { rows: rows.slice(0, limit), more: rows.length > limit };
}

/** The statement as it is sent: also what `EXPLAIN` is asked about. */
export function pageOf(statement: SQL, limit: number, offset: number): SQL {
  return sql`select row_to_json(page)::text as row from (${statement} limit ${limit}::int offset ${offset}::int) as page`;
}

/** One company is compared with, so that the planner knows how many rows to expect; several come as one parameter. */
export function ofCompanies(companies: readonly string[] | '*'): SQL {
  if (companies === '*') return sql`true`;
  const [only, ...others] = companies;
  return only !== undefined && others.length === 0
    ? sql`company_cnpj = ${only}`
    : sql`company_cnpj = any(array(select jsonb_array_elements_text(${JSON.stringify(companies)}::jsonb)))`;
}

export const emittedIn = ({ from, to }: ReportScope): SQL => sql`emitted_on between ${from}::date and ${to}::date`;

export const ofCompetenceIn = ({ from, to }: ReportScope): SQL =>
  sql`competence_on between ${from}::date and ${to}::date`;

/**
 * Notes that stand: authorised, not cancelled, and no other note took their place. The authority cancels a replaced note in the step
 * that authorises the new one; its own invoice here hears of it a moment later, or never where it was named by its key alone. Only its
 * own company can replace a note: a key that another one names is no reason to leave it out.
 */
export function standing({ invoices }: ReportingTables): SQL {
  return sql`issued_at is not null and status <> 'CANCELLED' and (access_key is null or (company_cnpj, access_key) not in (
    select company_cnpj, replaces from ${invoices} where replaces is not null and issued_at is not null
  ))`;
}
