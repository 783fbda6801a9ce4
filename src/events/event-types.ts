import * as z from 'zod/mini';
import { AUTHORITIES } from '../nfse/routing/route.ts';
import { CorrectionsSchema, EmissionSchema } from './emission.ts';

/**
 * What can happen to an invoice. One schema an event type, always of its newest version; older versions are brought up to it
 * by `upcasters.ts`. `EVENT_VERSIONS` says which version is the newest.
 */
const text = z.string();
const attempt = z.int().check(z.gte(1));
/** Keys of the exchanges with the authority that led to the event, in their order. */
const evidence = z.optional(z.array(text));

const RejectionSchema = z.object({
  code: text,
  message: text,
  howToFix: text,
  field: z.optional(text),
  source: text,
});

const DpsSchema = z.object({ series: text, number: z.int().check(z.gte(1)) });

/** Which authority takes the declaration, and the rule that decided: one of `ROUTE_RULES`, or one of before. */
const RouteSchema = z.object({
  authority: z.enum(AUTHORITIES),
  rule: text,
  cityUnprepared: z.optional(z.literal(true)),
  besideCity: z.optional(z.literal(true)),
});

const ReplacingSchema = z.object({ invoiceId: text, nfseNumber: text, accessKey: z.optional(text) });

/** The document leaves the given rate of the ISS out, since the municipality was known to keep its rates in the national system. */
const rateLeftOut = z.optional(z.literal(true));

const schemas = {
  Emitted: z.extend(EmissionSchema, {
    requestId: text,
    /** The family of protocols that the authority speaks. */
    provider: text,
    route: RouteSchema,
    dps: DpsSchema,
    /** Why an operator had the number jump ahead of the counter. */
    dpsJumpReason: z.optional(text),
    rateLeftOut,
    total: z.int().check(z.gte(0)),
    xmlKey: text,
  }),
  SubmissionDeferred: z.object({
    reason: z.enum(['provider-unavailable', 'outcome-unknown', 'authority-processing']),
    detail: text,
    /** Of the batch that the authority is processing. */
    protocol: z.optional(text),
    attempt,
    nextAttemptAt: text,
    evidence,
  }),
  Issued: z.object({
    providerProtocol: text,
    nfseNumber: text,
    /** Of the national system; a city hall's own note has a verification code instead. */
    accessKey: z.optional(text),
    verificationCode: z.optional(text),
    issuedAt: text,
    nfseXmlKey: z.optional(text),
    evidence,
  }),
  Failed: z.object({ error: RejectionSchema, attempt, evidence }),
  RetryRequested: z.object({
    by: text,
    reason: text,
    corrections: z.optional(CorrectionsSchema),
    /** Where another authority than the one that refused takes it from now on, under a number that no note can have yet. */
    rerouted: z.optional(z.object({ route: RouteSchema, provider: text, dps: DpsSchema })),
    rateLeftOut,
    total: z.int().check(z.gte(0)),
    xmlKey: text,
  }),
  CancelRequested: z.object({ by: text, reasonCode: text, reason: text }),
  /**
   * Without a protocol the note never existed: the cancellation came before anything was sent. `replacedBy` is the invoice whose note
   * took the place of this one's, which the authority cancelled in the same step.
   */
  Cancelled: z.object({
    cancelledAt: text,
    protocol: z.optional(text),
    eventXmlKey: z.optional(text),
    replacedBy: z.optional(ReplacingSchema),
    evidence,
  }),
  CancelFailed: z.object({ error: RejectionSchema, evidence }),
  /**
   * Somebody had the worker look at the invoice again whose message had ended in the DLQ. It changes nothing by itself.
   * `letterId` is that message's id there, and `cause` why it had ended so.
   */
  ReplayRequested: z.object({
    by: text,
    mode: z.enum(['replay', 'repair']),
    cause: text,
    reason: z.optional(text),
    letterId: text,
  }),
} as const;

export type EventType = keyof typeof schemas;
export type EventData<Type extends EventType> = z.infer<(typeof schemas)[Type]>;
export type RecordedRoute = z.infer<typeof RouteSchema>;
export type Replacing = z.infer<typeof ReplacingSchema>;
export type Rejection = z.infer<typeof RejectionSchema>;

export const EVENT_SCHEMAS: { readonly [Type in EventType]: z.ZodMiniType<EventData<Type>> } = schemas;

/** The newest schema version of each event type: what is written today. */
export const EVENT_VERSIONS: Readonly<Record<EventType, number>> = {
  Emitted: 3,
  SubmissionDeferred: 1,
  Issued: 1,
  Failed: 1,
  RetryRequested: 1,
  CancelRequested: 1,
  Cancelled: 1,
  CancelFailed: 1,
  ReplayRequested: 1,
};

/** Who and what made an event. `traceId` and `causationId` lead to the logs and to the message or request before it. */
export interface EventMeta {
  readonly actor: string;
  readonly requestId: string;
  readonly traceId?: string;
  readonly causationId?: string;
}

/** An event as a decision gives it: what happened, before it has a place in a stream. */
export type NewEvent = {
  [Type in EventType]: { readonly type: Type; readonly data: EventData<Type> };
}[EventType];

/** An event in a stream, of the newest schema version. `at` is ISO 8601 in UTC. */
export type InvoiceEvent = NewEvent & {
  readonly id: string;
  readonly v: number;
  readonly at: string;
  readonly meta: EventMeta;
};

/** Makes the value a decision returns. */
export function event<Type extends EventType>(
  type: Type,
  data: EventData<Type>,
): { readonly type: Type; readonly data: EventData<Type> } {
  return { type, data };
}
