import type * as z from 'zod/mini';
import * as answers from './answers.ts';
import * as municipalityAnswers from './municipality-answers.ts';
import type { ProblemCode } from './problems.ts';

/** What is said of a route beyond its schemas. */
export interface Operation {
  readonly id: string;
  readonly tag: 'Invoices' | 'Companies' | 'Reports' | 'Operations' | 'Service';
  readonly summary: string;
  readonly description?: string;
  /** Component name of the body, which is the handler's own `Body`. */
  readonly body?: string;
  /** Happens once a request id: takes `Idempotency-Key`. */
  readonly once?: true;
  readonly headers?: readonly RequestHeader[];
  readonly examples?: readonly string[];
  /** By status, without the problems. */
  readonly answers: Readonly<Record<number, OperationAnswer>>;
  readonly problems?: readonly ProblemCode[];
}

export type RequestHeader = 'If-Match' | 'If-None-Match';
export type AnswerHeader = 'Location' | 'ETag' | 'Idempotency-Replayed' | 'Retry-After';

export interface OperationAnswer {
  readonly description: string;
  readonly schema?: z.ZodMiniType;
  readonly headers?: readonly AnswerHeader[];
  /** Another form of the same answer, by its media type. */
  readonly alsoAs?: string;
}

const accepted = {
  202: {
    description:
      'Safe in the event store; the authority answers later. A replay answers with the invoice as it is now.',
    schema: answers.Invoice,
    headers: ['Location', 'ETag', 'Idempotency-Replayed'],
  },
} as const;
const company = { description: 'The company.', schema: answers.Company, headers: ['ETag'] } as const;

/** Every route of the API, as `METHOD path`. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET /ping': {
    id: 'ping',
    tag: 'Service',
    summary: 'Whether the service answers',
    answers: { 200: { description: 'It does.', schema: answers.Ping } },
  },
  'GET /openapi.json': {
    id: 'openapi',
    tag: 'Service',
    summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1.', schema: answers.Description } },
  },
  'POST /invoices': {
    id: 'emit',
    tag: 'Invoices',
    summary: 'Emit an invoice',
    description:
      'What the company’s registration says may be left out: `municipalityCode`, `issuer` as a whole, `dps.series`. The same request id never emits twice.',
    body: 'Emission',
    once: true,
    examples: ['emit-invoice', 'emit-withheld', 'emit-export'],
    answers: accepted,
    problems: ['company-not-registered', 'other-environment', 'counter-changed', 'contention'],
  },
  'GET /invoices': {
    id: 'list',
    tag: 'Invoices',
    summary: 'List a company’s invoices, newest first',
    description:
      'Go on with `nextCursor` and the same filters until there is none; a page may be short and still have one.',
    answers: { 200: { description: 'A page.', schema: answers.InvoiceList } },
    problems: ['invalid-request', 'invalid-cursor'],
  },
  'GET /invoices/{invoiceId}': {
    id: 'get',
    tag: 'Invoices',
    summary: 'Read an invoice',
    description: 'Always as fresh as your last write.',
    headers: ['If-None-Match'],
    answers: {
      200: { description: 'The invoice.', schema: answers.Invoice, headers: ['ETag'] },
      304: { description: 'It is still at that version.', headers: ['ETag'] },
    },
    problems: ['invoice-not-found'],
  },
  'GET /invoices/{invoiceId}/events': {
    id: 'history',
    tag: 'Invoices',
    summary: 'Replay an invoice’s history, and check its chain',
    description: 'Up to its end, to a `version`, or to the moment `asOf`; not both.',
    answers: { 200: { description: 'What happened, and the state that it led to.', schema: answers.History } },
    problems: ['invoice-not-found', 'invalid-request'],
  },
  'GET /invoices/{invoiceId}/xml': {
    id: 'xml',
    tag: 'Invoices',
    summary: 'Get a link to a document of an invoice',
    answers: { 200: { description: 'A link that works for a few minutes.', schema: answers.DocumentLink } },
    problems: [
      'invoice-not-found',
      'document-not-available',
      'document-missing',
      'document-damaged',
      'invalid-request',
    ],
  },
  'GET /invoices/{invoiceId}/documents/{name}': {
    id: 'document',
    tag: 'Invoices',
    summary: 'Get a link to a document that an invoice’s history names',
    description:
      'What was declared, what was authorised, and every exchange with the authority, as it was; but documents that it carried as gzip stand beside its body (`unpacked`) as text. The link of an answer comes with the name of the request that it answers.',
    answers: { 200: { description: 'A link that works for a few minutes.', schema: answers.HistoryDocumentLink } },
    problems: ['invoice-not-found', 'document-not-available', 'document-damaged'],
  },
  'POST /invoices/{invoiceId}/cancel': {
    id: 'cancel',
    tag: 'Invoices',
    summary: 'Cancel an invoice',
    body: 'Cancellation',
    once: true,
    examples: ['cancel-invoice'],
    answers: accepted,
    problems: ['invoice-not-found', 'nothing-to-cancel', 'note-replaced', 'contention'],
  },
  'POST /invoices/{invoiceId}/retry': {
    id: 'retry',
    tag: 'Invoices',
    summary: 'Correct an invoice that was refused, and send it again',
    description:
      '`corrections` is a JSON merge patch (RFC 7396) over the invoice as you read it: send what changes, `null` removes.',
    body: 'Retry',
    once: true,
    examples: ['retry-corrected'],
    answers: accepted,
    problems: ['invoice-not-found', 'nothing-to-retry', 'note-may-exist', 'contention'],
  },
  'GET /companies/{cnpj}': {
    id: 'company',
    tag: 'Companies',
    summary: 'Read a company’s registration',
    answers: { 200: company },
    problems: ['company-not-found'],
  },
  'PUT /companies/{cnpj}': {
    id: 'register',
    tag: 'Companies',
    summary: 'Register a company, or change its registration',
    body: 'Registration',
    headers: ['If-Match'],
    examples: ['register-company'],
    answers: {
      200: company,
      201: { description: 'The company, which is new.', schema: answers.Company, headers: ['ETag', 'Location'] },
    },
    problems: ['company-not-found', 'company-changed', 'if-match-required', 'counter-changed'],
  },
  'PUT /companies/{cnpj}/certificate': {
    id: 'certificate',
    tag: 'Companies',
    summary: 'Store a company’s A1 certificate',
    description: 'Key and password are never shown again.',
    body: 'CertificateFile',
    answers: { 200: company },
    problems: ['company-not-found'],
  },
  'PUT /companies/{cnpj}/city-login': {
    id: 'cityLogin',
    tag: 'Companies',
    summary: 'Store what a city hall gave the company to log in with',
    description: 'It replaces the one before, and is never shown again.',
    body: 'CityLogin',
    answers: { 200: { description: 'It is stored.', schema: answers.StoredLogin } },
    problems: ['company-not-found'],
  },
  'POST /companies/{cnpj}/route-decisions': {
    id: 'decideRoute',
    tag: 'Companies',
    summary: 'Put on record which authority takes a company’s invoices',
    description:
      '`city` sends them to the city hall’s own system although the rule names the national one, `national` says that the city enabled the company there, `rule` ends both. Item 99 and MEI always go to the national system. Of the decisions for a day, the newest counts.',
    body: 'RouteDecision',
    answers: { 200: company },
    problems: ['company-not-found', 'too-many-route-decisions'],
  },
  'GET /companies/{cnpj}/series/{series}': {
    id: 'series',
    tag: 'Companies',
    summary: 'Read the counter of a series, and who changed it by hand',
    answers: { 200: { description: 'The counter.', schema: answers.Series } },
    problems: ['company-not-found', 'series-not-found'],
  },
  'POST /companies/{cnpj}/series/{series}/rewind': {
    id: 'rewindSeries',
    tag: 'Companies',
    summary: 'Take the counter back to the highest number that an emission used',
    description:
      'For a jump by mistake. Numbers that an emission took or brought along are never given again, whatever became of it.',
    body: 'SeriesRewind',
    answers: { 200: { description: 'The counter as it is now.', schema: answers.Series } },
    problems: ['company-not-found', 'series-not-found', 'nothing-to-rewind', 'counter-changed'],
  },
  'GET /dlq': {
    id: 'surveyDeadLetters',
    tag: 'Operations',
    summary: 'See what the code could not handle, by cause and municipality',
    answers: { 200: { description: 'What lies in the dead-letter queue.', schema: answers.DeadLetterSurvey } },
    problems: ['invalid-request'],
  },
  'POST /dlq/replay': {
    id: 'replayDeadLetters',
    tag: 'Operations',
    summary: 'Start again, or repair, what lies in the dead-letter queue',
    description: 'Name invoices, letters, a cause or a municipality, or say `all`. With `dryRun` nothing is done.',
    body: 'DeadLetterReplay',
    answers: { 200: { description: 'What became of each, or would.', schema: answers.DeadLetterSweep } },
  },
  'POST /dlq/discard': {
    id: 'discardDeadLetters',
    tag: 'Operations',
    summary: 'Throw away dead letters that nobody needs any more',
    body: 'DeadLetterDiscard',
    answers: { 200: { description: 'What became of each, or would.', schema: answers.DeadLetterSweep } },
  },
  'GET /municipalities': {
    id: 'municipalities',
    tag: 'Operations',
    summary: 'See how every municipality’s lane does',
    answers: {
      200: { description: 'All that a worker has met, or somebody holds.', schema: municipalityAnswers.LaneBoard },
    },
  },
  'GET /municipalities/{municipalityCode}/parameters': {
    id: 'municipalityParameters',
    tag: 'Service',
    summary: 'See what a municipality has set in the national system',
    description:
      'Agreement and withholdings; with `service` its rates and special regimes, with `benefit` that benefit. Answers are at most a day old; older ones are marked `stale`, and shown for a week while the national system does not answer. What nobody has asked before is being fetched: ask again after `Retry-After`.',
    answers: {
      200: { description: 'There is an answer to each question.', schema: municipalityAnswers.MunicipalityParameters },
      202: {
        description: 'Some are `UNKNOWN`, and being fetched.',
        schema: municipalityAnswers.MunicipalityParameters,
        headers: ['Retry-After'],
      },
    },
    problems: ['municipality-not-found', 'invalid-request'],
  },
  'POST /municipalities/{municipalityCode}/hold': {
    id: 'holdLane',
    tag: 'Operations',
    summary: 'Hold a municipality: its invoices wait, unsent',
    description: 'In force within seconds. The reason stands in the history of every invoice that waits for it.',
    body: 'LaneHold',
    answers: { 200: { description: 'The lane.', schema: municipalityAnswers.Lane } },
    problems: ['municipality-not-found'],
  },
  'POST /municipalities/{municipalityCode}/release': {
    id: 'releaseLane',
    tag: 'Operations',
    summary: 'Release a municipality that is held',
    answers: { 200: { description: 'The lane, held or not before.', schema: municipalityAnswers.Lane } },
    problems: ['municipality-not-found'],
  },
  'GET /reports/{report}': {
    id: 'report',
    tag: 'Reports',
    summary: 'Ask a report',
    description:
      'As JSON, or as CSV with `Accept: text/csv` or `format=csv`; then `Link` leads to the next page. Without a period: this month until today.',
    answers: { 200: { description: 'A page.', schema: answers.Report, alsoAs: 'text/csv' } },
    problems: ['report-not-found', 'invalid-request', 'invalid-cursor', 'database-unavailable'],
  },
  'GET /events': {
    id: 'feed',
    tag: 'Reports',
    summary: 'Read what happened, from a cursor on',
    description:
      'Each invoice’s events in their order, none left out, some perhaps twice. Keep `nextCursor`, and ask with it again: at once while `more`, else after a while.',
    answers: { 200: { description: 'What came after the cursor.', schema: answers.Feed } },
    problems: ['invalid-request', 'invalid-cursor', 'database-unavailable'],
  },
  'GET /projections': {
    id: 'projections',
    tag: 'Operations',
    summary: 'See how far each projection is, and what is parked',
    answers: { 200: { description: 'Both projections.', schema: answers.Projections } },
  },
  'POST /projections/{projection}/replay': {
    id: 'replayProjection',
    tag: 'Operations',
    summary: 'Project invoices again from the event store',
    description: 'Name up to a hundred invoices, or say `all` for those that are parked.',
    body: 'ProjectionReplay',
    answers: { 200: { description: 'What became of each.', schema: answers.ProjectionReplayed } },
    problems: ['projection-not-found'],
  },
};
