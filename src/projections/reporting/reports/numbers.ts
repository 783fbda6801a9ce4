import { sql } from 'drizzle-orm';
import { emittedIn, ofCompanies, type Report } from './report.ts';

/**
 * Numbers of a company's series without a note, from the first to the last one that was used in the period. A number with any note
 * is used, whatever became of other invoices under it.
 */
export const numbers: Report = {
  name: 'numbers',
  sentence:
    'Que números de DPS ou RPS, entre o primeiro e o último usados no período, não têm nota autorizada, e por quê: recusados, cancelados antes do envio, ainda em andamento, ou nunca usados.',
  period: 'emission',
  oneCompany: true,
  columns: () => [
    { key: 'series', title: 'Série', kind: 'text' },
    { key: 'first', title: 'Primeiro número', kind: 'count' },
    { key: 'last', title: 'Último número', kind: 'count' },
    { key: 'numbers', title: 'Números', kind: 'count' },
    { key: 'reason', title: 'Motivo', kind: 'text' },
    { key: 'code', title: 'Código da recusa', kind: 'text' },
  ],
  statement({ invoices }, scope) {
    const ofCompany = ofCompanies(scope.companies);
    const ofSeries = scope.series === undefined ? sql`true` : sql`dps_series = ${scope.series}`;
    return sql`
      with used as (
        select dps_series, min(dps_number) as first, max(dps_number) as last
        from ${invoices}
        where ${ofCompany} and ${ofSeries} and ${emittedIn(scope)}
        group by dps_series
      ),
      -- Between two neighbours there may be numbers that no invoice has.
      skipped as (
        select dps_series, previous + 1 as first, dps_number - 1 as last, 'NEVER_USED' as reason, null::text as code
        from (
          select dps_series, dps_number, lag(dps_number) over (partition by dps_series order by dps_number) as previous
          from used join ${invoices} as numbered using (dps_series)
          where ${ofCompany} and dps_number between used.first and used.last
        ) as neighbours
        where dps_number > previous + 1
      ),
      without_note as (
        select distinct on (dps_series, dps_number) dps_series, dps_number,
          case status when 'FAILED' then 'REFUSED' when 'CANCELLED' then 'CANCELLED_UNSENT' else 'WAITING' end as reason,
          case status when 'FAILED' then error_code end as code
        from used join ${invoices} as open using (dps_series)
        where ${ofCompany} and issued_at is null and dps_number between used.first and used.last and not exists (
          select 1 from ${invoices} as noted
          where noted.company_cnpj = open.company_cnpj and noted.dps_series = open.dps_series
            and noted.dps_number = open.dps_number and noted.issued_at is not null
        )
        order by dps_series, dps_number, updated_at desc, invoice_id
      ),
      -- Neighbours of one reason make one row: among them number and rank grow alike.
      runs as (
        select dps_series, min(dps_number) as first, max(dps_number) as last, reason, code
        from (
          select *, dps_number - row_number() over (partition by dps_series, reason, code order by dps_number) as run
          from without_note
        ) as ranked
        group by dps_series, reason, code, run
      )
      select dps_series as series, first, last, last - first + 1 as numbers, reason, code
      from (select * from skipped union all select * from runs) as gaps
      order by series, first`;
  },
};
