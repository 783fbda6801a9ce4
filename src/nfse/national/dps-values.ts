import { type Content, given, type Part, part } from '../layouts/content.ts';
import type {
  Sale,
  SaleApproximateTaxes,
  SaleDeductionDocument,
  SaleFederalTaxes,
  WithheldContributions,
} from '../sale.ts';
import { taxationOf } from '../sale.ts';
import { hasContributionBase, ownDebits, withheldContributions } from '../tax/federal.ts';
import { rateStatement } from '../tax/stated-rate.ts';
import { decimal, items, line, nonZero } from './dps-fields.ts';
import { party } from './dps-parties.ts';

/** An exemption is a benefit here, and no taxation of its own. */
const TAXATION = { TAXABLE: '1', IMMUNE: '2', EXPORT: '3', NOT_SUBJECT: '4', EXEMPT: undefined } as const;
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
export function values(sale: Sale): Part | undefined {
  const { amounts } = sale;
  const from = '/amounts';
  return part(from, {
    vServPrest: part(from, { vServ: decimal(`${from}/service`, amounts.service) }),
    vDescCondIncond: part(from, {
      vDescIncond: nonZero(`${from}/unconditionalDiscount`, amounts.unconditionalDiscount),
      vDescCond: nonZero(`${from}/conditionalDiscount`, amounts.conditionalDiscount),
    }),
    vDedRed: part(from, {
      pDR: nonZero(`${from}/deductionRate`, amounts.deductionBasisPoints),
      vDR: nonZero(`${from}/deduction`, amounts.deduction),
      documentos: part(`${from}/deductionDocuments`, {
        docDedRed: items(amounts.deductionDocuments, (document, index) =>
          deductionDocument(`${from}/deductionDocuments/${index}`, document),
        ),
      }),
    }),
    trib: part('/iss', {
      tribMun: municipalTax(sale),
      tribFed: federalTaxes('/federalTaxes', sale.federalTaxes),
      totTrib: part('/approximateTaxes', totals('/approximateTaxes', sale)),
    }),
  });
}

function deductionDocument(from: string, document: SaleDeductionDocument): Part | undefined {
  const { municipalNote, paperNote } = document;
  return part(from, {
    chNFSe: given(`${from}/accessKey`, document.accessKey),
    chNFe: given(`${from}/goodsAccessKey`, document.goodsAccessKey),
    NFSeMun:
      municipalNote &&
      part(`${from}/municipalNote`, {
        cMunNFSeMun: given(`${from}/municipalNote/municipalityCode`, municipalNote.municipalityCode),
        nNFSeMun: given(`${from}/municipalNote/number`, municipalNote.number.padStart(15, '0')),
        cVerifNFSeMun: given(`${from}/municipalNote/verificationCode`, municipalNote.verificationCode),
      }),
    NFNFS:
      paperNote &&
      part(`${from}/paperNote`, {
        nNFS: given(`${from}/paperNote/number`, paperNote.number.padStart(7, '0')),
        modNFS: given(`${from}/paperNote/model`, paperNote.model.padStart(15, '0')),
        serieNFS: given(`${from}/paperNote/series`, paperNote.series),
      }),
    nDocFisc: line(`${from}/fiscalDocument`, document.fiscalDocument),
    nDoc: line(`${from}/otherDocument`, document.otherDocument),
    tpDedRed: given(`${from}/kind`, document.kind),
    xDescOutDed: line(`${from}/otherKind`, document.otherKind),
    dtEmiDoc: given(`${from}/issueDate`, document.issueDate),
    vDedutivelRedutivel: decimal(`${from}/deductible`, document.deductible),
    vDeducaoReducao: decimal(`${from}/deduction`, document.deduction),
    fornec: party(`${from}/supplier`, document.supplier),
  });
}

function municipalTax(sale: Sale): Part | undefined {
  const { amounts, iss, service } = sale;
  const taxation = taxationOf(sale);
  const { suspension, benefit } = iss ?? {};
  const from = '/iss';
  const stated = rateStatement(sale) !== 'omitted';
  return part(from, {
    tribISSQN: given(`${from}/taxation`, TAXATION[taxation]),
    cPaisResult:
      taxation === 'EXPORT' ? given(`${from}/resultCountry`, iss?.resultCountry ?? service.country) : undefined,
    tpImunidade: given(`${from}/immunity`, iss?.immunity),
    exigSusp:
      suspension &&
      part(`${from}/suspension`, {
        tpSusp: given(`${from}/suspension/kind`, SUSPENSION[suspension.kind]),
        nProcesso: given(`${from}/suspension/process`, suspension.process),
      }),
    BM:
      benefit &&
      part(`${from}/benefit`, {
        nBM: given(`${from}/benefit/number`, benefit.number),
        vRedBCBM: nonZero(`${from}/benefit/reduction`, benefit.reduction),
        pRedBCBM: nonZero(`${from}/benefit/reductionRate`, benefit.reductionBasisPoints),
      }),
    tpRetISSQN: given('/amounts/issWithheldBy', WITHHELD_BY[amounts.issWithheldBy]),
    pAliq: stated ? decimal('/amounts/issRate', amounts.issRateBasisPoints) : undefined,
  });
}

function federalTaxes(from: string, taxes: SaleFederalTaxes | undefined): Part | undefined {
  if (!taxes) return undefined;
  return part(from, {
    piscofins: contributions(`${from}/pisCofins`, taxes),
    vRetCP: nonZero(`${from}/inssWithheld`, taxes.inssWithheld),
    vRetIRRF: nonZero(`${from}/irrfWithheld`, taxes.irrfWithheld),
    vRetCSLL: nonZero(`${from}/csrfWithheld`, taxes.csrfWithheld),
  });
}

/** Own debits, never what is withheld. Which contributions are withheld must be said unless there is no base (E0698). */
export function contributions(from: string, taxes: SaleFederalTaxes): Part | undefined {
  const { pisCofins } = taxes;
  if (!pisCofins) return undefined;
  const { pis, cofins } = ownDebits(pisCofins);
  const based = hasContributionBase(pisCofins.cst);
  const withheld = withheldContributions(taxes);
  return part(from, {
    CST: given(`${from}/cst`, pisCofins.cst),
    vBCPisCofins: based ? decimal(`${from}/base`, pisCofins.base) : undefined,
    pAliqPis: based ? decimal(`${from}/pisRate`, pisCofins.pisRateBasisPoints) : undefined,
    pAliqCofins: based ? decimal(`${from}/cofinsRate`, pisCofins.cofinsRateBasisPoints) : undefined,
    vPis: decimal(`${from}/pis`, pis),
    vCofins: decimal(`${from}/cofins`, cofins),
    tpRetPisCofins: based || withheld !== 'NONE' ? given(`${from}/withheld`, WITHHELD[withheld]) : undefined,
  });
}

/**
 * Approximate taxes (law 12.741/2012): as given, else the way in which each regime leaves them unstated. Zero percentages are the
 * layout's way for those who may not use `indTotTrib`, which is MEI's alone (E0710, E0712, E0713).
 */
function totals(from: string, { issuer, approximateTaxes: taxes }: Sale): Content {
  const stated = taxes && statedTotals(from, taxes);
  if (stated) return stated;
  switch (issuer.simplesNacional) {
    case 'MEI':
      return { indTotTrib: '0' };
    case 'ME_EPP':
      return { pTotTribSN: decimal(`${from}/simplesRate`, taxes?.simplesRateBasisPoints ?? 0) };
    case 'NONE':
      return percentages(from, {});
  }
}

function statedTotals(from: string, taxes: SaleApproximateTaxes): Content | undefined {
  const { federal, state, municipal, federalRateBasisPoints, stateRateBasisPoints, municipalRateBasisPoints } = taxes;
  const has = (...figures: readonly (number | undefined)[]) => figures.some((figure) => figure !== undefined);
  if (has(federalRateBasisPoints, stateRateBasisPoints, municipalRateBasisPoints)) return percentages(from, taxes);
  if (!has(federal, state, municipal)) return undefined;
  return {
    vTotTrib: part(from, {
      vTotTribFed: decimal(`${from}/federal`, federal ?? 0),
      vTotTribEst: decimal(`${from}/state`, state ?? 0),
      vTotTribMun: decimal(`${from}/municipal`, municipal ?? 0),
    }),
  };
}

/** `pTotTrib`, with zero for what is not given. */
export function percentages(from: string, taxes: SaleApproximateTaxes): Content {
  return {
    pTotTrib: part(from, {
      pTotTribFed: decimal(`${from}/federalRate`, taxes.federalRateBasisPoints ?? 0),
      pTotTribEst: decimal(`${from}/stateRate`, taxes.stateRateBasisPoints ?? 0),
      pTotTribMun: decimal(`${from}/municipalRate`, taxes.municipalRateBasisPoints ?? 0),
    }),
  };
}
