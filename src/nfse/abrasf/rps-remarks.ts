import { cents, formatCents } from '../cents.ts';
import { manyLines, oneLine } from '../national/text.ts';
import type { Sale, SaleParty, WithheldContributions } from '../sale.ts';
import { ownDebits, withheldContributions } from '../tax/federal.ts';
import { benefitOf, deductionOf } from '../tax/iss.ts';
import { addressLine, membersLine } from './address-line.ts';

/** A line for the reader of the note, and the members of the emission that it says. */
export interface Remark {
  readonly text: string;
  readonly from: readonly string[];
}

/** Members for which an RPS has an element of its own; the others of these become remarks. */
export interface RpsElements {
  readonly competence: boolean;
  readonly nbsCode: boolean;
  readonly country: boolean;
  readonly process: boolean;
  readonly event: boolean;
  /** Own debits of PIS and COFINS. */
  readonly contributions: boolean;
  /** CST and classification of IBS and CBS. */
  readonly classification: boolean;
}

/**
 * What the emission says for people and the RPS has no element for: references, contacts, the split of an amount that it writes as a
 * sum. Nothing that decides a tax becomes a remark alone.
 */
export function remarks(sale: Sale & { readonly issuedAt: string }, has: RpsElements): readonly Remark[] {
  return [
    ...aboutService(sale, has),
    ...aboutPeople(sale),
    ...aboutIss(sale, has),
    ...(has.contributions ? [] : aboutFederalTaxes(sale)),
    has.classification ? undefined : classification(sale.ibsCbs),
    ...approximateTaxes(sale),
  ].filter((remark) => remark !== undefined);
}

/** Nothing where nothing of the value can be written: the guard over what is left unsaid then refuses it. */
function labelled(label: string, from: string, value: string | undefined): Remark | undefined {
  const text = oneLine(value ?? '');
  return text === '' ? undefined : { text: `${label}: ${text}`, from: [from] };
}

type Remarks = readonly (Remark | undefined)[];

function aboutService(sale: Sale & { readonly issuedAt: string }, has: RpsElements): Remarks {
  const { service, competenceDate } = sale;
  const { information } = service;
  const at = '/service/information';
  const text = manyLines(information?.text ?? '');
  return [
    text === '' ? undefined : { text, from: [`${at}/text`] },
    labelled('Referencia', '/service/reference', service.reference),
    labelled('Documento de responsabilidade técnica', `${at}/technicalDocument`, information?.technicalDocument),
    labelled('Documento de referência', `${at}/document`, information?.document),
    labelled('Pedido', `${at}/order`, information?.order),
    ...(information?.orderItems ?? []).map((item, i) => labelled('Item do pedido', `${at}/orderItems/${i}`, item)),
    has.nbsCode ? undefined : labelled('NBS', '/service/nbsCode', service.nbsCode),
    has.country ? undefined : labelled('País da prestação', '/service/country', service.country),
    has.competence || sale.issuedAt.startsWith(competenceDate)
      ? undefined
      : labelled('Competência', '/competenceDate', competenceDate),
    event(service.event, has),
  ];
}

function event(event: Sale['service']['event'], has: RpsElements): Remark | undefined {
  if (!event) return undefined;
  const at = '/service/event';
  const { place, number } = event;
  const named = membersLine(at, has.event ? {} : { name: event.name, number });
  const dates = {
    text: `${event.startDate} a ${event.endDate}`,
    from: [`${at}/startDate`, `${at}/endDate`],
  };
  const parts = [...(named.text === '' ? [] : [named]), dates, ...(place ? [addressLine(`${at}/place`, place)] : [])];
  return { text: `Evento: ${parts.map(({ text }) => text).join(', ')}`, from: parts.flatMap(({ from }) => from) };
}

const NO_NIF = { NOT_INFORMED: 'não informado', EXEMPT: 'dispensado', NOT_REQUIRED: 'não exigido' } as const;

function aboutPeople({ customer, intermediary }: Sale): Remarks {
  return [
    labelled('NIF do tomador', '/customer/noNif', customer?.noNif && NO_NIF[customer.noNif]),
    labelled('CAEPF do tomador', '/customer/caepf', customer?.caepf),
    ...(intermediary ? aboutIntermediary(intermediary) : []),
  ];
}

/** An RPS has room for the intermediary's name, document and municipality alone. */
function aboutIntermediary({ caepf, address, email, phone }: SaleParty): Remarks {
  const at = '/intermediary';
  const line = address && addressLine(`${at}/address`, address);
  return [
    line && { text: `Endereço do intermediário: ${line.text}`, from: line.from },
    labelled('CAEPF do intermediário', `${at}/caepf`, caepf),
    labelled('E-mail do intermediário', `${at}/email`, email),
    labelled('Telefone do intermediário', `${at}/phone`, phone),
  ];
}

function aboutIss(sale: Sale, has: RpsElements): Remarks {
  const { iss, service } = sale;
  const { resultCountry, suspension } = iss ?? {};
  const elsewhere = !has.country || (service.country !== undefined && service.country !== resultCountry);
  return [
    elsewhere ? labelled('País do resultado', '/iss/resultCountry', resultCountry) : undefined,
    has.process ? undefined : labelled('Processo', '/iss/suspension/process', suspension?.process),
    benefit(iss?.benefit),
    // An RPS has one amount for both.
    benefitOf(sale) > 0 && deductionOf(sale) > 0
      ? { text: `Dedução: ${amount(deductionOf(sale))}`, from: ['/amounts/deduction', '/amounts/deductionRate'] }
      : undefined,
  ];
}

function benefit(benefit: NonNullable<Sale['iss']>['benefit']): Remark | undefined {
  if (!benefit) return undefined;
  const { number, reduction, reductionBasisPoints } = benefit;
  const reduced = amount(reduction) ?? percentage(reductionBasisPoints);
  return {
    text: `Benefício municipal: ${number}${reduced ? `, redução da base de ${reduced}` : ''}`,
    from: ['/iss/benefit/number', '/iss/benefit/reduction', '/iss/benefit/reductionRate'],
  };
}

const WITHHELD: Readonly<Record<WithheldContributions, string>> = {
  NONE: 'nenhuma',
  PIS: 'PIS',
  COFINS: 'COFINS',
  CSLL: 'CSLL',
  PIS_COFINS: 'PIS e COFINS',
  PIS_CSLL: 'PIS e CSLL',
  COFINS_CSLL: 'COFINS e CSLL',
  PIS_COFINS_CSLL: 'PIS, COFINS e CSLL',
};

/** Own debits change nothing of what the city taxes or the customer pays: an RPS states what is withheld alone. */
function aboutFederalTaxes({ federalTaxes: taxes }: Sale): Remarks {
  const own = taxes?.pisCofins;
  if (!taxes || !own) return [];
  const { pis = own.pis, cofins = own.cofins } = ownDebits(own);
  const at = '/federalTaxes/pisCofins';
  const parts = [
    `CST ${own.cst}`,
    own.base === undefined ? undefined : `base ${amount(own.base)}`,
    debit('PIS', own.pisRateBasisPoints, pis),
    debit('COFINS', own.cofinsRateBasisPoints, cofins),
    own.withheld && `retidas: ${WITHHELD[withheldContributions(taxes)]}`,
  ];
  const members = ['cst', 'base', 'pisRate', 'cofinsRate', 'pis', 'cofins', 'withheld'];
  return [
    {
      text: `PIS/COFINS do prestador: ${parts.filter((text) => text).join(', ')}`,
      from: members.map((member) => `${at}/${member}`),
    },
  ];
}

function classification(taxes: Sale['ibsCbs']): Remark | undefined {
  if (!taxes) return undefined;
  const { cst, classification, regular } = taxes;
  return {
    text: `IBS/CBS: CST ${cst}, cClassTrib ${classification}${regular ? `, CST regular ${regular.cst}` : ''}`,
    from: ['/ibsCbs/cst', '/ibsCbs/classification', '/ibsCbs/regular/cst'],
  };
}

function debit(name: string, rate: number | undefined, debit: number | undefined): string | undefined {
  const figures = [percentage(rate), amount(debit)].filter((text) => text !== undefined);
  return figures.length > 0 ? `${name} ${figures.join(' = ')}` : undefined;
}

/** Law 12.741/2012. Where an RPS has an amount for them, it is the sum of the three. */
function approximateTaxes({ approximateTaxes: taxes }: Sale): Remarks {
  if (!taxes) return [];
  const parts = [
    ['federal', 'federais', amount(taxes.federal)],
    ['state', 'estaduais', amount(taxes.state)],
    ['municipal', 'municipais', amount(taxes.municipal)],
    ['federalRate', 'federais', percentage(taxes.federalRateBasisPoints)],
    ['stateRate', 'estaduais', percentage(taxes.stateRateBasisPoints)],
    ['municipalRate', 'municipais', percentage(taxes.municipalRateBasisPoints)],
    ['simplesRate', 'Simples Nacional', percentage(taxes.simplesRateBasisPoints)],
  ] as const;
  const stated = parts.filter(([, , figure]) => figure !== undefined);
  return [
    {
      text: `Tributos aproximados (Lei 12.741/2012): ${stated.map(([, name, figure]) => `${name} ${figure}`).join(', ')}`,
      from: stated.map(([member]) => `/approximateTaxes/${member}`),
    },
  ];
}

function amount(hundredths: number | undefined): string | undefined {
  return hundredths === undefined ? undefined : formatCents(cents(hundredths));
}

function percentage(basisPoints: number | undefined): string | undefined {
  return basisPoints === undefined ? undefined : `${formatCents(cents(basisPoints))}%`;
}
