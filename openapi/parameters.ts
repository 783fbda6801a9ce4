import { SERIES } from '../src/handlers/emission-fields.ts';
import { PROJECTIONS } from '../src/projections/projections-table.ts';
import { REPORTS } from '../src/projections/reporting/reports/catalogue.ts';
import type { Json } from './document.ts';
import type { AnswerHeader, RequestHeader } from './operations.ts';

const text = { type: 'string' };

export const PATH_PARAMETERS: Readonly<Record<string, Json>> = {
  invoiceId: {
    description: 'Of the invoice, as its emission answered.',
    schema: { type: 'string', pattern: '^inv_[0-9a-hjkmnp-tv-z]{26}$' },
  },
  name: {
    description: 'Of the document, as `documents` of an event gives it.',
    schema: { type: 'string', pattern: '^[a-z][A-Za-z0-9_-]*\\.(?:xml|json)$' },
  },
  municipalityCode: {
    description: 'IBGE’s code of the municipality.',
    schema: { type: 'string', pattern: '^\\d{7}$', examples: ['3106200'] },
  },
  series: {
    description: 'Series of the declarations.',
    schema: { type: 'string', pattern: SERIES.source, examples: ['1'] },
  },
  report: {
    description: 'Which report.',
    schema: { type: 'string', enum: REPORTS.map(({ name }) => name) },
  },
  projection: { description: 'Which projection.', schema: { type: 'string', enum: [...PROJECTIONS] } },
  cnpj: {
    description: 'CNPJ of the company, without punctuation.',
    schema: { type: 'string', pattern: '^[0-9A-Z]{12}[0-9]{2}$', examples: ['11222333000181'] },
  },
};

/** What the members of a query are, by the handler that reads it. */
export const QUERY_TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  list: {
    companyCnpj: 'The company; may be left out by whoever has but one.',
    status: 'Only invoices of this status.',
    municipalityCode: 'Only invoices of this municipality.',
    from: 'Emitted at this time or later: a time, or a day in Brasília.',
    to: 'Emitted at this time or earlier: a time, or a day in Brasília.',
    limit: 'How many at most.',
    cursor: '`nextCursor` of the page before.',
  },
  'municipality-parameters': {
    service: 'National service code, 6 digits: adds its rates and special regimes.',
    municipalCode: "The municipality's own split of the service, 3 digits.",
    benefit: 'Number of a municipal benefit, 14 digits.',
    date: 'What is in force on this day; today in the municipality when left out.',
    companyCnpj:
      'In whose name, and with whose certificate, the national system is asked; may be left out by whoever has but one company, and where nothing is to be fetched.',
  },
  report: {
    companyCnpj: 'One company; without it, all that you may see.',
    from: 'First day, as São Paulo counts days.',
    to: 'Last day.',
    by: 'Of `totals`: what each row is of; some of `company`, `day`, `municipality`, `status`, separated by commas.',
    series: 'Of `numbers`: one series alone.',
    limit: 'How many rows at most.',
    cursor: '`nextCursor` of the page before.',
    format: '`csv` for a spreadsheet.',
  },
  feed: {
    companyCnpj: 'One company; without it, all that you may see.',
    after: '`nextCursor` of the last answer; without it, from the beginning.',
    limit: 'How many at most.',
  },
  history: {
    version: 'Up to this version.',
    asOf: 'Up to this moment.',
    states: '`true` adds the whole invoice before and after each event.',
    stored: '`true` adds the commits as they lie in the store, of which the hashes are made.',
  },
  processor: {
    invoiceId: 'Only letters about this invoice, one by one.',
    letterId: 'Only this letter.',
    cause: 'Only letters of this cause.',
    municipalityCode: 'Only letters about this municipality.',
  },
  xml: {
    document:
      '`nfse`: what the authority authorised. `dps`: what was declared to it. `cancellation`: the event that ended it.',
  },
};

type Headers<Name extends string> = Readonly<Record<Name, Json>>;

export const HEADERS: {
  readonly request: Headers<RequestHeader | 'Idempotency-Key'>;
  readonly answer: Headers<AnswerHeader>;
} = {
  request: {
    'Idempotency-Key': {
      description: 'The request id, bare or quoted; or `requestId` in the body. Your order’s number is a good one.',
      schema: { type: 'string', minLength: 1, maxLength: 130 },
    },
    'If-Match': {
      description: 'The `ETag` of the version that you read; without it, the company is to be new.',
      schema: text,
    },
    'If-None-Match': { description: 'The `ETag` that you have: a 304 says that nothing is new.', schema: text },
  },
  answer: {
    Location: { description: 'Path of the resource.', schema: text },
    ETag: { description: 'The version, as an entity tag.', schema: text },
    'Retry-After': { description: 'Seconds to wait before asking again.', schema: text },
    'Idempotency-Replayed': { description: '`true` where the request had come before.', schema: text },
  },
};
