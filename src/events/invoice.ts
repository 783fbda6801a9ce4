import { corrected, type Emission } from './emission.ts';
import type {
  EventData,
  EventType,
  InvoiceEvent,
  NewEvent,
  RecordedRoute,
  Rejection,
  Replacing,
} from './event-types.ts';
import { leavesNoteInDoubt } from './failure-codes.ts';
import type { InvoiceId } from './ids.ts';

/**
 * An invoice as its events tell it. `FAILED` waits for a retry; `CANCELLED` is final; `CANCELLING` without a `note` means that the
 * cancellation was asked for before the authority answered the emission.
 */
export type InvoiceStatus = 'EMITTED' | 'ISSUED' | 'FAILED' | 'CANCELLING' | 'CANCELLED';

/** A stream without events. */
export interface NoInvoice {
  readonly id: InvoiceId;
  readonly status: 'NONE';
}

export interface LivingInvoice extends Emission {
  readonly id: InvoiceId;
  readonly status: InvoiceStatus;
  readonly requestId: string;
  readonly provider: string;
  /** Who took the declaration, and takes everything that concerns its note, whatever the rule says by now. */
  readonly route: RecordedRoute;
  readonly dps: { readonly series: string; readonly number: number };
  /** What the customer owes for the service, in centavos. */
  readonly total: number;
  readonly xmlKey: string;
  /** The document leaves the given rate of the ISS out: the municipality keeps its own in the national system. */
  readonly rateLeftOut?: true | undefined;
  /** Times are ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When the authority gave its last final answer. */
  readonly processedAt?: string;
  /** Deferrals since the invoice last began to wait for the authority. */
  readonly attempt: number;
  /** When the first of these deferrals was. */
  readonly deferredSince?: string;
  readonly nextAttemptAt?: string;
  /** Of the last deferral: whether anything may have reached the authority, or it works on a batch. */
  readonly deferralReason?: EventData<'SubmissionDeferred'>['reason'];
  /** Of the batch that the authority took and has not answered for. */
  readonly protocol?: string;
  readonly note?: Note;
  /** An authority may have a note of it, for all that is known: then no other authority is asked for one. */
  readonly noteInDoubt?: true;
  readonly error?: Rejection;
  readonly cancellation?: CancellationState;
  /** The last replay from the DLQ, while nothing has come of it. */
  readonly replay?: EventData<'ReplayRequested'>;
}

export interface Note {
  readonly providerProtocol: string;
  readonly nfseNumber: string;
  readonly accessKey?: string | undefined;
  readonly verificationCode?: string | undefined;
  readonly issuedAt: string;
  readonly xmlKey?: string;
}

export interface CancellationState {
  readonly requestedAt: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly cancelledAt?: string;
  readonly protocol?: string;
  /** The authority's own document of the cancellation. */
  readonly xmlKey?: string;
  /** The invoice whose note took the place of this one's. */
  readonly replacedBy?: Replacing;
  readonly error?: Rejection;
}

export type Invoice = NoInvoice | LivingInvoice;

/** The events of a stream follow in an order that no decision gives: the stream was tampered with, or a version wrote nonsense. */
export class ImpossibleHistory extends Error {
  override readonly name = 'ImpossibleHistory';
  readonly code = 'impossible-history';
  constructor(invoice: Invoice, type: EventType) {
    super(`${type} cannot happen to invoice ${invoice.id} while it is ${invoice.status}`);
  }
}

export function initialState(id: InvoiceId): Invoice {
  return { id, status: 'NONE' };
}

/**
 * The state after one more event.
 *
 * @param event with the time it happened, ISO 8601 in UTC
 * @throws ImpossibleHistory
 */
export function evolve(invoice: Invoice, event: NewEvent & { readonly at: string }): LivingInvoice {
  if (event.type === 'Emitted') {
    if (invoice.status !== 'NONE') throw new ImpossibleHistory(invoice, event.type);
    return { ...event.data, id: invoice.id, status: 'EMITTED', createdAt: event.at, updatedAt: event.at, attempt: 0 };
  }
  if (invoice.status === 'NONE' || !ALLOWED[event.type].includes(invoice.status)) {
    throw new ImpossibleHistory(invoice, event.type);
  }
  const { replay: _overtaken, ...before } = invoice;
  return { ...apply(before, event), updatedAt: event.at };
}

/** In which statuses each event may come. `CANCELLED` stands nowhere: a terminal state is immutable. */
const ALLOWED: Readonly<Record<Exclude<EventType, 'Emitted'>, readonly InvoiceStatus[]>> = {
  SubmissionDeferred: ['EMITTED', 'CANCELLING'],
  // A note that turns up after a failure exists all the same: the history has to say so.
  Issued: ['EMITTED', 'CANCELLING', 'FAILED'],
  Failed: ['EMITTED', 'CANCELLING'],
  RetryRequested: ['FAILED'],
  CancelRequested: ['EMITTED', 'ISSUED'],
  // A cancellation that turns out to be there after it was refused exists all the same: two messages may have asked for it.
  Cancelled: ['CANCELLING', 'ISSUED'],
  CancelFailed: ['CANCELLING'],
  // A refusal that may not be the whole truth can be looked into; what is final by a note's word cannot.
  ReplayRequested: ['EMITTED', 'CANCELLING', 'FAILED'],
};

function apply(
  invoice: LivingInvoice,
  event: Exclude<NewEvent, { type: 'Emitted' }> & { readonly at: string },
): LivingInvoice {
  switch (event.type) {
    case 'SubmissionDeferred': {
      const { attempt, nextAttemptAt, reason, protocol } = event.data;
      const deferredSince = invoice.deferredSince ?? event.at;
      const known = protocol ? { protocol } : {};
      return { ...invoice, attempt, deferredSince, nextAttemptAt, deferralReason: reason, ...known };
    }
    case 'Issued': {
      const { nfseXmlKey, evidence: _kept, ...note } = event.data;
      const { error: _refused, noteInDoubt: _found, ...issued } = settled(invoice, event.at);
      return {
        ...issued,
        // A cancellation that was asked for meanwhile still stands: the note exists now, and is to be cancelled.
        status: invoice.status === 'CANCELLING' ? 'CANCELLING' : 'ISSUED',
        note: { ...note, ...(nfseXmlKey ? { xmlKey: nfseXmlKey } : {}) },
      };
    }
    case 'Failed':
      return {
        ...settled(invoice, event.at),
        status: invoice.status === 'CANCELLING' ? 'CANCELLING' : 'FAILED',
        error: event.data.error,
        ...(leavesNoteInDoubt(event.data.error.code) ? { noteInDoubt: true } : {}),
      };
    case 'RetryRequested': {
      const { error: _corrected, ...rest } = settled(invoice, event.at);
      const { processedAt: _reopened, rateLeftOut: _before, ...open } = rest;
      const { corrections, rerouted, rateLeftOut, total, xmlKey } = event.data;
      const document = { total, xmlKey, ...(rateLeftOut && { rateLeftOut }) };
      return { ...corrected(open, corrections), ...rerouted, status: 'EMITTED', ...document };
    }
    case 'CancelRequested':
      return {
        ...waiting(invoice),
        status: 'CANCELLING',
        cancellation: { requestedAt: event.at, reasonCode: event.data.reasonCode, reason: event.data.reason },
      };
    case 'Cancelled': {
      const { error: _refusedBefore, ...request } = asked(invoice);
      return {
        ...settled(invoice, event.at),
        status: 'CANCELLED',
        cancellation: {
          ...request,
          cancelledAt: event.data.cancelledAt,
          ...(event.data.protocol ? { protocol: event.data.protocol } : {}),
          ...(event.data.eventXmlKey ? { xmlKey: event.data.eventXmlKey } : {}),
          ...(event.data.replacedBy ? { replacedBy: event.data.replacedBy } : {}),
        },
      };
    }
    case 'CancelFailed':
      return {
        ...settled(invoice, event.at),
        status: 'ISSUED',
        cancellation: { ...asked(invoice), error: event.data.error },
      };
    case 'ReplayRequested':
      return { ...invoice, replay: event.data };
  }
}

/** The folded state of a whole stream, or of its beginning. */
export function fold(id: InvoiceId, events: Iterable<InvoiceEvent>): Invoice {
  let invoice = initialState(id);
  for (const event of events) invoice = evolve(invoice, event);
  return invoice;
}

function waiting(invoice: LivingInvoice): LivingInvoice {
  const { nextAttemptAt: _at, deferredSince: _since, deferralReason: _why, ...rest } = invoice;
  return { ...rest, attempt: 0 };
}

function settled(invoice: LivingInvoice, at: string): LivingInvoice {
  const { protocol: _, ...rest } = waiting(invoice);
  return { ...rest, processedAt: at };
}

function asked(invoice: LivingInvoice): CancellationState {
  if (!invoice.cancellation) throw new ImpossibleHistory(invoice, 'Cancelled');
  return invoice.cancellation;
}
