import { parseCnpj } from '../cnpj.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import { optional, UnwritableField } from '../national/dps-fields.ts';
import { manyLines } from '../national/text.ts';
import type { Sale, SpecialRegime } from '../sale.ts';
import { issDueTo } from '../tax/iss.ts';
import { group, leaf } from '../xml.ts';
import { LAYOUT_TRAITS, type LayoutTraits } from './layout-differences.ts';
import type { AbrasfLayout } from './operations.ts';
import { money, type RpsAmounts, rpsAmounts } from './rps-amounts.ts';
import { customer, intermediary, provider } from './rps-parties.ts';

/** Everything an RPS is made of. */
export interface RpsInput extends Sale {
  readonly dps: { readonly series: string; readonly number: number };
  /** Local time of the municipality with its offset, whole seconds: see `localTime`. The RPS has no room for the offset. */
  readonly issuedAt: string;
}

/** What a dialect decides about an RPS. */
export interface RpsStyle {
  readonly layout: AbrasfLayout;
  readonly namespace: string;
  readonly serviceItem: 'nn.nn' | 'n.nn' | 'nnnn';
  readonly competence: 'date' | 'first-of-month';
  readonly lineBreak: string;
  readonly descriptionCharacters: number;
}

/** `Tipo`: a plain RPS, neither mixed with goods nor a coupon. */
export const RPS_TYPE = '1';
/** `CodigoMunicipio` of a service rendered abroad, as several cities want it. */
const ABROAD = '9999999';

const REGIMES: Readonly<Record<SpecialRegime, string | undefined>> = {
  MUNICIPAL_MICRO: '1',
  ESTIMATE: '2',
  PROFESSIONAL_PARTNERSHIP: '3',
  COOPERATIVE_ACT: '4',
  NOTARY: undefined,
  AUTONOMOUS_PROFESSIONAL: undefined,
  OTHER: undefined,
};

/**
 * The declaration of a service (RPS) as XML text, in the layout that the city's system speaks: one default namespace, no
 * prefixes, no white space between elements. It stands alone here, and goes into the message of each operation as it is.
 *
 * @throws UnwritableField for what the client must change
 * @throws RangeError for codes that the edge has let through malformed
 * @source ABRASF 2.04, 2.03 and 1.00, field tables
 */
export function buildRps(input: RpsInput, style: RpsStyle): string {
  const companyCnpj = parseCnpj(input.companyCnpj);
  const municipalityCode = parseMunicipalityCode(input.municipalityCode);
  if (!companyCnpj || !municipalityCode) {
    throw new RangeError(`${input.companyCnpj} in ${input.municipalityCode} cannot issue`);
  }
  // Cities replace a note by their own number and an operation of their own; the national key says nothing to them.
  if (input.replaces) throw new UnwritableField('/replaces', 'unsupported');
  const amounts = rpsAmounts(input);
  if (amounts.issWithheld && amounts.iss === undefined) throw new UnwritableField('/amounts/issRate', 'missing');
  const traits = LAYOUT_TRAITS[style.layout];
  const content =
    traits.model === 1 ? modelOne(input, style, traits, amounts) : modelTwo(input, style, traits, amounts);
  const id = `decl${input.dps.series}n${input.dps.number}`;
  const declaration = `<${traits.declaration} Id="${id}">${content.join('')}</${traits.declaration}>`;
  return `<?xml version="1.0" encoding="UTF-8"?><Rps xmlns="${style.namespace}">${declaration}</Rps>`;
}

function modelTwo(input: RpsInput, style: RpsStyle, traits: LayoutTraits, amounts: RpsAmounts): readonly string[] {
  const { service, dps } = input;
  return [
    `<Rps Id="rps${dps.series}n${dps.number}">`,
    rpsIdentity(input),
    leaf('DataEmissao', input.issuedAt.slice(0, 10)),
    leaf('Status', '1'),
    '</Rps>',
    leaf('Competencia', style.competence === 'date' ? input.competenceDate : `${input.competenceDate.slice(0, 8)}01`),
    group(
      'Servico',
      group(
        'Valores',
        leaf('ValorServicos', money(amounts.service)),
        leaf('ValorDeducoes', money(amounts.deductions)),
        ...federal(amounts),
        leaf('ValTotTributos', money(amounts.totalTaxes)),
        leaf('ValorIss', money(amounts.iss)),
        leaf('Aliquota', rate(amounts, traits)),
        leaf('DescontoIncondicionado', money(amounts.unconditionalDiscount)),
        leaf('DescontoCondicionado', money(amounts.conditionalDiscount)),
      ),
      leaf('IssRetido', amounts.issWithheld ? '1' : '2'),
      leaf('ResponsavelRetencao', withheldBy(input)),
      leaf('ItemListaServico', serviceItem(service.code, style)),
      leaf('CodigoTributacaoMunicipio', service.municipalCode),
      leaf('CodigoNbs', service.nbsCode),
      leaf('Discriminacao', description(input, style, traits)),
      leaf('CodigoMunicipio', service.country === undefined ? service.municipalityCode : ABROAD),
      leaf('ExigibilidadeISS', demandability(input)),
      leaf('MunicipioIncidencia', issDueTo(input)),
      leaf('NumeroProcesso', optional(input.iss?.suspension?.process, 30, '/iss/suspension/process')),
    ),
    provider(input, traits),
    customer(input.customer, traits),
    intermediary(input.intermediary, traits),
    traits.extended
      ? group('ConstrucaoCivil', leaf('CodigoObra', optional(service.work?.number, 30, '/service/work/number')))
      : '',
    leaf('RegimeEspecialTributacao', specialRegime(input)),
    leaf('OptanteSimplesNacional', input.issuer.simplesNacional === 'NONE' ? '2' : '1'),
    leaf('IncentivoFiscal', '2'),
    ...(traits.extended ? extended(input) : []),
  ];
}

function modelOne(input: RpsInput, style: RpsStyle, traits: LayoutTraits, amounts: RpsAmounts): readonly string[] {
  const { service } = input;
  return [
    rpsIdentity(input),
    leaf('DataEmissao', input.issuedAt.slice(0, 19)),
    leaf('NaturezaOperacao', operationNature(input)),
    leaf('RegimeEspecialTributacao', specialRegime(input)),
    leaf('OptanteSimplesNacional', input.issuer.simplesNacional === 'NONE' ? '2' : '1'),
    leaf('IncentivadorCultural', '2'),
    leaf('Status', '1'),
    group(
      'Servico',
      group(
        'Valores',
        leaf('ValorServicos', money(amounts.service)),
        leaf('ValorDeducoes', money(amounts.deductions)),
        leaf('ValorPis', money(amounts.pis)),
        leaf('ValorCofins', money(amounts.cofins)),
        leaf('ValorInss', money(amounts.inss)),
        leaf('ValorIr', money(amounts.ir)),
        leaf('ValorCsll', money(amounts.csll)),
        leaf('IssRetido', amounts.issWithheld ? '1' : '2'),
        leaf('ValorIss', money(amounts.iss)),
        leaf('ValorIssRetido', amounts.issWithheld ? money(amounts.iss) : undefined),
        leaf('BaseCalculo', money(amounts.base)),
        leaf('Aliquota', rate(amounts, traits)),
        leaf('ValorLiquidoNfse', money(amounts.net)),
        leaf('DescontoIncondicionado', money(amounts.unconditionalDiscount)),
        leaf('DescontoCondicionado', money(amounts.conditionalDiscount)),
      ),
      leaf('ItemListaServico', serviceItem(service.code, style)),
      leaf('CodigoTributacaoMunicipio', service.municipalCode),
      leaf('Discriminacao', description(input, style, traits)),
      leaf('CodigoMunicipio', service.country === undefined ? service.municipalityCode : ABROAD),
    ),
    provider(input, traits),
    customer(input.customer, traits),
    intermediary(input.intermediary, traits),
  ];
}

function rpsIdentity({ dps }: RpsInput): string {
  return group('IdentificacaoRps', leaf('Numero', dps.number), leaf('Serie', dps.series), leaf('Tipo', RPS_TYPE));
}

function federal(amounts: RpsAmounts): readonly string[] {
  return [
    leaf('ValorPis', money(amounts.pis)),
    leaf('ValorCofins', money(amounts.cofins)),
    leaf('ValorInss', money(amounts.inss)),
    leaf('ValorIr', money(amounts.ir)),
    leaf('ValorCsll', money(amounts.csll)),
  ];
}

/** 200 basis points: `2.00` as a percentage, `0.0200` as a fraction. */
function rate({ rateBasisPoints }: RpsAmounts, traits: LayoutTraits): string | undefined {
  if (rateBasisPoints === undefined) return undefined;
  const digits = traits.rate === 'percent' ? 2 : 4;
  const text = String(rateBasisPoints).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function withheldBy({ amounts }: RpsInput): string | undefined {
  return { NOBODY: undefined, CUSTOMER: '1', INTERMEDIARY: '2' }[amounts.issWithheldBy];
}

/** The list of LC 116 ends at item 40; what the nation lists beyond it (99), only the national system authorises. */
const LAST_ITEM = 40;

/** The national code's item and subitem; its split is the nation's alone. @throws UnwritableField */
function serviceItem(code: string, { serviceItem: form }: RpsStyle): string {
  const [item, subitem] = [code.slice(0, 2), code.slice(2, 4)];
  if (Number(item) > LAST_ITEM) throw new UnwritableField('/service/code', 'unsupported');
  switch (form) {
    case 'nn.nn':
      return `${item}.${subitem}`;
    case 'n.nn':
      return `${Number(item)}.${subitem}`;
    case 'nnnn':
      return `${item}${subitem}`;
  }
}

/** The client's reference stands below the description where the layout has no other room for it. */
function description(input: RpsInput, style: RpsStyle, traits: LayoutTraits): string {
  const { description: given, reference } = input.service;
  const written = manyLines(given);
  if (written === '') throw new UnwritableField('/service/description', 'empty');
  const whole = traits.extended || reference === undefined ? written : `${written}\n${referenceLine(reference)}`;
  const text = whole.replaceAll('\n', style.lineBreak);
  if (text.length > style.descriptionCharacters) throw new UnwritableField('/service/description', 'too-long');
  return text;
}

function referenceLine(reference: string): string {
  return `Referencia: ${reference}`;
}

/** `ExigibilidadeISS`: 1 due, 2 not subject, 4 export, 5 immune, 6 suspended by court, 7 suspended by the administration. */
function demandability({ iss }: RpsInput): string {
  if (iss?.suspension) return iss.suspension.kind === 'COURT' ? '6' : '7';
  return { TAXABLE: '1', NOT_SUBJECT: '2', EXPORT: '4', IMMUNE: '5' }[iss?.taxation ?? 'TAXABLE'];
}

/** `NaturezaOperacao`: 1 taxed here, 2 taxed elsewhere, 3 exempt, 4 immune, 5 suspended by court, 6 by the administration. */
function operationNature(input: RpsInput): string {
  const { iss } = input;
  if (iss?.suspension) return iss.suspension.kind === 'COURT' ? '5' : '6';
  const taxation = iss?.taxation ?? 'TAXABLE';
  if (taxation === 'IMMUNE') return '4';
  if (taxation === 'NOT_SUBJECT') return '3';
  return issDueTo(input) === input.municipalityCode ? '1' : '2';
}

function specialRegime({ issuer }: RpsInput): string | undefined {
  if (issuer.specialRegime && REGIMES[issuer.specialRegime]) return REGIMES[issuer.specialRegime];
  return { NONE: undefined, MEI: '5', ME_EPP: '6' }[issuer.simplesNacional];
}

function extended({ service }: RpsInput): readonly string[] {
  const remarks = [service.information?.text, service.reference && referenceLine(service.reference)];
  const text = remarks.filter((line) => line).join('\n');
  const written = manyLines(text);
  if (written.length > 2000) throw new UnwritableField('/service/information/text', 'too-long');
  return [
    group(
      'Evento',
      leaf('IdentificacaoEvento', optional(service.event?.number, 30, '/service/event/number')),
      leaf('DescricaoEvento', optional(service.event?.name, 255, '/service/event/name')),
    ),
    leaf('InformacoesComplementares', written),
  ];
}
