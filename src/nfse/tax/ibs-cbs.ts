import * as z from 'zod/mini';
import { type Cents, cents } from '../cents.ts';
import calendar from './reform-calendar.json' with { type: 'json' };
import { share } from './share.ts';

const basisPoints = z.optional(z.int().check(z.gte(0), z.lte(10_000)));

/** What holds for IBS and CBS from a year on. Rates in basis points. */
const ReformYearSchema = z.strictObject({
  year: z.int(),
  /** Left out where the rate is a share of a reference rate that the Senate has yet to set. */
  ibsStateBasisPoints: basisPoints,
  ibsMunicipalBasisPoints: basisPoints,
  cbsBasisPoints: basisPoints,
  /** Percent of its reference rate at which the IBS stands, from when it replaces ISS and ICMS step by step. */
  ibsPercentOfReference: z.optional(z.int()),
  /** Whether ISS, and PIS and COFINS, still exist, and so are taken from the base. */
  iss: z.boolean(),
  pisCofins: z.boolean(),
  /** Whether IBS and CBS are added to what the customer pays. In the test year they are only stated. */
  added: z.boolean(),
});
type ReformYear = Readonly<z.infer<typeof ReformYearSchema>>;

/** By year, the first one first. */
const CALENDAR: readonly ReformYear[] = z.array(ReformYearSchema).parse(calendar.years);

/** The rules of a year, or `undefined` before the reform. */
export function reformYear(year: number): ReformYear | undefined {
  return CALENDAR.findLast((row) => row.year <= year);
}

export interface IbsCbsBasis {
  /** Of the competence date. */
  readonly year: number;
  /** Centavos: price less unconditional discount, then what is taken from it. */
  readonly price: number;
  readonly iss: number;
  readonly pis: number;
  readonly cofins: number;
}

export interface IbsCbsFigures {
  readonly base: Cents;
  readonly ibsState?: Cents;
  readonly ibsMunicipal?: Cents;
  readonly cbs?: Cents;
  readonly rates: ReformYear;
}

/**
 * What the authority will compute of IBS and CBS, as far as the year's rates are known: base is the price without unconditional
 * discount, ISS, and (in 2026) the own debits of PIS and COFINS. Reductions by classification are the authority's table.
 *
 * @returns `undefined` before 2026
 */
export function ibsCbs({ year, price, iss, pis, cofins }: IbsCbsBasis): IbsCbsFigures | undefined {
  const rates = reformYear(year);
  if (!rates) return undefined;
  const base = cents(Math.max(0, price - (rates.iss ? iss : 0) - (rates.pisCofins ? pis + cofins : 0)));
  const of = (rate: number | undefined) => (rate === undefined ? undefined : share(base, rate));
  const [ibsState, ibsMunicipal, cbs] = [
    of(rates.ibsStateBasisPoints),
    of(rates.ibsMunicipalBasisPoints),
    of(rates.cbsBasisPoints),
  ];
  return {
    base,
    rates,
    ...(ibsState !== undefined && { ibsState }),
    ...(ibsMunicipal !== undefined && { ibsMunicipal }),
    ...(cbs !== undefined && { cbs }),
  };
}
