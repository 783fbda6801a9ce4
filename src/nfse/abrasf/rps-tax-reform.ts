import { type Content, given, Part, part } from '../layouts/content.ts';
import { decimal } from '../national/dps-fields.ts';
import { ibsCbs } from '../national/dps-ibs-cbs.ts';
import { foreignTrade } from '../national/dps-service.ts';
import { contributions, percentages } from '../national/dps-values.ts';
import type { Sale, SaleIbsCbs } from '../sale.ts';
import { UnwritableField } from '../unwritable.ts';
import type { TaxReformVendor } from './operations.ts';

/** What an RPS has besides ABRASF's own elements, by the element that it ends. */
export interface VendorContent {
  readonly values?: Content;
  readonly service?: Content;
  readonly declaration?: Content;
}

/**
 * What a vendor's RPS says of IBS and CBS, and what came with it. Members that it has no place for are left out here, and refused with
 * whatever else stays unsaid.
 *
 * @throws UnwritableField where the place of the operation is the customer's and is not known
 * @source the vendors' schemas as released clients of August 2026 have them
 */
export function vendorContent(sale: Sale, vendor: TaxReformVendor | undefined): VendorContent {
  switch (vendor) {
    case undefined:
      return {};
    case 'webiss':
      return { declaration: { IBSCBS: ibsCbs(sale.ibsCbs && plainly(sale.ibsCbs)) } };
    case 'giss':
      return giss(sale);
    case 'tiplan':
      return { service: { IBSCBS: tiplan(sale.ibsCbs) } };
    case 'nfecidades':
      return { service: nfeCidades(sale) };
  }
}

const AT = '/ibsCbs';

/** The members that every vendor's group has. Whether it is for personal use has to be said. */
function plainly({
  operationCode,
  cst,
  classification,
  personalUse = false,
  governmentOperation,
}: SaleIbsCbs): SaleIbsCbs {
  return { operationCode, cst, classification, personalUse, governmentOperation };
}

/** `trib` has to stand wherever `IBSCBS` does. */
function giss(sale: Sale): VendorContent {
  const { ibsCbs: taxes, service, federalTaxes, approximateTaxes, issuer } = sale;
  const trade = { comExt: foreignTrade('/service/foreignTrade', service.foreignTrade) };
  const simples = issuer.simplesNacional === 'ME_EPP';
  if (!taxes) return { service: trade };
  const own = federalTaxes && contributions('/federalTaxes/pisCofins', federalTaxes);
  const totals = '/approximateTaxes';
  return {
    service: trade,
    values: {
      trib: part(totals, {
        tribFed: own && part('/federalTaxes', { piscofins: own }),
        totTrib: part(
          totals,
          simples
            ? { pTotTribSN: decimal(`${totals}/simplesRate`, approximateTaxes?.simplesRateBasisPoints ?? 0) }
            : percentages(totals, approximateTaxes ?? {}),
        ),
      }),
      IBSCBS: placed(sale, { ...plainly(taxes), ...references(taxes) }),
    },
  };
}

function references({ governmentEntity, referencedNotes }: SaleIbsCbs): Partial<SaleIbsCbs> {
  return { governmentEntity, referencedNotes };
}

/** The group with the place of the operation, which this vendor wants to be told. */
function placed(sale: Sale, taxes: SaleIbsCbs): Part | undefined {
  const group = ibsCbs(taxes);
  const amounts = group?.content.valores;
  if (!group || !(amounts instanceof Part)) return group;
  const valores = new Part(amounts.from, {
    ...amounts.content,
    cLocalidadeIncid: placeOfOperation(sale, taxes.operationCode),
    pRedutor: '0.00',
  });
  return new Part(group.from, { ...group.content, valores });
}

const AT_THE_PROVIDER = ['030101', '050101'];
const AT_THE_CUSTOMER = ['030102', '030103', '050102', '050103'];

/** Where IBS and CBS count the operation as made, by its code. @source annex of operation indicators */
function placeOfOperation({ municipalityCode, customer, service }: Sale, operationCode: string): string {
  if (AT_THE_PROVIDER.includes(operationCode)) return municipalityCode;
  if (!AT_THE_CUSTOMER.includes(operationCode) && !operationCode.startsWith('10')) return service.municipalityCode;
  const municipality = customer?.address?.municipalityCode;
  if (municipality === undefined) throw new UnwritableField('/customer/address', 'missing');
  return municipality;
}

function tiplan(taxes: SaleIbsCbs | undefined): Part | undefined {
  if (!taxes) return undefined;
  const { personalUse } = taxes;
  return part(AT, {
    OperacaoUsoConsumoPessoal: given(
      `${AT}/personalUse`,
      personalUse === undefined ? undefined : personalUse ? '1' : '0',
    ),
    Operacao: given(`${AT}/operationCode`, taxes.operationCode),
    ValoresTributos: part(AT, {
      SituacaoTributaria: given(`${AT}/cst`, taxes.cst),
      ClassificacaoTributaria: given(`${AT}/classification`, taxes.classification),
    }),
  });
}

/** No group: the city derives the classification, which is written for the reader. */
function nfeCidades({ ibsCbs: taxes, service }: Sale): Content {
  return {
    CodigoNBS: given('/service/nbsCode', service.nbsCode),
    CIndOp: given(`${AT}/operationCode`, taxes?.operationCode),
    CClassTribReg: given(`${AT}/regular/classification`, taxes?.regular?.classification),
  };
}
