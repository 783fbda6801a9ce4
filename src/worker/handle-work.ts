import type { Occasion } from '../commands/execute.ts';
import { NoteInQuestion, type Outcome } from '../commands/record-outcome/decide.ts';
import { type Fresh, recordOutcome } from '../commands/record-outcome/record-outcome.ts';
import { tellReplaced } from '../commands/replace-invoice/replace-invoice.ts';
import type { Work } from '../commands/work.ts';
import { read } from '../events/event-store.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { type Authority, NotRepresentable } from './authority.ts';
import { cancelNote, settleUnsent } from './cancel-note.ts';
import {
  conversationWith,
  type Handling,
  type Submittable,
  speaking,
  submissionOf,
  type WorkerDeps,
} from './conversation.ts';
import { givenUp } from './giving-up.ts';
import { issued } from './outcomes.ts';
import { isNoteInQuestion, type PriorSubmission, priorSubmission } from './prior-submission.ts';
import { submit } from './submit.ts';
import type { Delivery } from './work-message.ts';

/** What the worker did with a message, for its log line. */
export interface Handled {
  readonly steps: readonly string[];
  readonly status?: string;
  /** Of the error that it failed with: the authority's own, or ours. */
  readonly code?: string;
  /** When the invoice was emitted, ISO 8601. */
  readonly emittedAt?: string;
}

/** An issued note leads to its cancellation within one message; more steps than these would be a loop. */
const MOST_STEPS = 3;

/**
 * Does what the invoice waits for, whatever the message says of itself: the stream decides. What is done already is left alone, so
 * a message may come twice, late, or after the invoice was cancelled.
 */
export async function handleWork(workerDeps: WorkerDeps, work: Work, delivery: Delivery): Promise<Handled> {
  const begunAt = workerDeps.now();
  const sendBy = new Date(begunAt.getTime() + workerDeps.sendWithinSeconds * 1000);
  const deps: Handling = { ...workerDeps, begunAt, sendBy };
  const fresh = freshOf(deps, work, delivery);
  const steps: string[] = [];
  if (fresh) {
    const { submittable } = fresh;
    const outcome = await speaking(deps, submittable, 'never', (talk) => submit(deps, talk, submittable));
    steps.push(outcome.kind);
    const { status } = await record(deps, work, delivery, outcome, { fresh, asked: submittable.route.authority });
    if (status !== 'CANCELLING')
      return { steps, ...(status ? { status } : {}), ...codeOf(outcome), emittedAt: fresh.at };
  }
  let status: string | undefined;
  let emittedAt: string | undefined;
  let code: Pick<Handled, 'code'> = {};
  while (steps.length < MOST_STEPS) {
    const { invoice } = read(work.invoiceId, await deps.events.load(work.invoiceId));
    status = invoice.status;
    if (invoice.status === 'NONE') break;
    emittedAt = invoice.createdAt;
    const answer = await nextOutcome(deps, invoice, work, delivery);
    const outcome = answer && givenUp(deps, invoice, answer);
    if (outcome) {
      steps.push(outcome.kind);
      code = codeOf(outcome);
      ({ status } = await record(deps, work, delivery, outcome, { asked: invoice.route.authority }));
    }
    // Last: where the other invoice cannot be told, this one's own cancellation is done all the same.
    await tellReplaced(deps, invoice, occasionOf(deps, work, delivery));
    if (outcome?.kind !== 'issued') break;
  }
  return { steps, ...(status ? { status } : {}), ...code, ...(emittedAt ? { emittedAt } : {}) };
}

function codeOf(outcome: Outcome): Pick<Handled, 'code'> {
  return outcome.kind === 'failed' || outcome.kind === 'cancel-failed' ? { code: outcome.error.code } : {};
}

/**
 * A fresh emission is handled without reading the stream: it was accepted a moment ago, its message is delivered for the first time,
 * and carries the tip it stands for. Should a cancellation have come meanwhile, the append meets it and the worker goes on from there.
 */
export function freshOf(
  deps: WorkerDeps,
  work: Work,
  delivery: Delivery,
): (Fresh & { submittable: Submittable }) | undefined {
  const { emitted, companyCnpj, dps, invoiceId, municipalityCode, route } = work;
  const first = deps.firstSight(invoiceId);
  if (!emitted || !companyCnpj || !dps || !route || !first || delivery.receiveCount > 1) return undefined;
  // The message's own age is not enough: a redrive sends an old one anew.
  const oldest = Math.min(delivery.sentAt.getTime(), Date.parse(emitted.at));
  if (deps.now().getTime() - oldest > deps.trustSeconds * 1000) return undefined;
  const { xmlKey, tip, at } = emitted;
  return {
    invoice: { id: invoiceId, status: 'EMITTED', attempt: 0 },
    tip,
    at,
    submittable: { id: invoiceId, companyCnpj, municipalityCode, route, dps, xmlKey, attempt: 0 },
  };
}

function nextOutcome(
  deps: Handling,
  invoice: LivingInvoice,
  work: Work,
  delivery: Delivery,
): Promise<Outcome | undefined> {
  const prior = priorSubmission(invoice, work, delivery);
  const { note } = invoice;
  switch (invoice.status) {
    case 'EMITTED':
      return speaking(deps, invoice, prior, (talk) => submit(deps, talk, invoice));
    case 'CANCELLING':
      if (note) return speaking(deps, invoice, prior, (talk) => cancelNote(deps, talk, invoice, note));
      // Whoever read the stream before the cancellation was asked for may be sending the document now.
      return speaking(deps, invoice, prior === 'never' ? 'perhaps' : prior, (talk) =>
        settleUnsent(deps, talk, invoice),
      );
    case 'FAILED':
    case 'CANCELLED':
      return isNoteInQuestion(invoice, prior) ? noteDenied(deps, invoice, prior) : none;
    case 'ISSUED':
      return none;
  }
}

const none = Promise.resolve(undefined);

/**
 * A message that was received before, for an invoice that ended without a note: the earlier receive may have made one and died, or
 * met an end that it could not record. A note that is there is told of; where the invoice cannot have it, that is a contradiction,
 * again at each receive, until the message is in the DLQ for a person to see. So is what the authority does not answer for.
 *
 * @throws NoteInQuestion
 */
async function noteDenied(
  deps: Handling,
  invoice: LivingInvoice,
  prior: PriorSubmission,
): Promise<Outcome | undefined> {
  let authority: Authority;
  try {
    authority = await deps.authorityFor(invoice);
  } catch (error) {
    if (error instanceof NotRepresentable) return undefined; // it could not be sent, either
    throw error;
  }
  const talk = conversationWith(authority, deps, invoice, prior);
  const found = await talk.provider.find(await submissionOf(deps, invoice));
  switch (found.kind) {
    case 'found':
      return found.matches ? issued(deps, talk, invoice.id, found.note) : undefined;
    case 'absent':
    case 'rejected':
      return undefined;
    case 'pending':
    case 'unavailable':
    case 'unknown':
      throw new NoteInQuestion(invoice, found.reason);
  }
}

/** Appends the outcome, in the name of the message. */
export function record(
  deps: WorkerDeps,
  work: Work,
  delivery: Delivery,
  outcome: Outcome,
  known?: Parameters<typeof recordOutcome>[4],
) {
  return recordOutcome(deps, work.invoiceId, outcome, occasionOf(deps, work, delivery), known);
}

export function occasionOf(deps: WorkerDeps, work: Work, { messageId }: Delivery): Occasion {
  const trace = work.traceId ? { traceId: work.traceId } : {};
  const meta = { actor: 'worker', requestId: work.requestId, causationId: messageId, ...trace };
  return { at: deps.now().toISOString(), meta };
}
