import type { ExecuteDeps } from '../commands/execute.ts';
import type { Documents, Work, WorkOrigin } from '../commands/ports.ts';
import type { Outcome } from '../commands/record-outcome/decide.ts';
import { type Fresh, recordOutcome } from '../commands/record-outcome/record-outcome.ts';
import { read } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { LivingInvoice, Note } from '../events/invoice.ts';
import { type Authority, NotRepresentable, type Represented } from './authority.ts';
import { recorded } from './evidence.ts';
import {
  deferred,
  failed,
  issued,
  type Kept,
  kept,
  NOTHING_SAID,
  numberTaken,
  processing,
  stored,
} from './outcomes.ts';
import type { FindOutcome, Provider, Submission } from './providers/provider.ts';

export interface WorkerDeps extends ExecuteDeps {
  readonly documents: Documents;
  /** @throws NotRepresentable when the company cannot show itself there */
  readonly authorityFor: (represented: Represented) => Promise<Authority>;
  readonly now: () => Date;
  readonly random: () => number;
  readonly retryBaseSeconds: number;
  /** How long a message of a fresh emission may be trusted to tell the state of its stream. */
  readonly trustSeconds: number;
  /** The longest that any worker may still be sending on the strength of what it read. */
  readonly inFlightSeconds: number;
  /** Whether this process has not met the invoice lately: a message delivered twice must not be trusted twice. */
  readonly firstSight: (invoiceId: InvoiceId) => boolean;
}

/** How the message came. */
export interface Delivery {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly sentAt: Date;
}

/** One invoice's exchanges with its authority: all of them are kept. */
interface Conversation extends Kept {
  readonly provider: Provider;
}

/** What the worker did with a message, for its log line. */
export interface Handled {
  readonly steps: readonly string[];
  readonly status?: string;
}

/** The part of an invoice that a submission needs: from the stream, or from the message of a fresh emission. */
type Submittable = Pick<
  LivingInvoice,
  'id' | 'companyCnpj' | 'municipalityCode' | 'dps' | 'xmlKey' | 'attempt' | 'deferralReason' | 'protocol'
>;

/** An issued note leads to its cancellation within one message; more steps than these would be a loop. */
const MOST_STEPS = 3;
/** The same that emissions keep: clocks differ. */
const CLOCK_MARGIN_MS = 60_000;

/**
 * Does what the invoice waits for, whatever the message says of itself: the stream decides. What is done already is left alone, so
 * a message may come twice, late, or after the invoice was cancelled.
 */
export async function handleWork(deps: WorkerDeps, work: Work, delivery: Delivery): Promise<Handled> {
  const fresh = freshOf(deps, work, delivery);
  const steps: string[] = [];
  if (fresh) {
    const { submittable } = fresh;
    const outcome = await speaking(deps, submittable, false, (talk) => submit(deps, talk, submittable, false));
    steps.push(outcome.kind);
    const { status } = await record(deps, work, delivery, outcome, fresh);
    if (status !== 'CANCELLING') return { steps, ...(status ? { status } : {}) };
  }
  let status: string | undefined;
  while (steps.length < MOST_STEPS) {
    const { invoice } = read(work.invoiceId, await deps.events.load(work.invoiceId));
    status = invoice.status;
    if (invoice.status === 'NONE') break;
    const outcome = await nextOutcome(deps, invoice, work, delivery);
    if (!outcome) break;
    steps.push(outcome.kind);
    ({ status } = await record(deps, work, delivery, outcome));
    if (outcome.kind !== 'issued') break;
  }
  return { steps, ...(status ? { status } : {}) };
}

/**
 * A fresh emission is handled without reading the stream: it was accepted a moment ago, its message is delivered for the first time,
 * and carries the tip it stands for. Should a cancellation have come meanwhile, the append meets it and the worker goes on from there.
 */
function freshOf(deps: WorkerDeps, work: Work, delivery: Delivery): (Fresh & { submittable: Submittable }) | undefined {
  const { fresh, invoiceId, municipalityCode } = work;
  const first = deps.firstSight(invoiceId);
  if (!fresh || !first || delivery.receiveCount > 1) return undefined;
  // The message's own age is not enough: a redrive sends an old one anew.
  const oldest = Math.min(delivery.sentAt.getTime(), Date.parse(fresh.at));
  if (deps.now().getTime() - oldest > deps.trustSeconds * 1000) return undefined;
  const { companyCnpj, dps, xmlKey, tip, at } = fresh;
  return {
    invoice: { id: invoiceId, status: 'EMITTED', attempt: 0 },
    tip,
    at,
    submittable: { id: invoiceId, companyCnpj, municipalityCode, dps, xmlKey, attempt: 0 },
  };
}

function nextOutcome(
  deps: WorkerDeps,
  invoice: LivingInvoice,
  work: Work,
  delivery: Delivery,
): Promise<Outcome | undefined> {
  // A repair stands for a message that ended in the DLQ: it was received before, whatever this one's own count says.
  const again = delivery.receiveCount > 1 || work.origin === 'repair';
  const mayHaveBeenSent = again || LATE.has(work.origin) || invoice.attempt > 0;
  const { note } = invoice;
  switch (invoice.status) {
    case 'EMITTED':
      return speaking(deps, invoice, mayHaveBeenSent, (talk) => submit(deps, talk, invoice, mayHaveBeenSent));
    case 'CANCELLING':
      return note
        ? speaking(deps, invoice, mayHaveBeenSent, (talk) => cancelNote(deps, talk, invoice, note))
        : speaking(deps, invoice, true, (talk) => settleUnsent(deps, talk, invoice));
    case 'FAILED':
    case 'CANCELLED':
      return again && !note ? noteDenied(deps, invoice) : none;
    case 'ISSUED':
      return none;
  }
}

/** Work that somebody asks for because an earlier message came to nothing, as far as is known. */
const LATE: ReadonlySet<WorkOrigin> = new Set<WorkOrigin>(['reconciliation', 'replay', 'repair']);

const none = Promise.resolve(undefined);

/**
 * Speaks to the authority in the company's name. Where the company cannot show itself, what was certainly never sent fails and says
 * what to do; what may have been sent waits, because only the authority knows what became of it.
 */
async function speaking<O extends Outcome | undefined>(
  deps: WorkerDeps,
  invoice: Submittable & { readonly note?: Note },
  mayHaveBeenSent: boolean,
  talk: (conversation: Conversation) => Promise<O>,
): Promise<O | Outcome> {
  let authority: Authority;
  try {
    authority = await deps.authorityFor(invoice);
  } catch (error) {
    if (!(error instanceof NotRepresentable)) throw error;
    if (mayHaveBeenSent) return deferred(deps, NOTHING_SAID, invoice, 'provider-unavailable', error.message);
    if (invoice.note) return { kind: 'cancel-failed', error: error.error };
    return failed(deps, NOTHING_SAID, error.error);
  }
  return talk(conversationWith(authority, deps, invoice));
}

function conversationWith(authority: Authority, deps: WorkerDeps, invoice: Submittable): Conversation {
  const { transport, keys } = recorded(authority.transport, deps.documents, invoice.id, deps.now);
  return { provider: authority.provider(transport), keys };
}

/** Sends the document, unless it was sent before and the note is there. */
async function submit(
  deps: WorkerDeps,
  talk: Conversation,
  invoice: Submittable,
  mayHaveBeenSent: boolean,
): Promise<Outcome> {
  const { provider } = talk;
  const submission = await submissionOf(deps, invoice);
  if (mayHaveBeenSent) {
    const found = await provider.find(submission);
    if (found.kind !== 'absent') return outcomeOfFind(deps, talk, invoice, found);
  }
  const answer = await provider.issue(submission);
  switch (answer.kind) {
    case 'issued': {
      if (answer.note.xml !== undefined) return issued(deps, talk, invoice.id, answer.note);
      // The answer named the note, and its document could not be read: the authority gives it again when asked.
      const found = await provider.find(submission);
      return issued(deps, talk, invoice.id, found.kind === 'found' ? found.note : answer.note);
    }
    case 'rejected':
      return failed(deps, talk, answer.error);
    case 'unavailable':
      return deferred(deps, talk, invoice, 'provider-unavailable', answer.reason);
    case 'pending':
      return processing(deps, talk, invoice, answer);
    case 'already-used':
    case 'unknown': {
      // The note may exist. Nothing is sent again before the authority has said that it does not.
      const found = await provider.find(submission);
      if (found.kind === 'found' || found.kind === 'pending') return outcomeOfFind(deps, talk, invoice, found);
      return deferred(deps, talk, invoice, 'outcome-unknown', answer.reason);
    }
  }
}

async function outcomeOfFind(
  deps: WorkerDeps,
  talk: Conversation,
  invoice: Submittable,
  found: Exclude<FindOutcome, { kind: 'absent' }>,
): Promise<Outcome> {
  switch (found.kind) {
    case 'found':
      return found.matches
        ? issued(deps, talk, invoice.id, found.note)
        : failed(deps, talk, numberTaken(invoice, found.note));
    case 'pending':
      return processing(deps, talk, invoice, found);
    case 'rejected':
      return failed(deps, talk, found.error);
    case 'unavailable':
    case 'unknown': {
      // A look-up that tells nothing leaves what was known: that nothing can have reached the authority, or that something may have.
      const unsent = invoice.deferralReason === 'provider-unavailable';
      return deferred(deps, talk, invoice, unsent ? 'provider-unavailable' : 'outcome-unknown', found.reason);
    }
  }
}

async function cancelNote(
  deps: WorkerDeps,
  talk: Conversation,
  invoice: LivingInvoice,
  { accessKey, nfseNumber, issuedAt }: Note,
): Promise<Outcome> {
  const { municipalRegistration } = invoice.issuer;
  const answer = await talk.provider.cancel({
    invoiceId: invoice.id,
    companyCnpj: invoice.companyCnpj,
    municipalityCode: invoice.municipalityCode,
    dps: invoice.dps,
    nfseNumber,
    issuedAt,
    ...(accessKey ? { accessKey } : {}),
    ...(municipalRegistration ? { municipalRegistration } : {}),
    reasonCode: invoice.cancellation?.reasonCode ?? '9',
    reason: invoice.cancellation?.reason ?? '',
    at: cancellationTime(invoice.cancellation?.requestedAt ?? invoice.updatedAt, issuedAt),
  });
  switch (answer.kind) {
    case 'cancelled': {
      const { protocol, cancelledAt, xml } = answer;
      const eventXmlKey = await stored(deps, invoice.id, 'cancellation', xml);
      return { kind: 'cancelled', protocol, cancelledAt, ...(eventXmlKey ? { eventXmlKey } : {}), ...kept(talk) };
    }
    case 'rejected':
      return { kind: 'cancel-failed', error: answer.error, ...kept(talk) };
    case 'unavailable':
      return deferred(deps, talk, invoice, 'provider-unavailable', answer.reason);
    case 'unknown':
      return deferred(deps, talk, invoice, 'outcome-unknown', answer.reason);
  }
}

/**
 * The time a cancellation bears: from what is stored and never from the clock, so that a request sent again is the same bytes. It may
 * be neither in the authority's future, whose clock may be behind ours, nor before the note.
 */
function cancellationTime(requestedAt: string, issuedAt: string): string {
  return new Date(Math.max(Date.parse(requestedAt) - CLOCK_MARGIN_MS, Date.parse(issuedAt))).toISOString();
}

/**
 * A cancellation came before any answer to the emission. It is final without a note only when the authority has none and no
 * worker can still be sending one: whoever read the stream after the request does not send, and whoever read it before is done
 * after `inFlightSeconds`. Until then there is nothing to record; the reconciler brings the invoice back.
 */
async function settleUnsent(
  deps: WorkerDeps,
  talk: Conversation,
  invoice: LivingInvoice,
): Promise<Outcome | undefined> {
  const found = await talk.provider.find(await submissionOf(deps, invoice));
  if (found.kind !== 'absent') return outcomeOfFind(deps, talk, invoice, found);
  const now = deps.now();
  const requestedAt = Date.parse(invoice.cancellation?.requestedAt ?? invoice.updatedAt);
  if (now.getTime() - requestedAt < deps.inFlightSeconds * 1000) return undefined;
  return { kind: 'cancelled', cancelledAt: now.toISOString(), ...kept(talk) };
}

/**
 * A message that was received before, for an invoice that ended without a note: the earlier receive may have made one and died, or
 * met an end that it could not record. A note that is there is told of; where the invoice cannot have it, that is a contradiction,
 * again at each receive, until the message is in the DLQ for a person to see.
 */
async function noteDenied(deps: WorkerDeps, invoice: LivingInvoice): Promise<Outcome | undefined> {
  let authority: Authority;
  try {
    authority = await deps.authorityFor(invoice);
  } catch (error) {
    if (error instanceof NotRepresentable) return undefined; // it could not be sent, either
    throw error;
  }
  const talk = conversationWith(authority, deps, invoice);
  const found = await talk.provider.find(await submissionOf(deps, invoice));
  return found.kind === 'found' && found.matches ? issued(deps, talk, invoice.id, found.note) : undefined;
}

async function submissionOf(deps: WorkerDeps, invoice: Submittable): Promise<Submission> {
  const { id, companyCnpj, municipalityCode, dps, xmlKey, attempt, protocol } = invoice;
  const document = await deps.documents.get(xmlKey);
  const known = protocol ? { protocol } : {};
  return { invoiceId: id, companyCnpj, municipalityCode, dps, document, attempt, ...known };
}

function record(deps: WorkerDeps, work: Work, { messageId }: Delivery, outcome: Outcome, fresh?: Fresh) {
  const trace = work.traceId ? { traceId: work.traceId } : {};
  const meta = { actor: 'worker', requestId: work.requestId, causationId: messageId, ...trace };
  return recordOutcome(deps, work.invoiceId, outcome, { at: deps.now().toISOString(), meta }, fresh);
}
