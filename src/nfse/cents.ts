declare const brand: unique symbol;
/** An amount of money in integer centavos. Never a float: `1500.00` is `150000`. */
export type Cents = number & { readonly [brand]: 'Cents' };

const DECIMAL = /^(0|[1-9]\d{0,12})\.(\d{2})$/;

/**
 * Reads a decimal string with two places, the form of money in requests.
 *
 * @returns `undefined` for anything else: no sign, no thousands separator, at most 13 integer digits (safe in a double)
 */
export function parseCents(text: string): Cents | undefined {
  const match = DECIMAL.exec(text);
  return match ? ((Number(match[1]) * 100 + Number(match[2])) as Cents) : undefined;
}

/** `150000` → `"1500.00"`. */
export function formatCents(cents: Cents): string {
  const text = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${text.slice(0, -2)}.${text.slice(-2)}`;
}

/** An integer taken as centavos, for arithmetic on amounts that are already `Cents`. */
export function cents(value: number): Cents {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number of centavos`);
  return value as Cents;
}
