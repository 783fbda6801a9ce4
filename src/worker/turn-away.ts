import { leastLookMs } from '../commands/lanes/looks.ts';
import { NoteInQuestion, type Outcome } from '../commands/record-outcome/decide.ts';
import { tellReplaced } from '../commands/replace-invoice/replace-invoice.ts';
import type { Work } from '../commands/work.ts';
import { read } from '../events/event-store.ts';
import { laneOf } from '../nfse/routing/lane.ts';
import type { WorkerDeps } from './conversation.ts';
import { givenUp } from './giving-up.ts';
import { freshOf, type Handled, occasionOf, record } from './handle-work.ts';
import type { Gate } from './lanes/gate.ts';
import { laneLookAt } from './outcomes.ts';
import { isNoteInQuestion, priorSubmission, reasonToWait } from './prior-submission.ts';
import type { Delivery } from './work-message.ts';

/**
 * A message whose lane is shut, or has had too much for too long. The invoice waits in its history, and the queue is rid of the
 * message: no receive is spent on waiting. The authority is not called.
 *
 * @throws NoteInQuestion for an invoice that has ended, and of which only the authority could say whether it has a note
 */
export async function turnAway(deps: WorkerDeps, work: Work, delivery: Delivery, gate: Gate): Promise<Handled> {
  const fresh = freshOf(deps, work, delivery);
  if (fresh) {
    const outcome = deferral(deps, work, gate, 'provider-unavailable');
    const { status } = await record(deps, work, delivery, outcome, { fresh });
    return { steps: [outcome.kind], ...(status ? { status } : {}), emittedAt: fresh.at };
  }
  const { invoice } = read(work.invoiceId, await deps.events.load(work.invoiceId));
  if (invoice.status === 'NONE') return { steps: [], status: invoice.status };
  const prior = priorSubmission(invoice, work, delivery);
  if (isNoteInQuestion(invoice, prior)) throw new NoteInQuestion(invoice, whyNot(gate));
  if (invoice.status !== 'EMITTED' && invoice.status !== 'CANCELLING') {
    await tellReplaced(deps, invoice, occasionOf(deps, work, delivery)); // no lane is needed for that
    return { steps: [], status: invoice.status };
  }
  const waiting = deferral(deps, work, gate, reasonToWait(prior, invoice));
  // A week is over for an authority that is away, not for a lane that has too much: its turn comes.
  const outcome = gate.kind === 'shut' ? givenUp(deps, invoice, waiting) : waiting;
  const { status } = await record(deps, work, delivery, outcome);
  return { steps: [outcome.kind], ...(status ? { status } : {}), emittedAt: invoice.createdAt };
}

function deferral(
  { now, retryBaseSeconds }: WorkerDeps,
  work: Work,
  gate: Gate,
  reason: 'provider-unavailable' | 'outcome-unknown',
): Outcome & { kind: 'deferred' } {
  // A lane that takes messages has room again soon, and the reconciler brings them in their order: no reason to wait longer each time.
  const nextAttemptAt =
    gate.kind === 'shut'
      ? laneLookAt(now(), gate.since, laneOf(work), retryBaseSeconds)
      : new Date(now().getTime() + leastLookMs(retryBaseSeconds)).toISOString();
  return { kind: 'deferred', reason, detail: whyNot(gate), nextAttemptAt };
}

const whyNot = (gate: Gate): string =>
  gate.kind === 'shut' ? gate.why : 'not sent: the lane of the municipality has more than it can take';
