import { read } from '../../events/event-store.ts';
import type { Invoice } from '../../events/invoice.ts';
import type { DeadLetterDeps } from './replay.ts';
import { type Bundle, type Item, itemOf, type Selection, type Sweep, sweep } from './sweep.ts';
import type { Bounds } from './take-all.ts';

export interface Discard {
  readonly dryRun: boolean;
  readonly selection: Selection;
  readonly limit: number;
  /** Told of each letter that goes, before it does: nothing else remembers it. */
  readonly onDiscard: (item: Item) => void;
}

/**
 * Removes letters that no replay can do anything about: those that name no invoice, and those of invoices that have ended, once a
 * person has settled what they told of. A letter of an unfinished invoice stays: replay that one.
 */
export function discard(
  deps: Pick<DeadLetterDeps, 'deadLetters' | 'events' | 'onFailure'>,
  { dryRun, selection, limit, onDiscard }: Discard,
  bounds: Bounds,
): Promise<Sweep> {
  const act = async (bundle: Bundle): Promise<Item> => {
    const [letter] = bundle;
    try {
      const status = await statusOf(deps, letter.invoiceId);
      const facts = { ...itemOf(bundle), ...(status && { status }) };
      if (status === 'EMITTED' || status === 'CANCELLING') return { ...facts, outcome: 'kept', why: 'unfinished' };
      if (dryRun) return { ...facts, outcome: 'discard' };
      const item: Item = { ...facts, outcome: 'discarded' };
      onDiscard(item);
      return item;
    } catch (error) {
      deps.onFailure(letter, error);
      return { ...itemOf(bundle), outcome: 'kept', why: 'failed' };
    }
  };
  return sweep(deps.deadLetters, { selection, limit, promising: () => true, act }, bounds);
}

async function statusOf(
  { events }: Pick<DeadLetterDeps, 'events'>,
  invoiceId: Bundle[0]['invoiceId'],
): Promise<Invoice['status'] | undefined> {
  return invoiceId && read(invoiceId, await events.load(invoiceId)).invoice.status;
}
