import { read } from '../../events/event-store.ts';
import type { EventData } from '../../events/event-types.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';
import { type ExecuteDeps, execute, type Occasion } from '../execute.ts';
import type { Workflow } from '../ports.ts';
import { workOn } from '../start-work.ts';
import { decideReplay, type Handling, handlingOf, type ReplayMode } from './decide.ts';

export interface ReplayDeps extends ExecuteDeps {
  /** The way a replay takes: the one that the work came by. */
  readonly workflow: Workflow;
  /** The way a repair takes: straight onto the worker's queue. */
  readonly requests: Workflow;
}

/** Who asks for a dead letter's work again. `at` is ISO 8601, UTC. */
export interface Asking extends Occasion {
  readonly mode: ReplayMode;
  readonly reason?: string | undefined;
}

export interface Replayed {
  readonly handling: Handling;
  readonly status: Invoice['status'];
  /** Where the stream ends as far as this call knows: what the worker finds is appended there. */
  readonly version: number;
}

/** What the replay of one letter comes to, without doing it. */
export async function planReplay(deps: ExecuteDeps, invoiceId: InvoiceId, mode: ReplayMode, cause: string) {
  const { invoice, tip } = read(invoiceId, await deps.events.load(invoiceId));
  return { invoice, tip, handling: handlingOf(mode, cause, invoice) };
}

/**
 * Puts the replay on record and starts the work. The record comes first: should this call die in between, the letter comes back and
 * the same record is not made twice, while starting twice does no harm, because the worker looks at the stream.
 *
 * @throws TooMuchContention, and whatever the start throws: then the letter must stay
 */
export async function replayInvoice(
  deps: ReplayDeps,
  letter: Pick<EventData<'ReplayRequested'>, 'cause' | 'letterId'> & { readonly invoiceId: InvoiceId },
  { mode, reason, at, meta }: Asking,
): Promise<Replayed> {
  const { cause, letterId, invoiceId } = letter;
  const { invoice, tip, handling } = await planReplay(deps, invoiceId, mode, cause);
  if (handling !== 'start') return { handling, status: invoice.status, version: tip.version };
  const request = { by: meta.actor, mode, cause, letterId, ...(reason ? { reason } : {}) };
  const occasion = { at, meta: { ...meta, causationId: letterId } };
  const decided = await execute(deps, invoiceId, (current) => decideReplay(request, current), occasion, {
    invoice,
    tip,
  });
  const { status } = decided.invoice;
  const version = decided.tip.version;
  if (decided.invoice.status === 'NONE' || handlingOf(mode, cause, decided.invoice) !== 'start') {
    return { handling: handlingOf(mode, cause, decided.invoice), status, version }; // it ended meanwhile
  }
  const work = workOn(decided.invoice, mode, meta.traceId);
  await (mode === 'repair' ? deps.requests : deps.workflow).start(work);
  return { handling, status, version };
}
