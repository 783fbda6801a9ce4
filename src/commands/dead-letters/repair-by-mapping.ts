import type { InvoiceId } from '../../events/ids.ts';
import { isContradiction, takesRecord } from '../replay-invoice/decide.ts';
import { type Asking, planReplay, type ReplayDeps } from '../replay-invoice/replay-invoice.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type DeadLetterDeps, replayBundle } from './replay.ts';
import { type Bundle, bundled, type Item, isSettled, itemOf, type Why } from './sweep.ts';

/**
 * Repairs letters that the queue hands over as they come, with nobody looking: each invoice once, until something comes of it. Without
 * that, a letter whose work fails again would go round for ever. So contradictions are for a person from the start, and what a history
 * that has ended cannot keep a record of.
 *
 * @returns what became of them, and the letters that stay
 */
export async function repairByMapping(
  deps: Pick<DeadLetterDeps, keyof ReplayDeps | 'onFailure'>,
  letters: readonly DeadLetter[],
  asking: Asking,
): Promise<{ items: readonly Item[]; kept: readonly DeadLetter[] }> {
  const items: Item[] = [];
  const kept: DeadLetter[] = [];
  for (const bundle of bundled(letters)) {
    const item = await repaired(deps, bundle, asking);
    items.push(item);
    if (!isSettled(item)) kept.push(...bundle);
  }
  return { items, kept };
}

async function repaired(
  deps: Pick<DeadLetterDeps, keyof ReplayDeps | 'onFailure'>,
  bundle: Bundle,
  asking: Asking,
): Promise<Item> {
  const stays = (why: Why): Item => ({ ...itemOf(bundle), outcome: 'kept', why });
  if (bundle.some(({ cause }) => isContradiction(cause))) return stays('contradiction');
  const [{ invoiceId, cause }] = bundle;
  try {
    const why = invoiceId && (await whyNotAgain(deps, invoiceId, asking, cause));
    if (why) return stays(why);
  } catch (error) {
    deps.onFailure(bundle[0], error);
    return stays('failed');
  }
  return (await replayBundle(deps, asking, bundle)).item;
}

async function whyNotAgain(
  deps: ReplayDeps,
  invoiceId: InvoiceId,
  { mode, meta }: Asking,
  cause: string,
): Promise<Why | undefined> {
  const { invoice, handling } = await planReplay(deps, invoiceId, mode, cause);
  if (handling === 'start' && !takesRecord(invoice)) return 'no-record';
  return invoice.status !== 'NONE' && invoice.replay?.by === meta.actor ? 'repaired-before' : undefined;
}
