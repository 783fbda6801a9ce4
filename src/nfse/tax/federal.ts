import { type Cents, cents } from '../cents.ts';
import type { Sale, SalePisCofins, WithheldContributions } from '../sale.ts';
import { share } from './share.ts';

/** `CST` of operations without incidence or with it suspended: no base, no rates (E0678, E0682). */
const WITHOUT_BASE = ['00', '08', '09'];

/** Whether this `CST` of PIS and COFINS goes with a base and rates. */
export function hasContributionBase(cst: string): boolean {
  return !WITHOUT_BASE.includes(cst);
}

/** The provider's own debits: as given, else base times rate, half a centavo to the even neighbour. */
export function ownDebits(given: SalePisCofins): { readonly pis?: Cents; readonly cofins?: Cents } {
  if (given.base === undefined || !hasContributionBase(given.cst)) return {};
  const { base, pisRateBasisPoints, cofinsRateBasisPoints } = given;
  return {
    ...(pisRateBasisPoints !== undefined && { pis: debit(base, pisRateBasisPoints, given.pis) }),
    ...(cofinsRateBasisPoints !== undefined && { cofins: debit(base, cofinsRateBasisPoints, given.cofins) }),
  };
}

function debit(base: number, basisPoints: number, given: number | undefined): Cents {
  return given === undefined ? share(base, basisPoints, 'half-even') : cents(given);
}

/** Which contributions the customer withholds: as said, else all three or none, by whether an amount is given. */
export function withheldContributions(taxes: NonNullable<Sale['federalTaxes']>): WithheldContributions {
  return taxes.pisCofins?.withheld ?? (taxes.csrfWithheld ? 'PIS_COFINS_CSLL' : 'NONE');
}

/** What the customer withholds for the Union: INSS, IRRF, and PIS, COFINS and CSLL together. Own debits are no part of it. */
export function federallyWithheld({ federalTaxes }: Pick<Sale, 'federalTaxes'>): Cents {
  const { inssWithheld = 0, irrfWithheld = 0, csrfWithheld = 0 } = federalTaxes ?? {};
  return cents(inssWithheld + irrfWithheld + csrfWithheld);
}

/**
 * The rates at which customers usually withhold, in basis points, to recognise what a given amount was made of: federal bodies
 * withhold by tables of their own, and bases differ, so an amount is never made up from them.
 *
 * @source Law 10.833/2003, arts. 30 and 31; RIR/2018, arts. 714 and 716; IN RFB 2.110/2022
 */
export const USUAL_RATES = {
  inss: [1100],
  irrf: [150, 100],
  csrf: [465],
} as const;

/** The usual rate that leads from the base to the amount, if one does, the centavo of rounding allowed for. */
export function usualRate(kind: keyof typeof USUAL_RATES, base: number, amount: number): number | undefined {
  return USUAL_RATES[kind].find((rate) => Math.abs(share(base, rate) - amount) <= 1);
}
