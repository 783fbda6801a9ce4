import { modulo11Digit } from './modulo-11.ts';

declare const brand: unique symbol;
/** A company's registration: 12 digits or upper-case letters and 2 check digits, without punctuation. */
export type Cnpj = string & { readonly [brand]: 'Cnpj' };

const SHAPE = /^[0-9A-Z]{12}[0-9]{2}$/;
const ONE_DIGIT_REPEATED = /^(\d)\1{13}$/;

/**
 * Reads a CNPJ, numeric or alphanumeric (issued since July 2026), in its canonical form only: no points, no lower case.
 *
 * @returns `undefined` for anything else, for wrong check digits, and for fourteen equal digits, which satisfy the sum by
 * accident but are never given out
 * @source IN RFB 2.229/2024, annex XV
 */
export function parseCnpj(text: unknown): Cnpj | undefined {
  if (typeof text !== 'string' || !SHAPE.test(text) || ONE_DIGIT_REPEATED.test(text)) return undefined;
  return text.endsWith(cnpjCheckDigits(text.slice(0, 12))) ? (text as Cnpj) : undefined;
}

/** The two check digits that belong to the twelve characters before them. */
export function cnpjCheckDigits(body: string): string {
  const first = modulo11Digit(body);
  return first + modulo11Digit(body + first);
}
