import { type Cents, cents } from '../cents.ts';
import { share } from './share.ts';

/** What holds for IBS and CBS in a year. Rates in basis points. */
interface ReformYear {
  readonly year: number;
  /** `undefined` where the rate is a share of a reference rate that the Senate has yet to set. */
  readonly ibsStateBasisPoints?: number;
  readonly ibsMunicipalBasisPoints?: number;
  readonly cbsBasisPoints?: number;
  /** Percent of its reference rate at which the IBS stands, from when it replaces ISS and ICMS step by step. */
  readonly ibsPercentOfReference?: number;
  /** Whether ISS, and PIS and COFINS, still exist, and so are taken from the base. */
  readonly iss: boolean;
  readonly pisCofins: boolean;
  /** Whether IBS and CBS are added to what the customer pays. In the test year they are only stated. */
  readonly added: boolean;
}

/** @source EC 132/2023; LC 214/2025, arts. 343 to 370 */
const CALENDAR: readonly ReformYear[] = [
  {
    year: 2026,
    ibsStateBasisPoints: 10,
    ibsMunicipalBasisPoints: 0,
    cbsBasisPoints: 90,
    iss: true,
    pisCofins: true,
    added: false,
  },
  { year: 2027, ibsStateBasisPoints: 5, ibsMunicipalBasisPoints: 5, iss: true, pisCofins: false, added: true },
  { year: 2029, ibsPercentOfReference: 10, iss: true, pisCofins: false, added: true },
  { year: 2030, ibsPercentOfReference: 20, iss: true, pisCofins: false, added: true },
  { year: 2031, ibsPercentOfReference: 30, iss: true, pisCofins: false, added: true },
  { year: 2032, ibsPercentOfReference: 40, iss: true, pisCofins: false, added: true },
  { year: 2033, ibsPercentOfReference: 100, iss: false, pisCofins: false, added: true },
];

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
  const of = (basisPoints: number | undefined) => (basisPoints === undefined ? undefined : share(base, basisPoints));
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
