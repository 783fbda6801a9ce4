import { type SQL, sql } from 'drizzle-orm';
import type { ReportingConnection } from '../src/projections/reporting/connect.ts';
import { live } from '../src/projections/reporting/schema.ts';

const STEP = 50_000;
/** A fifth of all invoices is one company's, the rest is spread over these many. */
const COMPANIES = 1_000;

export const LARGEST_COMPANY = '10000000000000';
export const SOME_COMPANY = '10000000000500';
export const FIRST_DAY = '2026-01-01';
export const LAST_DAY = '2026-12-31';

/**
 * Fills the reporting tables as a year of invoices would: 93 of 100 issued, 3 cancelled, 4 refused, one in fifty refused once and then
 * issued; the largest company's numbers without gaps but for the refused ones.
 *
 * @param say told of progress
 */
export async function fillReporting(
  database: ReportingConnection,
  invoices: number,
  say: (text: string) => void,
): Promise<void> {
  await database.rows(sql`truncate ${live.invoices}, ${live.invoiceEvents}`);
  for (let from = 0; from < invoices; from += STEP) {
    say(`filling the reporting tables: ${from} of ${invoices}`);
    await database.rows(invoicesFrom(from, Math.min(from + STEP, invoices), invoices));
    await database.rows(eventsFrom(from, Math.min(from + STEP, invoices)));
  }
  say('analysing the reporting tables');
  await database.rows(sql`vacuum analyze ${live.invoices}`);
  await database.rows(sql`vacuum analyze ${live.invoiceEvents}`);
}

const whole = (value: number): SQL => sql.raw(String(value));
const idOf = (n: number): string => `inv_${n.toString(16).padStart(26, '0')}`;
const idsBetween = (from: number, to: number): SQL => sql`invoice_id between ${idOf(from)} and ${idOf(to - 1)}`;

/** Spread evenly over the year, in the order of their emission. */
const invoicesFrom = (from: number, to: number, of: number): SQL => sql`
  insert into ${live.invoices}
  select 'inv_' || lpad(to_hex(n), 26, '0'), 2,
    case when n % 5 = 0 then ${LARGEST_COMPANY} else (10000000000000 + 1 + (n * 7919) % ${whole(COMPANIES - 1)})::text end,
    (array['3106200', '3550308', '3304557', '4106902', '5300108'])[1 + (n / 7) % 5],
    'national', fate, '1', case when n % 5 = 0 then n / 5 else n end, n::text, case when fate <> 'FAILED' then lpad(n::text, 50, '0') end, null,
    at, (at at time zone 'America/Sao_Paulo')::date,
    case when fate <> 'FAILED' then at + took * interval '1 millisecond' end, case when fate <> 'FAILED' then took end,
    at + took * interval '1 millisecond', (at at time zone 'America/Sao_Paulo')::date - (n % 3)::int,
    to_char((at at time zone 'America/Sao_Paulo')::date - (n % 3)::int, 'YYYY-MM'),
    lpad((10101 + (n % 40) * 100)::text, 6, '0'), '3106200', 10000 + n % 900000, 10000 + n % 900000,
    10000 + n % 900000, (10000 + n % 900000) / 20, case when n % 4 = 0 then (10000 + n % 900000) / 20 else 0 end,
    case when n % 10 = 0 then 1100 else 0 end, case when n % 10 = 1 then 150 else 0 end, 0, 10000 + n % 900000,
    case when fate = 'FAILED' then 'E0' || 100 + n % 90 end
  from (
    select n, '2026-01-01T03:00:00Z'::timestamptz + n * (interval '364 days' / ${whole(of)}) as at,
      -- Most within seconds, one in a hundred within hours.
      (400 + (n * 104729) % 2600 + case when n % 100 = 0 then (n * 31) % 7200000 else 0 end)::bigint as took,
      case when n % 23 = 0 then 'FAILED' when n % 33 = 0 then 'CANCELLED' else 'ISSUED' end as fate
    from generate_series(${whole(from)}::bigint, ${whole(to - 1)}::bigint) as n
  ) as invoice`;

const eventsFrom = (from: number, to: number): SQL => sql`
  insert into ${live.invoiceEvents}
  select invoice_id, version, company_cnpj, municipality_code, type, at, version, at, lpad(n::text, 43, 'h'),
    case when type = 'Failed' then 'E0' || 100 + n % 90 end, nextval('reporting_feed_position')
  from (
    select invoice_id, company_cnpj, municipality_code, nfse_number::bigint as n, 1 as version, 'Emitted' as type, emitted_at as at
    from ${live.invoices} where ${idsBetween(from, to)}
    union all
    select invoice_id, company_cnpj, municipality_code, nfse_number::bigint, 2, case when status = 'FAILED' then 'Failed' else 'Issued' end,
      updated_at
    from ${live.invoices} where ${idsBetween(from, to)}
  ) as happened`;
