import { type Cents, cents } from '../cents.ts';
import { type IssTaxation, type Sale, taxationOf } from '../sale.ts';
import { serviceCode } from '../service-codes.ts';
import { share } from './share.ts';

/** The part of a sale that decides about its ISS. */
export type IssSale = Pick<
  Sale,
  'municipalityCode' | 'issuer' | 'service' | 'customer' | 'amounts' | 'iss' | 'companyCnpj'
>;

/** LC 116/2003, arts. 8 and 8-A. */
const MIN_ISS_BASIS_POINTS = 200;
export const MAX_ISS_BASIS_POINTS = 500;
/** What the national system takes of the effective rate inside Simples (E0621, E0628). */
export const MIN_WITHHELD_SIMPLES_BASIS_POINTS = 180;

/** Construction and passenger transport may be taxed below the minimum (LC 116/2003, art. 8-A, § 1). */
const BELOW_MINIMUM = ['0702', '0705', '1601'];

/** The only service whose ISS nobody may withhold: motorway operation. */
const NEVER_WITHHELD = '2201';

/**
 * The lowest rate that may be stated, in basis points: 0 for a service that may be taxed below the minimum, and less than the usual
 * minimum for ISS inside Simples that is withheld, whose rate is the effective one.
 */
export function minimumIssRate({ service, issuer, amounts }: Pick<Sale, 'service' | 'issuer' | 'amounts'>): number {
  return minimumIssRateOf(service.code, issInsideSimples(issuer) && amounts.issWithheldBy !== 'NOBODY');
}

/** The same of a service's code, and of whether its ISS is inside Simples and withheld. */
export function minimumIssRateOf(serviceCode: string, isWithheldInsideSimples: boolean): number {
  if (isWithheldInsideSimples) return MIN_WITHHELD_SIMPLES_BASIS_POINTS;
  return BELOW_MINIMUM.includes(serviceCode.slice(0, 4)) ? 0 : MIN_ISS_BASIS_POINTS;
}

/** ME/EPP whose ISS is in the monthly Simples slip. */
export function issInsideSimples({ simplesNacional, simplesRegime = 'ALL_INSIDE' }: Sale['issuer']): boolean {
  return simplesNacional === 'ME_EPP' && simplesRegime === 'ALL_INSIDE';
}

/**
 * Why a note states no ISS of its own, or `undefined` when it does: MEI pay a fixed sum a month, immune, exported, untaxed, exempt
 * and suspended services owe none now, and special regimes are assessed otherwise.
 */
export function withoutIss({ issuer, iss }: Pick<Sale, 'issuer' | 'iss'>): NoIss | undefined {
  if (issuer.simplesNacional === 'MEI') return 'MEI';
  const taxation = taxationOf({ iss });
  if (taxation !== 'TAXABLE') return taxation;
  if (iss?.suspension) return 'SUSPENDED';
  return issuer.specialRegime ? 'SPECIAL_REGIME' : undefined;
}

export type NoIss = 'MEI' | Exclude<IssTaxation, 'TAXABLE'> | 'SUSPENDED' | 'SPECIAL_REGIME';

/** Why nobody may withhold the ISS, or `undefined` when somebody may. */
export function withholdingForbidden(sale: Pick<Sale, 'issuer' | 'iss' | 'service'>): NoIss | 'SERVICE' | undefined {
  return withoutIss(sale) ?? (sale.service.code.startsWith(NEVER_WITHHELD) ? 'SERVICE' : undefined);
}

/** What is taken from the base: the amount given, the sum of the documents, or the share of the price less the unconditional discount. */
export function deductionOf({ amounts }: Pick<Sale, 'amounts'>): Cents {
  const { service, unconditionalDiscount = 0, deduction = 0, deductionBasisPoints, deductionDocuments } = amounts;
  if (deductionDocuments) return cents(deductionDocuments.reduce((sum, document) => sum + document.deduction, 0));
  return deductionBasisPoints === undefined
    ? cents(deduction)
    : share(service - unconditionalDiscount, deductionBasisPoints);
}

/** What a municipal benefit takes from the base that is left. */
export function benefitOf(sale: Pick<Sale, 'amounts' | 'iss'>): Cents {
  const { reduction = 0, reductionBasisPoints } = sale.iss?.benefit ?? {};
  if (reductionBasisPoints === undefined) return cents(reduction);
  const { service, unconditionalDiscount = 0 } = sale.amounts;
  return share(Math.max(0, service - unconditionalDiscount - deductionOf(sale)), reductionBasisPoints);
}

/** What was paid to others for the customer: no part of what is taxed. */
export function reimbursedOf({ ibsCbs }: Pick<Sale, 'ibsCbs'>): Cents {
  return cents((ibsCbs?.reimbursements ?? []).reduce((sum, { amount }) => sum + amount, 0));
}

/**
 * The base of the ISS (`vBC`): price less unconditional discount, deductions, benefit and what was reimbursed. A conditional discount lowers what is
 * paid, not the base. Negative when more is taken away than there is: {@link brokenRules} refuses that.
 */
export function issBase(sale: Pick<Sale, 'amounts' | 'iss' | 'ibsCbs'>): Cents {
  const { service, unconditionalDiscount = 0 } = sale.amounts;
  return cents(service - unconditionalDiscount - deductionOf(sale) - benefitOf(sale) - reimbursedOf(sale));
}

/**
 * The municipality to which the ISS is due, by the service's code; `undefined` when it is due to none, or when the customer
 * to whose municipality it belongs has no address in Brazil.
 *
 * @source LC 116/2003, art. 3
 */
export function issDueTo(sale: IssSale): string | undefined {
  if (taxationOf(sale) === 'EXPORT') return undefined;
  switch (serviceCode(sale.service.code)?.incidence) {
    case 'PLACE_OF_SERVICE':
      return sale.service.country === undefined ? sale.service.municipalityCode : undefined;
    case 'CUSTOMER':
      return sale.customer?.address?.municipalityCode;
    case 'NONE':
      return undefined;
    case 'PROVIDER':
    case undefined:
      return sale.municipalityCode;
  }
}

/** Whether the ISS is due to another municipality than the issuer's. */
export function issDueElsewhere(sale: IssSale): boolean {
  const municipality = issDueTo(sale);
  return municipality !== undefined && municipality !== sale.municipalityCode;
}
