import { type EventData, event, type NewEvent } from '../../events/event-types.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice, LivingInvoice } from '../../events/invoice.ts';
import type { RouteAuthority } from '../../nfse/routing/route.ts';

/** What became of a call to the provider. `at` is ISO 8601, UTC. */
export type Outcome =
  | ({ readonly kind: 'issued' } & EventData<'Issued'>)
  | ({ readonly kind: 'failed' } & Omit<EventData<'Failed'>, 'attempt'> & {
        readonly at: string;
        /** Whoever read the stream before this time (ISO 8601, UTC) sends nothing any more. */
        readonly sentBefore: string;
      })
  | ({ readonly kind: 'deferred' } & Omit<EventData<'SubmissionDeferred'>, 'attempt'>)
  | ({ readonly kind: 'cancelled' } & EventData<'Cancelled'>)
  | ({ readonly kind: 'cancel-failed' } & EventData<'CancelFailed'>);

/** The authority's answer cannot be true of this invoice, as far as we know it. A person has to look: the message goes to the DLQ. */
export class ContradictoryOutcome extends Error {
  override readonly name = 'ContradictoryOutcome';
  readonly code = 'contradictory-outcome';
  constructor(invoiceId: InvoiceId, status: string, outcome: Outcome['kind']) {
    super(`Invoice ${invoiceId} is ${status}, yet the authority's answer says ${outcome}`);
  }
}

/** An invoice ended without a note, a note may exist all the same, and the authority did not say. The message has to come again. */
export class NoteInQuestion extends Error {
  override readonly name = 'NoteInQuestion';
  readonly code = 'note-in-question';
  constructor({ id, status }: Pick<LivingInvoice, 'id' | 'status'>, why: string) {
    super(`Invoice ${id} is ${status} without a note, and nobody knows whether there is one: ${why}`);
  }
}

/** The part of an invoice that matters here: the worker has it without a read when it handles a fresh emission. */
export type Submitted = Pick<LivingInvoice, 'id' | 'status' | 'attempt'> & {
  readonly note?: { readonly nfseNumber: string; readonly accessKey?: string | undefined };
  readonly cancellation?: { readonly requestedAt: string; readonly error?: unknown };
  readonly route?: { readonly authority: RouteAuthority };
};

/**
 * Turns an outcome into events. What is recorded already is not said again, so every message may come twice.
 *
 * @param asked the authority that was spoken to, where the invoice may have gone to another one meanwhile
 */
export function decideOutcome(
  outcome: Outcome,
  invoice: Submitted | Invoice,
  asked?: RouteAuthority,
): readonly NewEvent[] {
  if (invoice.status === 'NONE') throw new ContradictoryOutcome(invoice.id, invoice.status, outcome.kind);
  const taker = invoice.route?.authority;
  if (asked !== undefined && taker !== undefined && asked !== taker) return fromElsewhere(outcome, invoice);
  switch (outcome.kind) {
    case 'issued':
      return issued(outcome, invoice);
    case 'failed':
      return failed(outcome, invoice);
    case 'deferred':
      return deferred(outcome, invoice);
    case 'cancelled':
      return cancelled(outcome, invoice);
    case 'cancel-failed':
      return cancelFailed(outcome, invoice);
  }
}

/** The first authority refused before the invoice went to another: no refusal of it is news, and a note of it would be a second one. */
function fromElsewhere(outcome: Outcome, { id, status }: Submitted): readonly NewEvent[] {
  if (outcome.kind === 'failed') return [];
  if (outcome.kind === 'deferred' && outcome.reason === 'provider-unavailable') return [];
  throw new ContradictoryOutcome(id, status, outcome.kind);
}

function issued({ kind, ...data }: Outcome & { kind: 'issued' }, invoice: Submitted): readonly NewEvent[] {
  switch (invoice.status) {
    case 'EMITTED':
      return [event('Issued', data)];
    case 'CANCELLING':
      if (!invoice.note) return [event('Issued', data)]; // cancelled while in flight: the note exists after all
      return sameNote(kind, data, invoice);
    case 'ISSUED':
    case 'CANCELLED':
      return sameNote(kind, data, invoice);
    case 'FAILED':
      return [event('Issued', data)]; // whatever made us give up, the note is there
  }
}

/** A city hall's own note has no key: then its number, of which a city gives each company one sequence, is its name. */
function sameNote(kind: 'issued', data: EventData<'Issued'>, invoice: Submitted): readonly NewEvent[] {
  const { note } = invoice;
  if (note?.nfseNumber === data.nfseNumber && note.accessKey === data.accessKey) return [];
  throw new ContradictoryOutcome(invoice.id, invoice.status, kind);
}

function failed(
  { error, evidence, at, sentBefore }: Outcome & { kind: 'failed' },
  invoice: Submitted,
): readonly NewEvent[] {
  const { cancellation } = invoice;
  const failure = event('Failed', { error, attempt: invoice.attempt + 1, ...(evidence ? { evidence } : {}) });
  switch (invoice.status) {
    case 'EMITTED':
      return [failure];
    case 'CANCELLING':
      if (invoice.note) return [];
      // Another copy of the message may still be sent by who has not seen the request, and what was refused once may be issued then.
      if (cancellation && cancellation.requestedAt > sentBefore) return [failure];
      // Nothing was issued and nothing will be: what the user asked for is reached, and the refusal is kept beside it.
      return [failure, event('Cancelled', { cancelledAt: at })];
    case 'FAILED':
    case 'ISSUED':
    case 'CANCELLED':
      return [];
  }
}

function deferred({ kind: _, ...data }: Outcome & { kind: 'deferred' }, invoice: Submitted): readonly NewEvent[] {
  switch (invoice.status) {
    case 'EMITTED':
    case 'CANCELLING':
      return [event('SubmissionDeferred', { ...data, attempt: invoice.attempt + 1 })];
    case 'FAILED':
    case 'CANCELLED':
      // Another copy of the message was answered and ended the invoice, while this one sent the document and heard nothing.
      if (!invoice.note && data.reason !== 'provider-unavailable') throw new NoteInQuestion(invoice, data.detail);
      return [];
    case 'ISSUED':
      return [];
  }
}

function cancelled({ kind, ...data }: Outcome & { kind: 'cancelled' }, invoice: Submitted): readonly NewEvent[] {
  switch (invoice.status) {
    case 'CANCELLING':
      return [event('Cancelled', data)];
    case 'CANCELLED':
      return [];
    case 'ISSUED':
      // Refused to one copy of the message and granted to another: the note is cancelled, and the history has to say so.
      if (invoice.cancellation?.error) return [event('Cancelled', data)];
      throw new ContradictoryOutcome(invoice.id, invoice.status, kind);
    case 'EMITTED':
    case 'FAILED':
      throw new ContradictoryOutcome(invoice.id, invoice.status, kind);
  }
}

function cancelFailed({ kind, ...data }: Outcome & { kind: 'cancel-failed' }, invoice: Submitted): readonly NewEvent[] {
  switch (invoice.status) {
    case 'CANCELLING':
      if (!invoice.note) throw new ContradictoryOutcome(invoice.id, invoice.status, kind);
      return [event('CancelFailed', data)];
    case 'ISSUED':
      return [];
    case 'CANCELLED':
      if (invoice.note) return []; // granted to another copy of the message
      throw new ContradictoryOutcome(invoice.id, invoice.status, kind);
    case 'EMITTED':
    case 'FAILED':
      throw new ContradictoryOutcome(invoice.id, invoice.status, kind);
  }
}
