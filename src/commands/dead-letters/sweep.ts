import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';
import type { Handling } from '../replay-invoice/decide.ts';
import type { DeadLetter, DeadLetters } from './dead-letter.ts';
import { type Bounds, takeAll } from './take-all.ts';

/** Which dead letters are meant: those that fit all of what is said. */
export interface Selection {
  readonly invoiceIds?: readonly string[] | undefined;
  readonly letterIds?: readonly string[] | undefined;
  readonly cause?: string | undefined;
  readonly municipalityCode?: string | undefined;
}

export function matches(selection: Selection, letter: DeadLetter): boolean {
  const { invoiceIds, letterIds, cause, municipalityCode } = selection;
  return (
    (!invoiceIds || (letter.invoiceId !== undefined && invoiceIds.includes(letter.invoiceId))) &&
    (!letterIds || letterIds.includes(letter.letterId)) &&
    (cause === undefined || letter.cause === cause) &&
    (municipalityCode === undefined || letter.municipalityCode === municipalityCode)
  );
}

/** The letters of one invoice, or one letter that names none. */
export type Bundle = readonly [DeadLetter, ...DeadLetter[]];

/** Why a letter stays. */
export type Why =
  | 'unknown-invoice'
  | 'contradiction'
  | 'note-in-question'
  | 'unfinished'
  | 'repaired-before'
  | 'no-record'
  | 'failed';

/** What became of a bundle; what would become of it in a dry run. */
export interface Item {
  readonly invoiceId?: InvoiceId;
  readonly letterIds: readonly string[];
  readonly cause: string;
  readonly municipalityCode?: string;
  readonly outcome: Handling | 'discard' | 'started' | 'answered' | 'dropped' | 'kept' | 'discarded';
  /** Of the invoice. */
  readonly status?: Invoice['status'];
  readonly why?: Why;
}

const SETTLED: ReadonlySet<Item['outcome']> = new Set<Item['outcome']>(['started', 'dropped', 'discarded']);

/** Whether the letters are no longer needed. */
export const isSettled = ({ outcome }: Item): boolean => SETTLED.has(outcome);

export interface Sweep {
  readonly items: readonly Item[];
  /** Letters in the DLQ afterwards, by the engine's estimate. */
  readonly left: number;
  /** Whether letters may be left that were meant and not looked at. */
  readonly more: boolean;
}

export interface Sweeping {
  readonly selection: Selection;
  /** Bundles that `act` is likely to do something about, in one go. */
  readonly limit: number;
  readonly promising: (letter: DeadLetter) => boolean;
  readonly act: (bundle: Bundle) => Promise<Item>;
}

/** Bundles at once: enough to be quick, not enough to be a stampede. */
const ABREAST = 8;

/**
 * Goes through the letters that are meant, a bundle at a time. A letter is removed after `act` has settled its bundle, and everything
 * else is given back. Dying in the middle loses nothing: what was in hand comes back by itself.
 */
export async function sweep(deadLetters: DeadLetters, sweeping: Sweeping, bounds: Bounds): Promise<Sweep> {
  const { selection, limit, promising, act } = sweeping;
  const meant = (letters: readonly DeadLetter[]) => bundled(letters.filter((letter) => matches(selection, letter)));
  const { letters, complete } = await takeAll(
    deadLetters,
    bounds,
    (taken) => meant(taken.filter(promising)).length >= limit,
  );
  const inHand = new Set(letters);
  const bundles = meant(letters);
  const items: Item[] = [];
  try {
    let acted = 0;
    while (items.length < bundles.length && acted < limit && bounds.msLeft() > 0) {
      const abreast = bundles.slice(items.length, items.length + Math.min(ABREAST, limit - acted));
      acted += abreast.filter(([letter]) => promising(letter)).length;
      const results = await Promise.all(abreast.map(act));
      items.push(...results);
      const settled = abreast.flatMap((bundle, place) => (results[place] && isSettled(results[place]) ? bundle : []));
      await deadLetters.remove(settled);
      for (const letter of settled) inHand.delete(letter);
    }
  } finally {
    await deadLetters.giveBack([...inHand]);
  }
  const allNamed = isWhole(selection, letters);
  return { items, left: await deadLetters.count(), more: items.length < bundles.length || !(complete || allNamed) };
}

export function bundled(letters: readonly DeadLetter[]): readonly Bundle[] {
  const byInvoice = Map.groupBy(letters, ({ invoiceId, letterId }) => invoiceId ?? letterId);
  return [...byInvoice.values()].flatMap(([first, ...rest]) => (first ? [[first, ...rest] as const] : []));
}

/** Whether every letter that is asked for by name was found: then there is nothing left to look for. */
function isWhole({ letterIds }: Selection, letters: readonly DeadLetter[]): boolean {
  return letterIds?.every((id) => letters.some(({ letterId }) => letterId === id)) ?? false;
}

/** The facts of a bundle that every outcome tells. */
export function itemOf(bundle: Bundle): Omit<Item, 'outcome'> {
  const [{ invoiceId, cause, municipalityCode }] = bundle;
  return {
    ...(invoiceId && { invoiceId }),
    letterIds: bundle.map(({ letterId }) => letterId),
    cause,
    ...(municipalityCode && { municipalityCode }),
  };
}
