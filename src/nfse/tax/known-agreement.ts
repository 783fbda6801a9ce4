import type { MunicipalAgreement } from '../routing/agreement.ts';
import type { Sale } from '../sale.ts';
import { type IssSale, issDueTo } from './iss.ts';
import { rateStatement } from './stated-rate.ts';

/**
 * The municipality whose agreement decides whether the rate of the ISS is declared: the one that the ISS is due to.
 *
 * @returns `undefined` where the layout decides it without an agreement, or the client says it
 */
export function decidesAboutRate(sale: IssSale): string | undefined {
  return rateStatement(sale) === 'as-given' ? issDueTo(sale) : undefined;
}

/**
 * The sale, with what is known of the municipality that the ISS is due to. A municipality whose agreement is active keeps its rates in the
 * national system (E0617, E0619). What the client says himself counts for more, and where nothing is known nothing is added.
 */
export function withAgreement<S extends Pick<Sale, 'iss'>>(sale: S, agreement: MunicipalAgreement): S {
  if (agreement.status === 'unknown' || sale.iss?.municipalityActive !== undefined) return sale;
  return { ...sale, iss: { ...sale.iss, municipalityActive: agreement.status === 'active' } };
}

/** Whether a rate that the client gives stays out of the document because of what is known of the municipality, and of nothing else. */
export function leavesRateOut(sale: Pick<Sale, 'issuer' | 'iss' | 'amounts'>, agreement: MunicipalAgreement): boolean {
  const { issRateBasisPoints } = sale.amounts;
  if (issRateBasisPoints === undefined || rateStatement(sale) !== 'as-given') return false;
  return rateStatement(withAgreement(sale, agreement)) === 'omitted';
}

/** Whether the layout demands a rate that the sale does not have. */
export function lacksRate(sale: Pick<Sale, 'issuer' | 'iss' | 'amounts'>): boolean {
  return sale.amounts.issRateBasisPoints === undefined && rateStatement(sale) === 'required';
}
