import * as z from 'zod/mini';
import { EVENT_SCHEMAS } from '../src/events/event-types.ts';
import { cnpj, money, municipality } from '../src/handlers/emission-fields.ts';
import { emissionParts } from '../src/handlers/emission-parts.ts';
import { AUTHORITIES, ROUTE_RULES } from '../src/nfse/routing/route.ts';
import { WARNING_CODES } from '../src/nfse/warnings.ts';
import { text, time } from './answer-values.ts';

/**
 * What the API answers. The parts of an emission are those that a request has: what was read can be changed and sent again. Strict, so
 * that a test notices a field that nobody wrote down; the document leaves that out, since an answer may gain fields.
 */
const invoiceId = text.check(z.regex(/^inv_[0-9a-hjkmnp-tv-z]{26}$/));
const hash = text;

export const Rejection = z.strictObject({
  code: text,
  message: text,
  howToFix: text,
  field: z.optional(text),
  source: text,
});

const STATUSES = ['EMITTED', 'ISSUED', 'FAILED', 'CANCELLING', 'CANCELLED'] as const;
const status = z.enum(STATUSES);
const dps = z.strictObject({ series: text, number: z.int() });
const replay = z.strictObject({
  by: text,
  mode: z.enum(['replay', 'repair']),
  cause: text,
  reason: z.optional(text),
  letterId: text,
});

export const Taxes = z.strictObject({
  issBase: z.optional(money),
  iss: z.optional(money),
  issWithheld: z.optional(money),
  federallyWithheld: z.optional(money),
  totalWithheld: z.optional(money),
  net: z.optional(money),
});

export const Invoice = z.strictObject({
  invoiceId,
  requestId: text,
  status,
  version: z.int().check(z.gte(1)),
  companyCnpj: cnpj,
  municipalityCode: municipality,
  provider: z.enum(['national', 'abrasf']),
  route: z.strictObject({ authority: z.enum(AUTHORITIES), rule: z.enum([...ROUTE_RULES, 'municipality']) }),
  dps,
  ...emissionParts,
  total: money,
  taxes: Taxes,
  warnings: z.array(z.strictObject({ pointer: text, code: z.enum(WARNING_CODES), message: text })),
  createdAt: time,
  updatedAt: time,
  processedAt: z.optional(time),
  attempt: z.int(),
  nextAttemptAt: z.optional(time),
  deferralReason: z.optional(z.enum(['provider-unavailable', 'outcome-unknown', 'authority-processing'])),
  protocol: z.optional(text),
  providerProtocol: z.optional(text),
  nfseNumber: z.optional(text),
  accessKey: z.optional(text),
  verificationCode: z.optional(text),
  issuedAt: z.optional(text),
  error: z.optional(Rejection),
  replay: z.optional(replay),
  cancellation: z.optional(
    z.strictObject({
      requestedAt: time,
      reasonCode: text,
      reason: text,
      cancelledAt: z.optional(text),
      protocol: z.optional(text),
      error: z.optional(Rejection),
    }),
  ),
  links: z.strictObject({ self: text, events: text, xml: text }),
});

export const InvoiceList = z.strictObject({ items: z.array(Invoice), nextCursor: z.optional(text) });

const Meta = z.strictObject({
  actor: text,
  requestId: text,
  traceId: z.optional(text),
  causationId: z.optional(text),
});

const EMITTED = z.looseObject({
  companyCnpj: text,
  municipalityCode: text,
  requestId: text,
  total: money,
  xmlKey: text,
});
const RETRIED = z.looseObject({ by: text, reason: text, total: money, xmlKey: text });

/** In a history, amounts are written as everywhere in the API; the other events are shown as they are stored. */
const DATA = { ...EVENT_SCHEMAS, Emitted: EMITTED, RetryRequested: RETRIED };

const DocumentOfEvent = z.strictObject({ kind: text, name: text, href: text });

const event = (type: keyof typeof DATA) =>
  z.strictObject({
    version: z.int(),
    id: text,
    type: z.literal(type),
    v: z.int(),
    at: time,
    data: DATA[type] as z.ZodMiniType,
    meta: Meta,
    documents: z.array(DocumentOfEvent),
    before: z.optional(z.nullable(Invoice)),
    after: z.optional(Invoice),
    commit: z.strictObject({ commitId: text, hash, prevHash: hash }),
  });

const [first, ...others] = (Object.keys(DATA) as (keyof typeof DATA)[]).map(event);
if (!first) throw new Error('There are event types');

export const InvoiceEvent = z.discriminatedUnion('type', [first, ...others]);

export const History = z.strictObject({
  invoiceId,
  chain: z.strictObject({
    intact: z.boolean(),
    commits: z.optional(z.int()),
    head: z.optional(hash),
    brokenAt: z.optional(z.int()),
    reason: z.optional(z.enum(['content-changed', 'link-broken', 'commit-missing', 'tail-missing', 'tail-replaced'])),
    message: z.optional(text),
  }),
  invoice: z.nullable(Invoice),
  events: z.array(InvoiceEvent),
  commits: z.optional(z.array(z.looseObject({ invoiceId, version: z.int(), hash, prevHash: hash }))),
});

export const DocumentLink = z.strictObject({
  document: z.enum(['nfse', 'dps', 'cancellation']),
  url: z.url(),
  expiresAt: time,
});

/** One document of a history: `answers` is what an authority's answer was an answer to. */
export const HistoryDocumentLink = z.strictObject({
  kind: text,
  name: text,
  url: z.url(),
  expiresAt: time,
  answers: z.optional(DocumentOfEvent),
});

export const Company = z.strictObject({
  companyCnpj: cnpj,
  version: z.int().check(z.gte(1)),
  name: text,
  municipalityCode: municipality,
  issuer: emissionParts.issuer,
  dps: z.strictObject({ series: text, nextNumber: z.int() }),
  environment: z.enum(['PRODUCTION', 'RESTRICTED']),
  certificate: z.optional(
    z.strictObject({
      holder: text,
      fingerprint: text,
      validFrom: time,
      validTo: time,
      storedAt: time,
      status: z.enum(['VALID', 'EXPIRED']),
      daysLeft: z.int(),
    }),
  ),
  routeDecisions: z.array(
    z.strictObject({
      municipalityCode: municipality,
      authority: z.enum([...AUTHORITIES, 'rule']),
      from: z.iso.date(),
      until: z.optional(z.iso.date()),
      reason: text,
      by: text,
      at: time,
    }),
  ),
  updatedAt: time,
  updatedBy: text,
});

export const Series = z.strictObject({
  companyCnpj: cnpj,
  series: text,
  nextNumber: z.int(),
  usedNumber: z.int(),
  changes: z.array(
    z.strictObject({
      kind: z.enum(['moved-on', 'rewound']),
      from: z.int(),
      to: z.int(),
      by: text,
      at: time,
      reason: z.optional(text),
    }),
  ),
});

export const StoredLogin = z.strictObject({ companyCnpj: cnpj, municipalityCode: municipality, storedAt: time });

const letter = z.strictObject({
  letterId: text,
  cause: text,
  errorName: z.optional(text),
  errorMessage: z.optional(text),
  invoiceId: z.optional(invoiceId),
  municipalityCode: z.optional(text),
  traceId: z.optional(text),
  sentAt: time,
  receiveCount: z.optional(z.int()),
  bodyHash: text,
});

export const DeadLetterSurvey = z.strictObject({
  seen: z.int(),
  total: z.int(),
  complete: z.boolean(),
  groups: z.array(
    z.strictObject({
      cause: text,
      municipalityCode: z.optional(text),
      letters: z.int(),
      invoices: z.int(),
      oldestSentAt: time,
      sample: z.strictObject({ invoiceIds: z.array(invoiceId), letterIds: z.array(text) }),
    }),
  ),
  letters: z.optional(z.array(letter)),
});

export const DeadLetterSweep = z.strictObject({
  mode: z.enum(['replay', 'repair', 'discard']),
  dryRun: z.boolean(),
  counts: z.record(text, z.int()),
  items: z.array(
    z.strictObject({
      invoiceId: z.optional(invoiceId),
      letterIds: z.array(text),
      cause: text,
      municipalityCode: z.optional(text),
      outcome: z.enum(['start', 'drop', 'keep', 'discard', 'started', 'answered', 'dropped', 'kept', 'discarded']),
      status: z.optional(z.enum(['NONE', ...STATUSES])),
      why: z.optional(
        z.enum([
          'unknown-invoice',
          'contradiction',
          'note-in-question',
          'unfinished',
          'repaired-before',
          'no-record',
          'failed',
        ]),
      ),
    }),
  ),
  left: z.int(),
  more: z.boolean(),
});

export const Report = z.strictObject({
  report: text,
  description: text,
  period: z.strictObject({ from: z.iso.date(), to: z.iso.date(), of: z.enum(['emission', 'competence', 'event']) }),
  freshness: z.strictObject({ upTo: z.nullable(time), waitingSince: z.optional(time) }),
  columns: z.array(z.strictObject({ key: text, title: text })),
  rows: z.array(z.record(text, z.union([text, z.number(), z.null()]))),
  nextCursor: z.optional(text),
});

export const Feed = z.strictObject({
  events: z.array(
    z.strictObject({
      cursor: text,
      invoiceId,
      companyCnpj: cnpj,
      version: z.int(),
      id: z.optional(text),
      type: text,
      v: z.optional(z.int()),
      at: time,
      data: z.nullable(z.record(text, z.unknown())),
      meta: z.optional(Meta),
      commit: z.strictObject({ commitId: z.nullable(text), hash, prevHash: z.nullable(hash) }),
    }),
  ),
  nextCursor: text,
  more: z.boolean(),
});

const projectionError = z.strictObject({ name: text, message: text });

export const Projections = z.strictObject({
  projections: z.array(
    z.strictObject({
      projection: z.enum(['invoices', 'reporting']),
      state: z.enum(['current', 'waiting', 'behind', 'idle']),
      lagMs: z.nullable(z.int()),
      committedAt: z.optional(time),
      projectedAt: z.optional(time),
      waiting: z.optional(z.strictObject({ committedAt: time, triedAt: time, reason: text })),
      parked: z.strictObject({
        count: z.int(),
        invoices: z.array(
          z.strictObject({
            invoiceId,
            error: projectionError,
            committedAt: time,
            parkedAt: time,
            failedAt: time,
            times: z.int(),
          }),
        ),
        more: z.boolean(),
      }),
    }),
  ),
});

export const ProjectionReplayed = z.strictObject({
  projection: z.enum(['invoices', 'reporting']),
  projected: z.int(),
  parked: z.int(),
  delayed: z.int(),
  unknown: z.int(),
  results: z.array(
    z.strictObject({
      invoiceId,
      outcome: z.enum(['projected', 'parked', 'delayed', 'unknown']),
      error: z.optional(projectionError),
    }),
  ),
  more: z.boolean(),
});

export const Ping = z.strictObject({ service: z.literal('nfse-ledger'), version: text, time });

export const Description = z.looseObject({ openapi: z.literal('3.1.0') });

export const Problem = z.strictObject({
  type: text.check(z.regex(/^urn:nfse-ledger:problem:[a-z0-9-]+$/)),
  title: text,
  status: z.int(),
  detail: text,
  requestId: text,
  errors: z.optional(z.array(z.strictObject({ pointer: text, code: text, message: text, howToFix: text }))),
});
