import type { Sale } from '../sale.ts';
import { issInsideSimples, withoutIss } from './iss.ts';

/** What the declaration does with the rate of the ISS: the layout forbids it as often as it demands it. */
export type RateStatement =
  /** It may not be stated. */
  | 'omitted'
  /** It must be stated. */
  | 'required'
  /** It depends on whether the municipality of incidence keeps its rates in the national system, and nobody said. */
  | 'as-given';

/**
 * Whether `pAliq` is written. Never for MEI, special regimes and whatever owes no ISS (E0600, E0602, E0604). ME/EPP with everything
 * inside Simples: only with ISS withheld (E0621, E0628; otherwise E0625, E0631). Others: only where the municipality of
 * incidence is not active in the national system, which otherwise knows the rate itself (E0617, E0635; E0619, E0640).
 */
export function rateStatement(sale: Pick<Sale, 'issuer' | 'iss' | 'amounts'>): RateStatement {
  if (withoutIss(sale)) return 'omitted';
  if (issInsideSimples(sale.issuer)) return sale.amounts.issWithheldBy === 'NOBODY' ? 'omitted' : 'required';
  const active = sale.iss?.municipalityActive;
  if (active === undefined) return 'as-given';
  return active ? 'omitted' : 'required';
}
