import type { ExecuteDeps } from '../commands/execute.ts';
import type { Documents, Work } from '../commands/ports.ts';
import type { Outcome } from '../commands/record-outcome/decide.ts';
import { type Fresh, recordOutcome } from '../commands/record-outcome/record-outcome.ts';
import { documentKey } from '../events/document-key.ts';
import { read } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { LivingInvoice, Note } from '../events/invoice.ts';
import { nextAttemptAt } from './attempt-times.ts';
import { type Recorder, recorded } from './evidence.ts';
import type { FindOutcome, IssuedNote, Provider, Submission } from './providers/provider.ts';
import type { Transport } from './providers/transport.ts';

export interface WorkerDeps extends ExecuteDeps {
  readonly documents: Documents;
  readonly transport: Transport;
  readonly provider: (transport: Transport) => Provider;
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

/** What the worker did with a message, for its log line. */
export interface Handled {
  readonly steps: readonly string[];
  readonly status?: string;
}

/** The part of an invoice that a submission needs: from the stream, or from the message of a fresh emission. */
type Submittable = Pick<
  LivingInvoice,
  'id' | 'companyCnpj' | 'municipalityCode' | 'dps' | 'xmlKey' | 'attempt' | 'deferralReason'
>;

/** An issued note leads to its cancellation within one message; more steps than these would be a loop. */
const MOST_STEPS = 3;

/**
 * Does what the invoice waits for, whatever the message says of itself: the stream decides. What is done already is left alone, so
 * a message may come twice, late, or after the invoice was cancelled.
 */
export async function handleWork(deps: WorkerDeps, work: Work, delivery: Delivery): Promise<Handled> {
  const fresh = freshOf(deps, work, delivery);
  const steps: string[] = [];
  if (fresh) {
    const evidence = recorded(deps.transport, deps.documents, work.invoiceId, deps.now);
    const outcome = await submit(deps, evidence, fresh.submittable, false);
    steps.push(outcome.kind);
    const { status } = await record(deps, work, delivery, outcome, fresh);
    if (status !== 'CANCELLING') return { steps, ...(status ? { status } : {}) };
  }
  let status: string | undefined;
  while (steps.length < MOST_STEPS) {
    const { invoice } = read(work.invoiceId, await deps.events.load(work.invoiceId));
    status = invoice.status;
    if (invoice.status === 'NONE') break;
    const evidence = recorded(deps.transport, deps.documents, work.invoiceId, deps.now);
    const outcome = await nextOutcome(deps, evidence, invoice, work, delivery);
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
  evidence: Recorder,
  invoice: LivingInvoice,
  work: Work,
  delivery: Delivery,
): Promise<Outcome | undefined> {
  const again = delivery.receiveCount > 1;
  switch (invoice.status) {
    case 'EMITTED':
      return submit(deps, evidence, invoice, again || work.origin === 'reconciliation' || invoice.attempt > 0);
    case 'CANCELLING':
      return invoice.note ? cancelNote(deps, evidence, invoice, invoice.note) : settleUnsent(deps, evidence, invoice);
    case 'FAILED':
    case 'CANCELLED':
      return again && !invoice.note ? noteDenied(deps, evidence, invoice) : none;
    case 'ISSUED':
      return none;
  }
}

const none = Promise.resolve(undefined);

/** Sends the document, unless it was sent before and the note is there. */
async function submit(
  deps: WorkerDeps,
  evidence: Recorder,
  invoice: Submittable,
  mayHaveBeenSent: boolean,
): Promise<Outcome> {
  const provider = deps.provider(evidence.transport);
  const submission = await submissionOf(deps, invoice);
  if (mayHaveBeenSent) {
    const found = await provider.find(submission);
    if (found.kind !== 'absent') return outcomeOfFind(deps, evidence, invoice, found);
  }
  const answer = await provider.issue(submission);
  switch (answer.kind) {
    case 'issued': {
      if (answer.note.xml !== undefined) return issued(deps, evidence, invoice.id, answer.note);
      // The answer named the note, and its document could not be read: the authority gives it again when asked.
      const found = await provider.find(submission);
      return issued(deps, evidence, invoice.id, found.kind === 'found' ? found.note : answer.note);
    }
    case 'rejected':
      return failed(deps, evidence, answer.error);
    case 'unavailable':
      return deferred(deps, evidence, invoice, 'provider-unavailable', answer.reason);
    case 'already-used':
    case 'unknown': {
      // The note may exist. Nothing is sent again before the authority has said that it does not.
      const found = await provider.find(submission);
      if (found.kind === 'found') return outcomeOfFind(deps, evidence, invoice, found);
      return deferred(deps, evidence, invoice, 'outcome-unknown', answer.reason);
    }
  }
}

async function outcomeOfFind(
  deps: WorkerDeps,
  evidence: Recorder,
  invoice: Submittable,
  found: Exclude<FindOutcome, { kind: 'absent' }>,
): Promise<Outcome> {
  switch (found.kind) {
    case 'found':
      return found.matches
        ? issued(deps, evidence, invoice.id, found.note)
        : failed(deps, evidence, numberTaken(invoice, found.note));
    case 'unavailable':
    case 'unknown':
      // A look-up that tells nothing leaves what was known: that nothing can have reached the authority, or that something may have.
      return deferred(deps, evidence, invoice, invoice.deferralReason ?? 'outcome-unknown', found.reason);
  }
}

async function cancelNote(
  deps: WorkerDeps,
  evidence: Recorder,
  invoice: LivingInvoice,
  { accessKey }: Note,
): Promise<Outcome> {
  const answer = await deps.provider(evidence.transport).cancel({
    invoiceId: invoice.id,
    companyCnpj: invoice.companyCnpj,
    municipalityCode: invoice.municipalityCode,
    accessKey,
    reasonCode: invoice.cancellation?.reasonCode ?? '9',
    reason: invoice.cancellation?.reason ?? '',
    at: deps.now().toISOString(),
  });
  switch (answer.kind) {
    case 'cancelled': {
      const { protocol, cancelledAt, xml } = answer;
      const eventXmlKey = await stored(deps, invoice.id, 'cancellation', xml);
      return { kind: 'cancelled', protocol, cancelledAt, ...(eventXmlKey ? { eventXmlKey } : {}), ...kept(evidence) };
    }
    case 'rejected':
      return { kind: 'cancel-failed', error: answer.error, ...kept(evidence) };
    case 'unavailable':
      return deferred(deps, evidence, invoice, 'provider-unavailable', answer.reason);
    case 'unknown':
      return deferred(deps, evidence, invoice, 'outcome-unknown', answer.reason);
  }
}

/**
 * A cancellation came before any answer to the emission. It is final without a note only when the authority has none and no
 * worker can still be sending one: whoever read the stream after the request does not send, and whoever read it before is done
 * after `inFlightSeconds`. Until then there is nothing to record; the reconciler brings the invoice back.
 */
async function settleUnsent(
  deps: WorkerDeps,
  evidence: Recorder,
  invoice: LivingInvoice,
): Promise<Outcome | undefined> {
  const found = await deps.provider(evidence.transport).find(await submissionOf(deps, invoice));
  if (found.kind !== 'absent') return outcomeOfFind(deps, evidence, invoice, found);
  const now = deps.now();
  const requestedAt = Date.parse(invoice.cancellation?.requestedAt ?? invoice.updatedAt);
  if (now.getTime() - requestedAt < deps.inFlightSeconds * 1000) return undefined;
  return { kind: 'cancelled', cancelledAt: now.toISOString(), ...kept(evidence) };
}

/**
 * A message that was received before, for an invoice that ended without a note: the earlier receive may have made one and died, or
 * met an end that it could not record. A note that is there is told of; where the invoice cannot have it, that is a contradiction,
 * again at each receive, until the message is in the DLQ for a person to see.
 */
async function noteDenied(deps: WorkerDeps, evidence: Recorder, invoice: LivingInvoice): Promise<Outcome | undefined> {
  const found = await deps.provider(evidence.transport).find(await submissionOf(deps, invoice));
  return found.kind === 'found' && found.matches ? issued(deps, evidence, invoice.id, found.note) : undefined;
}

async function submissionOf(deps: WorkerDeps, invoice: Submittable): Promise<Submission> {
  const { id, companyCnpj, municipalityCode, dps, xmlKey } = invoice;
  return { invoiceId: id, companyCnpj, municipalityCode, dps, document: await deps.documents.get(xmlKey) };
}

async function issued(
  deps: WorkerDeps,
  evidence: Recorder,
  id: InvoiceId,
  { xml, ...note }: IssuedNote,
): Promise<Outcome> {
  const nfseXmlKey = await stored(deps, id, 'nfse', xml);
  return { kind: 'issued', ...note, ...(nfseXmlKey ? { nfseXmlKey } : {}), ...kept(evidence) };
}

/** Stores an authority's document, if there is one, before the event that names it. */
async function stored(deps: WorkerDeps, id: InvoiceId, kind: string, xml?: string): Promise<string | undefined> {
  if (xml === undefined) return undefined;
  const key = documentKey(id, kind, xml, 'xml');
  await deps.documents.put(key, xml, 'application/xml');
  return key;
}

function failed(deps: WorkerDeps, evidence: Recorder, error: (Outcome & { kind: 'failed' })['error']): Outcome {
  return { kind: 'failed', error, at: deps.now().toISOString(), ...kept(evidence) };
}

function deferred(
  deps: WorkerDeps,
  evidence: Recorder,
  { attempt }: Submittable,
  reason: 'provider-unavailable' | 'outcome-unknown',
  detail: string,
): Outcome {
  const next = nextAttemptAt(deps.now(), attempt, deps.retryBaseSeconds, deps.random());
  return { kind: 'deferred', reason, detail: detail.slice(0, 300), nextAttemptAt: next, ...kept(evidence) };
}

function numberTaken({ dps }: Submittable, { nfseNumber }: IssuedNote): (Outcome & { kind: 'failed' })['error'] {
  return {
    code: 'DPS_NUMBER_TAKEN',
    message: `O número ${dps.number} da série ${dps.series} já foi usado em outra nota (NFS-e ${nfseNumber}), com outro conteúdo.`,
    howToFix:
      'Emita de novo com outra chave de idempotência e outro número de DPS (ou sem número, para que ele seja gerado).',
    field: '/dps/number',
    source: 'comparação com a nota encontrada na consulta',
  };
}

function kept(evidence: Recorder): { evidence?: string[] } {
  const keys = [...evidence.keys()];
  return keys.length > 0 ? { evidence: keys } : {};
}

function record(deps: WorkerDeps, work: Work, { messageId }: Delivery, outcome: Outcome, fresh?: Fresh) {
  const trace = work.traceId ? { traceId: work.traceId } : {};
  const meta = { actor: 'worker', requestId: work.requestId, causationId: messageId, ...trace };
  return recordOutcome(deps, work.invoiceId, outcome, { at: deps.now().toISOString(), meta }, fresh);
}
