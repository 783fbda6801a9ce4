import { cents, formatCents } from '../cents.ts';
import { oneLine } from './text.ts';

/**
 * A field that the layout cannot carry even when its type is right: nothing of it is left in the layout's repertoire, or it
 * is longer than the layout's field. The client has to change it; `field` is a JSON pointer into the emission.
 */
export class UnwritableField extends Error {
  override readonly name = 'UnwritableField';
  readonly code = 'unwritable-field';
  readonly field: string;
  readonly problem: 'empty' | 'too-short' | 'too-long' | 'missing' | 'unsupported';
  constructor(field: string, problem: 'empty' | 'too-short' | 'too-long' | 'missing' | 'unsupported') {
    super(`${field} cannot be written in the DPS: ${problem}`);
    this.field = field;
    this.problem = problem;
  }
}

/** @throws UnwritableField */
export function required(text: string, longest: number, field: string): string {
  const written = optional(text, longest, field);
  if (written === undefined) throw new UnwritableField(field, 'empty');
  return written;
}

/** @throws UnwritableField */
export function optional(text: string | undefined, longest: number, field: string): string | undefined {
  const written = bounded(oneLine(text ?? ''), longest, field);
  return written === '' ? undefined : written;
}

/** @throws UnwritableField */
export function bounded(text: string, longest: number, field: string): string {
  if (text.length > longest) throw new UnwritableField(field, 'too-long');
  return text;
}

/** An amount, or a rate in basis points: both have two places. */
export function decimal(hundredths: number | undefined): string | undefined {
  return hundredths === undefined ? undefined : formatCents(cents(hundredths));
}

/** An amount that the layout refuses when it is zero (E0431, E0432, E0699 to E0701): absent instead. */
export function nonZero(amount: number | undefined): string | undefined {
  return amount ? decimal(amount) : undefined;
}
