import { sql } from 'drizzle-orm';
import { type Column, emittedIn, type Grouping, ofCompanies, type Report } from './report.ts';

const GROUPINGS: Readonly<Record<Grouping, Column & { readonly column: string }>> = {
  company: { key: 'companyCnpj', title: 'CNPJ do prestador', kind: 'text', column: 'company_cnpj' },
  day: { key: 'day', title: 'Dia da emissão', kind: 'day', column: 'emitted_on' },
  municipality: { key: 'municipalityCode', title: 'Município', kind: 'text', column: 'municipality_code' },
  status: { key: 'status', title: 'Situação', kind: 'text', column: 'status' },
};

export const totals: Report = {
  name: 'totals',
  sentence:
    'Quantas notas foram emitidas no período e quanto somam, por dia de emissão, município e situação de hoje, inclusive as rejeitadas e as canceladas.',
  period: 'emission',
  columns: ({ by }) => [
    ...by.map((grouping) => {
      const { column: _, ...shown } = GROUPINGS[grouping];
      return shown;
    }),
    { key: 'invoices', title: 'Notas', kind: 'count' },
    { key: 'service', title: 'Preço dos serviços', kind: 'money' },
    { key: 'total', title: 'Total', kind: 'money' },
  ],
  statement({ invoices }, scope) {
    const columns = scope.by.map((grouping) => GROUPINGS[grouping]);
    const grouped = sql.join(
      columns.map(({ column }) => sql.identifier(column)),
      sql`, `,
    );
    const named = columns.map(({ column, key }) => sql`${sql.identifier(column)} as ${sql.identifier(key)}`);
    return sql`
      select ${sql.join([...named, sql`count(*) as invoices, sum(service) as service, sum(total) as total`], sql`, `)}
      from ${invoices}
      where ${ofCompanies(scope.companies)} and ${emittedIn(scope)}
      group by ${grouped}
      order by ${grouped}`;
  },
};
