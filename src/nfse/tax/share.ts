import { type Cents, cents } from '../cents.ts';

/** What becomes of half a centavo: away from zero, or to the even neighbour. */
export type Rounding = 'half-up' | 'half-even';

const WHOLE = 10_000n;

/**
 * A share of an amount, rounded to the centavo once.
 *
 * ISS and whatever else has no published rule go half up, as observed notes do. The own debits of PIS and COFINS go half to even
 * (technical note 007, in force since 2026-02-09). Authorities allow ± 0.01 and their figure is the one that counts.
 *
 * @param amount centavos, not negative
 * @param basisPoints 10 000 is the whole
 */
export function share(amount: number, basisPoints: number, rounding: Rounding = 'half-up'): Cents {
  // A product may leave the range in which a double is exact: 99 billion at 5 % already does.
  const product = BigInt(amount) * BigInt(basisPoints);
  const whole = product / WHOLE;
  const twice = (product % WHOLE) * 2n;
  const up = twice > WHOLE || (twice === WHOLE && (rounding === 'half-up' || whole % 2n === 1n));
  return cents(Number(whole) + (up ? 1 : 0));
}
