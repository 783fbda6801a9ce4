import { read } from '../../events/event-store.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';
import type { ExecuteDeps } from '../execute.ts';
import { isContradiction } from '../replay-invoice/decide.ts';
import {
  type Asking,
  planReplay,
  type ReplayDeps,
  type Replayed,
  replayInvoice,
} from '../replay-invoice/replay-invoice.ts';
import type { DeadLetter, DeadLetters } from './dead-letter.ts';
import { type Bundle, type Item, itemOf, type Selection, type Sweep, sweep, type Why } from './sweep.ts';
import type { Bounds } from './take-all.ts';

export interface DeadLetterDeps extends ReplayDeps {
  readonly deadLetters: DeadLetters;
  readonly pause: (ms: number) => Promise<void>;
  /** A letter stays because of an error that is ours. */
  readonly onFailure: (letter: DeadLetter, error: unknown) => void;
}

export interface Replay extends Asking {
  readonly dryRun: boolean;
  readonly selection: Selection;
  /** Invoices, in one go. */
  readonly limit: number;
  /** How long to wait for what the worker makes of a repair. */
  readonly waitMs: number;
}

const LOOK_EVERY_MS = 250;

/** Asks for the work of dead letters again, once for each invoice, however many letters it has. */
export async function replay(deps: DeadLetterDeps, request: Replay, bounds: Bounds): Promise<Sweep> {
  const { selection, limit, mode, dryRun } = request;
  const asked = new Map<InvoiceId, number>();
  const swept = await sweep(
    deps.deadLetters,
    {
      selection,
      limit,
      promising: ({ invoiceId, cause }) => invoiceId !== undefined && (mode === 'repair' || !isContradiction(cause)),
      async act(bundle) {
        if (dryRun) return plan(deps, request, bundle);
        const { item, replayed } = await replayBundle(deps, request, bundle);
        if (item.outcome === 'started' && item.invoiceId && replayed) asked.set(item.invoiceId, replayed.version);
        return item;
      },
    },
    bounds,
  );
  if (mode === 'replay' || asked.size === 0) return swept;
  const answers = await answersTo(deps, asked, request.waitMs, bounds);
  return { ...swept, items: swept.items.map((item) => answered(item, answers)) };
}

/** Asks for the work of one bundle again. What cannot be done keeps the letters, and says why. */
export async function replayBundle(
  deps: Pick<DeadLetterDeps, keyof ReplayDeps | 'onFailure'>,
  asking: Asking,
  bundle: Bundle,
): Promise<{ item: Item; replayed?: Replayed }> {
  return guarded(deps, bundle, async (letter, invoiceId) => {
    const replayed = await replayInvoice(deps, { ...letter, invoiceId }, asking);
    const { handling, status } = replayed;
    const outcome = { start: 'started', drop: 'dropped', keep: 'kept' } as const;
    const item = { ...itemOf(bundle), outcome: outcome[handling], status, ...whyKept(replayed, letter) };
    return { item, replayed };
  });
}

async function plan(deps: DeadLetterDeps, { mode }: Asking, bundle: Bundle): Promise<Item> {
  const { item } = await guarded(deps, bundle, async (letter, invoiceId) => {
    const { handling, invoice } = await planReplay(deps, invoiceId, mode, letter.cause);
    const { status } = invoice;
    return { item: { ...itemOf(bundle), outcome: handling, status, ...whyKept({ handling, status }, letter) } };
  });
  return item.outcome === 'kept' ? { ...item, outcome: 'keep' } : item;
}

/** One invoice's trouble is not the others'. */
async function guarded(
  { onFailure }: Pick<DeadLetterDeps, 'onFailure'>,
  bundle: Bundle,
  act: (letter: DeadLetter, invoiceId: InvoiceId) => Promise<{ item: Item; replayed?: Replayed }>,
): Promise<{ item: Item; replayed?: Replayed }> {
  const letter = weightiest(bundle);
  if (!letter.invoiceId) return { item: { ...itemOf(bundle), outcome: 'kept', why: 'unknown-invoice' } };
  try {
    return await act(letter, letter.invoiceId);
  } catch (error) {
    onFailure(letter, error);
    return { item: { ...itemOf(bundle), outcome: 'kept', why: 'failed' } };
  }
}

/** A contradiction weighs more than what else an invoice's letters tell. */
function weightiest(bundle: Bundle): DeadLetter {
  return bundle.find(({ cause }) => isContradiction(cause)) ?? bundle[0];
}

function whyKept({ handling, status }: Pick<Replayed, 'handling' | 'status'>, { cause }: DeadLetter): { why?: Why } {
  if (handling !== 'keep') return {};
  if (status === 'NONE') return { why: 'unknown-invoice' };
  return { why: isContradiction(cause) ? 'contradiction' : 'note-in-question' };
}

/**
 * Waits until the histories of these invoices have gone on, or the time is up.
 *
 * @param asked invoices, and where their streams ended when the work was asked for
 * @returns the status of each whose history went on
 */
async function answersTo(
  deps: ExecuteDeps & Pick<DeadLetterDeps, 'pause'>,
  asked: ReadonlyMap<InvoiceId, number>,
  waitMs: number,
  { msLeft }: Bounds,
): Promise<ReadonlyMap<InvoiceId, Invoice['status']>> {
  const answers = new Map<InvoiceId, Invoice['status']>();
  const waiting = new Map(asked);
  for (let waitedMs = 0; waiting.size > 0 && waitedMs < waitMs && msLeft() > 0; waitedMs += LOOK_EVERY_MS) {
    await deps.pause(LOOK_EVERY_MS);
    for (const [invoiceId, version] of waiting) {
      if ((await deps.events.tip(invoiceId)).version === version) continue;
      answers.set(invoiceId, read(invoiceId, await deps.events.load(invoiceId)).invoice.status);
      waiting.delete(invoiceId);
    }
  }
  return answers;
}

function answered(item: Item, answers: ReadonlyMap<InvoiceId, Invoice['status']>): Item {
  const status = item.invoiceId && answers.get(item.invoiceId);
  return status ? { ...item, outcome: 'answered', status } : item;
}
