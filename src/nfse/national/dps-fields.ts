import { isBlank } from '../blank.ts';
import { cents, formatCents } from '../cents.ts';
import { Given } from '../layouts/content.ts';
import { oneLine } from './text.ts';

/**
 * Text on one line, as far as the layout's repertoire has it; absent where it is blank, and refused as empty where it is not blank and
 * nothing of it can be written.
 */
export function line(from: string, text: string | undefined): Given | undefined {
  return text === undefined || isBlank(text) ? undefined : new Given(from, oneLine(text));
}

/** The same of a text that the layout demands: refused as empty where nothing is left. */
export function demandedLine(from: string, text: string): Given {
  return new Given(from, oneLine(text));
}

/** An amount, or a rate in basis points: both have two places. */
export function decimal(from: string, hundredths: number | undefined): Given | undefined {
  return hundredths === undefined ? undefined : new Given(from, formatCents(cents(hundredths)));
}

/** An amount that the layout refuses when it is zero (E0431, E0432, E0699 to E0701): absent instead. */
export function nonZero(from: string, amount: number | undefined): Given | undefined {
  return amount ? decimal(from, amount) : undefined;
}

/** A list for an element that repeats; absent where it is empty. */
export function items<T, Item>(
  list: readonly T[] | undefined,
  write: (item: T, place: number) => Item,
): readonly Item[] | undefined {
  return list && list.length > 0 ? list.map(write) : undefined;
}
