import { sql } from 'drizzle-orm';
import { type Column, ofCompanies, ofCompetenceIn, type Report, standing } from './report.ts';

const COMPANY: Column = { key: 'companyCnpj', title: 'CNPJ do prestador', kind: 'text' };
const COMPETENCE: Column = { key: 'competence', title: 'Competência', kind: 'month' };

// Materialized: for the sake of a page, the planner would otherwise go through a whole index in the order of the rows.

export const iss: Report = {
  name: 'iss',
  sentence:
    'Quanto ISS as notas válidas de cada competência geram em cada município a que ele é devido: o que o tomador ou intermediário reteve, e o que fica para o prestador recolher.',
  period: 'competence',
  columns: () => [
    COMPANY,
    COMPETENCE,
    { key: 'municipalityCode', title: 'Município do ISS', kind: 'text' },
    { key: 'invoices', title: 'Notas', kind: 'count' },
    { key: 'issBase', title: 'Base de cálculo', kind: 'money' },
    { key: 'iss', title: 'ISS', kind: 'money' },
    { key: 'issWithheld', title: 'ISS retido', kind: 'money' },
    { key: 'issDue', title: 'ISS a recolher', kind: 'money' },
    { key: 'unknownRate', title: 'Notas sem alíquota informada', kind: 'count' },
  ],
  statement: (tables, scope) => sql`
    with months as materialized (
      select company_cnpj, competence, iss_municipality, count(*) as invoices, coalesce(sum(iss_base), 0) as iss_base,
        coalesce(sum(iss), 0) as iss, coalesce(sum(iss_withheld) filter (where iss is not null), 0) as iss_withheld,
        count(*) filter (where iss_base is not null and iss is null) as unknown_rate
      from ${tables.invoices}
      where ${ofCompanies(scope.companies)} and ${ofCompetenceIn(scope)} and ${standing(tables)}
      group by company_cnpj, competence, iss_municipality
    )
    select company_cnpj as "companyCnpj", competence, iss_municipality as "municipalityCode", invoices,
      iss_base as "issBase", iss, iss_withheld as "issWithheld", iss - iss_withheld as "issDue", unknown_rate as "unknownRate"
    from months
    order by 1, 2, 3`,
};

export const federal: Report = {
  name: 'federal',
  sentence:
    'Quanto os tomadores retiveram para a União nas notas válidas de cada competência: INSS, IRRF, e PIS, COFINS e CSLL numa só soma.',
  period: 'competence',
  columns: () => [
    COMPANY,
    COMPETENCE,
    { key: 'invoices', title: 'Notas com retenção', kind: 'count' },
    { key: 'inssWithheld', title: 'INSS retido', kind: 'money' },
    { key: 'irrfWithheld', title: 'IRRF retido', kind: 'money' },
    { key: 'csrfWithheld', title: 'PIS, COFINS e CSLL retidos', kind: 'money' },
    { key: 'federallyWithheld', title: 'Total retido', kind: 'money' },
  ],
  statement: (tables, scope) => sql`
    with months as materialized (
      select company_cnpj, competence, count(*) as invoices, sum(inss_withheld) as inss, sum(irrf_withheld) as irrf,
        sum(csrf_withheld) as csrf
      from ${tables.invoices}
      where ${ofCompanies(scope.companies)} and ${ofCompetenceIn(scope)} and ${standing(tables)}
        and inss_withheld + irrf_withheld + csrf_withheld > 0
      group by company_cnpj, competence
    )
    select company_cnpj as "companyCnpj", competence, invoices, inss as "inssWithheld", irrf as "irrfWithheld",
      csrf as "csrfWithheld", inss + irrf + csrf as "federallyWithheld"
    from months
    order by 1, 2`,
};

export const services: Report = {
  name: 'services',
  sentence:
    'Quanto cada código da lista nacional de serviços representa nas notas válidas das competências do período, do maior para o menor.',
  period: 'competence',
  columns: () => [
    { key: 'serviceCode', title: 'Código do serviço', kind: 'text' },
    { key: 'invoices', title: 'Notas', kind: 'count' },
    { key: 'service', title: 'Preço dos serviços', kind: 'money' },
    { key: 'total', title: 'Total', kind: 'money' },
    { key: 'iss', title: 'ISS', kind: 'money' },
  ],
  statement: (tables, scope) => sql`
    select service_code as "serviceCode", count(*) as invoices, sum(service) as service, sum(total) as total,
      coalesce(sum(iss), 0) as iss
    from ${tables.invoices}
    where ${ofCompanies(scope.companies)} and ${ofCompetenceIn(scope)} and ${standing(tables)}
    group by service_code
    order by total desc, service_code`,
};
