import type { Sale, SaleApproximateTaxes, SaleFederalTaxes, WithheldContributions } from '../sale.ts';
import { taxationOf } from '../sale.ts';
import { hasContributionBase, ownDebits, withheldContributions } from '../tax/federal.ts';
import { rateStatement } from '../tax/stated-rate.ts';
import { group, leaf } from '../xml.ts';
import { decimal, nonZero } from './dps-fields.ts';

const TAXATION = { TAXABLE: '1', IMMUNE: '2', EXPORT: '3', NOT_SUBJECT: '4' } as const;
const WITHHELD_BY = { NOBODY: '1', CUSTOMER: '2', INTERMEDIARY: '3' } as const;
const SUSPENSION = { COURT: '1', ADMINISTRATIVE: '2' } as const;
const WITHHELD: Readonly<Record<WithheldContributions, string>> = {
  NONE: '0',
  PIS_COFINS_CSLL: '3',
  PIS_COFINS: '4',
  PIS: '5',
  COFINS: '6',
  COFINS_CSLL: '7',
  CSLL: '8',
  PIS_CSLL: '9',
};

/** `valores`: price, what is taken from it, and the taxes as far as the issuer declares them. */
export function values(sale: Sale): string {
  const { amounts } = sale;
  return group(
    'valores',
    group('vServPrest', leaf('vServ', decimal(amounts.service))),
    group(
      'vDescCondIncond',
      leaf('vDescIncond', nonZero(amounts.unconditionalDiscount)),
      leaf('vDescCond', nonZero(amounts.conditionalDiscount)),
    ),
    group('vDedRed', leaf('pDR', nonZero(amounts.deductionBasisPoints)), leaf('vDR', nonZero(amounts.deduction))),
    group('trib', municipalTax(sale), federalTaxes(sale.federalTaxes), group('totTrib', totals(sale))),
  );
}

function municipalTax(sale: Sale): string {
  const { amounts, iss, service } = sale;
  const taxation = taxationOf(sale);
  const country = taxation === 'EXPORT' ? (iss?.resultCountry ?? service.country) : undefined;
  const { suspension, benefit } = iss ?? {};
  return group(
    'tribMun',
    leaf('tribISSQN', TAXATION[taxation]),
    leaf('cPaisResult', country),
    leaf('tpImunidade', iss?.immunity),
    suspension
      ? group('exigSusp', leaf('tpSusp', SUSPENSION[suspension.kind]), leaf('nProcesso', suspension.process))
      : '',
    benefit
      ? group(
          'BM',
          leaf('nBM', benefit.number),
          leaf('vRedBCBM', nonZero(benefit.reduction)),
          leaf('pRedBCBM', nonZero(benefit.reductionBasisPoints)),
        )
      : '',
    leaf('tpRetISSQN', WITHHELD_BY[amounts.issWithheldBy]),
    leaf('pAliq', rateStatement(sale) === 'omitted' ? undefined : decimal(amounts.issRateBasisPoints)),
  );
}

function federalTaxes(given: SaleFederalTaxes | undefined): string {
  if (!given) return '';
  return group(
    'tribFed',
    contributions(given),
    leaf('vRetCP', nonZero(given.inssWithheld)),
    leaf('vRetIRRF', nonZero(given.irrfWithheld)),
    leaf('vRetCSLL', nonZero(given.csrfWithheld)),
  );
}

/** Own debits, never what is withheld. Which contributions are withheld must be said unless there is no base (E0698). */
function contributions(taxes: SaleFederalTaxes): string {
  const { pisCofins } = taxes;
  if (!pisCofins) return '';
  const { pis, cofins } = ownDebits(pisCofins);
  const based = hasContributionBase(pisCofins.cst);
  const withheld = withheldContributions(taxes);
  return group(
    'piscofins',
    leaf('CST', pisCofins.cst),
    leaf('vBCPisCofins', based ? decimal(pisCofins.base) : undefined),
    leaf('pAliqPis', based ? decimal(pisCofins.pisRateBasisPoints) : undefined),
    leaf('pAliqCofins', based ? decimal(pisCofins.cofinsRateBasisPoints) : undefined),
    leaf('vPis', decimal(pis)),
    leaf('vCofins', decimal(cofins)),
    leaf('tpRetPisCofins', based || withheld !== 'NONE' ? WITHHELD[withheld] : undefined),
  );
}

/**
 * Approximate taxes (law 12.741/2012): as given, else the way in which each regime leaves them unstated. Zero percentages are the
 * layout's way for those who may not use `indTotTrib`, which is MEI's alone (E0710, E0712, E0713).
 */
function totals({ issuer, approximateTaxes: given }: Sale): string {
  const stated = given && statedTotals(given);
  if (stated) return stated;
  switch (issuer.simplesNacional) {
    case 'MEI':
      return leaf('indTotTrib', '0');
    case 'ME_EPP':
      return leaf('pTotTribSN', decimal(given?.simplesRateBasisPoints ?? 0));
    case 'NONE':
      return percentages({});
  }
}

function statedTotals(given: SaleApproximateTaxes): string | undefined {
  const { federal, state, municipal, federalRateBasisPoints, stateRateBasisPoints, municipalRateBasisPoints } = given;
  const has = (...figures: readonly (number | undefined)[]) => figures.some((figure) => figure !== undefined);
  if (has(federalRateBasisPoints, stateRateBasisPoints, municipalRateBasisPoints)) return percentages(given);
  if (!has(federal, state, municipal)) return undefined;
  return group(
    'vTotTrib',
    leaf('vTotTribFed', decimal(federal ?? 0)),
    leaf('vTotTribEst', decimal(state ?? 0)),
    leaf('vTotTribMun', decimal(municipal ?? 0)),
  );
}

function percentages(given: SaleApproximateTaxes): string {
  return group(
    'pTotTrib',
    leaf('pTotTribFed', decimal(given.federalRateBasisPoints ?? 0)),
    leaf('pTotTribEst', decimal(given.stateRateBasisPoints ?? 0)),
    leaf('pTotTribMun', decimal(given.municipalRateBasisPoints ?? 0)),
  );
}
