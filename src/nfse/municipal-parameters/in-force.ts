import type { Period, Rate } from './values.ts';

/** @param date `YYYY-MM-DD` */
export function isInForce({ from, to }: Period, date: string): boolean {
  return from <= date && (to === undefined || date <= to);
}

/** The rate of a service on a date: of several whose periods overlap, the one that began last. */
export function rateInForce(rates: readonly Rate[], date: string): Rate | undefined {
  return rates
    .filter((rate) => isInForce(rate, date))
    .reduce<Rate | undefined>((last, rate) => (last && last.from >= rate.from ? last : rate), undefined);
}
