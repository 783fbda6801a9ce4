import { sql } from 'drizzle-orm';
import { emittedIn, ofCompanies, type Report } from './report.ts';

export const rejections: Report = {
  name: 'rejections',
  sentence:
    'Com que códigos as autoridades recusaram emissões e cancelamentos no período, quantas vezes e em quantas notas, da mais comum à mais rara.',
  period: 'event',
  columns: () => [
    { key: 'code', title: 'Código', kind: 'text' },
    { key: 'what', title: 'O que foi recusado', kind: 'text' },
    { key: 'rejections', title: 'Recusas', kind: 'count' },
    { key: 'invoices', title: 'Notas', kind: 'count' },
    { key: 'first', title: 'Primeira vez', kind: 'moment' },
    { key: 'last', title: 'Última vez', kind: 'moment' },
  ],
  statement: ({ invoiceEvents }, scope) => sql`
    select error_code as code, case type when 'Failed' then 'EMISSION' else 'CANCELLATION' end as what,
      count(*) as rejections, count(distinct invoice_id) as invoices,
      to_char(min(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as first,
      to_char(max(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last
    from ${invoiceEvents}
    where error_code is not null and ${ofCompanies(scope.companies)}
      and at >= ${`${scope.from}T00:00:00-03:00`}::timestamptz
      and at < ${`${scope.to}T00:00:00-03:00`}::timestamptz + interval '1 day'
    group by error_code, type
    order by rejections desc, error_code, type`,
};

/**
 * Percentiles by nearest rank, from how often each time occurs: counting needs no sort of all invoices, and gives what
 * `percentile_disc` gives.
 */
export const issueTimes: Report = {
  name: 'issue-times',
  sentence:
    'Quanto tempo as notas emitidas no período levaram da emissão até a autorização, por município e sistema: metade levou no máximo a mediana, 95 em cada 100 no máximo o percentil 95.',
  period: 'emission',
  columns: () => [
    { key: 'municipalityCode', title: 'Município', kind: 'text' },
    { key: 'provider', title: 'Sistema', kind: 'text' },
    { key: 'invoices', title: 'Notas autorizadas', kind: 'count' },
    { key: 'p50', title: 'Mediana (s)', kind: 'seconds' },
    { key: 'p90', title: 'Percentil 90 (s)', kind: 'seconds' },
    { key: 'p95', title: 'Percentil 95 (s)', kind: 'seconds' },
    { key: 'p99', title: 'Percentil 99 (s)', kind: 'seconds' },
    { key: 'max', title: 'Máximo (s)', kind: 'seconds' },
  ],
  statement({ invoices }, scope) {
    const at = (percent: number) =>
      sql`min(issue_ms) filter (where up_to * 100 >= ${sql.raw(String(percent))} * total)`;
    return sql`
      select municipality_code as "municipalityCode", provider, max(total) as invoices,
        ${at(50)} as p50, ${at(90)} as p90, ${at(95)} as p95, ${at(99)} as p99, max(issue_ms) as max
      from (
        select municipality_code, provider, issue_ms,
          sum(times) over (partition by municipality_code, provider order by issue_ms) as up_to,
          sum(times) over (partition by municipality_code, provider) as total
        from (
          select municipality_code, provider, issue_ms, count(*) as times
          from ${invoices}
          where ${ofCompanies(scope.companies)} and ${emittedIn(scope)} and issue_ms is not null
          group by municipality_code, provider, issue_ms
        ) as counted
      ) as ranked
      group by municipality_code, provider
      order by municipality_code, provider`;
  },
};
