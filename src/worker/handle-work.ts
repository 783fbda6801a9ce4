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
type Submittable = Pick<LivingInvoice, 'id' | 'companyCnpj' | 'municipalityCode' | 'dps' | 'xmlKey' | 'attempt'>;

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
    if (invoice.status !== 'EMITTED' && invoice.status !== 'CANCELLING') break;
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
 * A fresh emission is handled without reading the stream: the message was just sent, is delivered for the first time, and carries
 * the tip it stands for. Should a cancellation have come meanwhile, the append meets it and the worker goes on from there.
 */
function freshOf(deps: WorkerDeps, work: Work, delivery: Delivery): (Fresh & { submittable: Submittable }) | undefined {
  const { fresh, invoiceId, municipalityCode } = work;
  const ageMs = deps.now().getTime() - delivery.sentAt.getTime();
  const first = deps.firstSight(invoiceId);
  if (!fresh || !first || delivery.receiveCount > 1 || ageMs > deps.trustSeconds * 1000) return undefined;
  const { companyCnpj, dps, xmlKey, tip } = fresh;
  return {
    invoice: { id: invoiceId, status: 'EMITTED', attempt: 0 },
    tip,
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
  if (invoice.status === 'EMITTED') {
    const mayHaveBeenSent = delivery.receiveCount > 1 || work.origin === 'reconciliation' || invoice.attempt > 0;
    return submit(deps, evidence, invoice, mayHaveBeenSent);
  }
  return invoice.note ? cancelNote(deps, evidence, invoice, invoice.note) : settleUnsent(deps, evidence, invoice);
}

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
    case 'issued':
      return issued(deps, evidence, invoice.id, answer.note);
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
      return deferred(deps, evidence, invoice, 'provider-unavailable', found.reason);
    case 'unknown':
      return deferred(deps, evidence, invoice, 'outcome-unknown', found.reason);
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
    case 'cancelled':
      return { kind: 'cancelled', protocol: answer.protocol, cancelledAt: answer.cancelledAt, ...keyOf(evidence) };
    case 'rejected':
      return { kind: 'cancel-failed', error: answer.error, ...keyOf(evidence) };
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
  return { kind: 'cancelled', cancelledAt: now.toISOString(), ...keyOf(evidence) };
}

async function submissionOf(deps: WorkerDeps, invoice: Submittable): Promise<Submission> {
  const { id, companyCnpj, municipalityCode, dps, xmlKey } = invoice;
  return { invoiceId: id, companyCnpj, municipalityCode, dps, document: await deps.documents.get(xmlKey) };
}

/** The document is stored before the event that names it. */
async function issued(
  deps: WorkerDeps,
  evidence: Recorder,
  id: InvoiceId,
  { xml, ...note }: IssuedNote,
): Promise<Outcome> {
  const nfseXmlKey = xml === undefined ? undefined : documentKey(id, 'nfse', xml, 'xml');
  if (xml !== undefined && nfseXmlKey) await deps.documents.put(nfseXmlKey, xml, 'application/xml');
  return { kind: 'issued', ...note, ...(nfseXmlKey ? { nfseXmlKey } : {}), ...keyOf(evidence) };
}

function failed(deps: WorkerDeps, evidence: Recorder, error: (Outcome & { kind: 'failed' })['error']): Outcome {
  return { kind: 'failed', error, at: deps.now().toISOString(), ...keyOf(evidence) };
}

function deferred(
  deps: WorkerDeps,
  evidence: Recorder,
  { attempt }: Submittable,
  reason: 'provider-unavailable' | 'outcome-unknown',
  detail: string,
): Outcome {
  const next = nextAttemptAt(deps.now(), attempt, deps.retryBaseSeconds, deps.random());
  return { kind: 'deferred', reason, detail: detail.slice(0, 300), nextAttemptAt: next, ...keyOf(evidence) };
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

function keyOf(evidence: Recorder): { evidenceKey?: string } {
  const evidenceKey = evidence.lastKey();
  return evidenceKey ? { evidenceKey } : {};
}

function record(deps: WorkerDeps, work: Work, { messageId }: Delivery, outcome: Outcome, fresh?: Fresh) {
  const trace = work.traceId ? { traceId: work.traceId } : {};
  const meta = { actor: 'worker', requestId: work.requestId, causationId: messageId, ...trace };
  return recordOutcome(deps, work.invoiceId, outcome, { at: deps.now().toISOString(), meta }, fresh);
}
