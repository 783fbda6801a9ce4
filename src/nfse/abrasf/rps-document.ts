import { type Cents, formatCents } from '../cents.ts';
import { parseCnpj } from '../cnpj.ts';
import { RPS_LAYOUTS } from '../layouts/abrasf-rps.ts';
import { AsItIs, type Content, Given, given, Part, part, type Slot } from '../layouts/content.ts';
import { writeDocument } from '../layouts/write.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import { line } from '../national/dps-fields.ts';
import { manyLines } from '../national/text.ts';
import type { Sale, SpecialRegime } from '../sale.ts';
import { issDueTo } from '../tax/iss.ts';
import { UnwritableField } from '../unwritable.ts';
import { LAYOUT_TRAITS, type LayoutTraits } from './layout-differences.ts';
import type { AbrasfLayout } from './operations.ts';
import { type RpsAmounts, rpsAmounts } from './rps-amounts.ts';
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
 * @throws UnwritableFields for what the client must change
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
  if (input.ibsCbs?.reimbursements) throw new UnwritableField('/ibsCbs/reimbursements', 'unsupported');
  const amounts = rpsAmounts(input);
  if (amounts.issWithheld && amounts.iss === undefined) throw new UnwritableField('/amounts/issRate', 'missing');
  const traits = LAYOUT_TRAITS[style.layout];
  const content =
    traits.model === 1 ? modelOne(input, style, traits, amounts) : modelTwo(input, style, traits, amounts);
  const id = `decl${input.dps.series}n${input.dps.number}`;
  const rps = new Part('', { [traits.declaration]: new Part('', { '@Id': id, ...content }) });
  return writeDocument('Rps', RPS_LAYOUTS[style.layout], style.namespace, rps);
}

/**
 * The same RPS under another number, byte for byte as `buildRps` writes it. Up to the end of `IdentificacaoRps` there is nothing that the
 * client wrote, and behind it there is no number.
 */
export function renumberRps(xml: string, number: number): string {
  const end = xml.indexOf('</IdentificacaoRps>');
  const head = xml
    .slice(0, end)
    .replace(/(Id="(?:decl|rps)\d+n)\d+"/g, `$1${number}"`)
    .replace(/<Numero>\d+/, `<Numero>${number}`);
  return head + xml.slice(end);
}

function modelTwo(input: RpsInput, style: RpsStyle, traits: LayoutTraits, amounts: RpsAmounts): Content {
  const { service, dps, iss } = input;
  const from = '/service';
  return {
    Rps: new Part('', {
      '@Id': `rps${dps.series}n${dps.number}`,
      IdentificacaoRps: rpsIdentity(input),
      DataEmissao: input.issuedAt.slice(0, 10),
      Status: '1',
    }),
    Competencia: given(
      '/competenceDate',
      style.competence === 'date' ? input.competenceDate : `${input.competenceDate.slice(0, 8)}01`,
    ),
    Servico: part(from, {
      Valores: part('/amounts', {
        ...money(amounts),
        ...federal(amounts),
        ValTotTributos: cents('/approximateTaxes', amounts.totalTaxes),
        ValorIss: cents('/amounts/issRate', amounts.iss),
        Aliquota: rate(amounts, traits),
      }),
      IssRetido: amounts.issWithheld ? '1' : '2',
      ResponsavelRetencao: withheldBy(input),
      ItemListaServico: serviceItem(service.code, style),
      CodigoTributacaoMunicipio: given(`${from}/municipalCode`, service.municipalCode),
      CodigoNbs: given(`${from}/nbsCode`, service.nbsCode),
      Discriminacao: description(input, style, traits),
      CodigoMunicipio: placeOf(input),
      ExigibilidadeISS: demandability(input),
      MunicipioIncidencia: issDueTo(input),
      NumeroProcesso: line('/iss/suspension/process', iss?.suspension?.process),
    }),
    Prestador: provider(input, traits),
    [traits.customer]: customer(input.customer, traits),
    ...intermediary(input.intermediary, traits),
    ConstrucaoCivil: traits.extended
      ? part(`${from}/work`, { CodigoObra: line(`${from}/work/number`, service.work?.number) })
      : undefined,
    RegimeEspecialTributacao: specialRegime(input),
    OptanteSimplesNacional: input.issuer.simplesNacional === 'NONE' ? '2' : '1',
    IncentivoFiscal: '2',
    ...(traits.extended ? extended(input) : {}),
  };
}

function modelOne(input: RpsInput, style: RpsStyle, traits: LayoutTraits, amounts: RpsAmounts): Content {
  const { service } = input;
  const from = '/service';
  return {
    IdentificacaoRps: rpsIdentity(input),
    DataEmissao: input.issuedAt.slice(0, 19),
    NaturezaOperacao: operationNature(input),
    RegimeEspecialTributacao: specialRegime(input),
    OptanteSimplesNacional: input.issuer.simplesNacional === 'NONE' ? '2' : '1',
    IncentivadorCultural: '2',
    Status: '1',
    Servico: part(from, {
      Valores: part('/amounts', {
        ...money(amounts),
        ...federal(amounts),
        IssRetido: amounts.issWithheld ? '1' : '2',
        ValorIss: cents('/amounts/issRate', amounts.iss),
        ValorIssRetido: amounts.issWithheld ? cents('/amounts/issRate', amounts.iss) : undefined,
        BaseCalculo: cents('/amounts/service', amounts.base),
        Aliquota: rate(amounts, traits),
        ValorLiquidoNfse: cents('/amounts/service', amounts.net),
      }),
      ItemListaServico: serviceItem(service.code, style),
      CodigoTributacaoMunicipio: given(`${from}/municipalCode`, service.municipalCode),
      Discriminacao: description(input, style, traits),
      CodigoMunicipio: placeOf(input),
    }),
    Prestador: provider(input, traits),
    [traits.customer]: customer(input.customer, traits),
    ...intermediary(input.intermediary, traits),
  };
}

function rpsIdentity({ dps }: RpsInput): Part {
  return new Part('/dps', {
    Numero: given('/dps/number', dps.number),
    Serie: given('/dps/series', dps.series),
    Tipo: RPS_TYPE,
  });
}

function placeOf({ service }: RpsInput): Slot {
  return service.country === undefined ? given('/service/municipalityCode', service.municipalityCode) : ABROAD;
}

function money(amounts: RpsAmounts): Content {
  const from = '/amounts';
  return {
    ValorServicos: cents(`${from}/service`, amounts.service),
    ValorDeducoes: cents(`${from}/deduction`, amounts.deductions),
    DescontoIncondicionado: cents(`${from}/unconditionalDiscount`, amounts.unconditionalDiscount),
    DescontoCondicionado: cents(`${from}/conditionalDiscount`, amounts.conditionalDiscount),
  };
}

function federal(amounts: RpsAmounts): Content {
  const from = '/federalTaxes';
  return {
    ValorPis: cents(`${from}/csrfWithheld`, amounts.pis),
    ValorCofins: cents(`${from}/csrfWithheld`, amounts.cofins),
    ValorInss: cents(`${from}/inssWithheld`, amounts.inss),
    ValorIr: cents(`${from}/irrfWithheld`, amounts.ir),
    ValorCsll: cents(`${from}/csrfWithheld`, amounts.csll),
  };
}

function cents(from: string, amount: Cents | undefined): Given | undefined {
  return amount === undefined ? undefined : given(from, formatCents(amount));
}

/** 200 basis points: `2.00` as a percentage, `0.0200` as a fraction. */
function rate({ rateBasisPoints }: RpsAmounts, traits: LayoutTraits): Given | undefined {
  if (rateBasisPoints === undefined) return undefined;
  const digits = traits.rate === 'percent' ? 2 : 4;
  const text = String(rateBasisPoints).padStart(digits + 1, '0');
  return given('/amounts/issRate', `${text.slice(0, -digits)}.${text.slice(-digits)}`);
}

function withheldBy({ amounts }: RpsInput): string | undefined {
  return { NOBODY: undefined, CUSTOMER: '1', INTERMEDIARY: '2' }[amounts.issWithheldBy];
}

/** The list of LC 116 ends at item 40; what the nation lists beyond it (99), only the national system authorises. */
const LAST_ITEM = 40;

/** The national code's item and subitem; its split is the nation's alone. @throws UnwritableField */
function serviceItem(code: string, { serviceItem: form }: RpsStyle): Slot {
  const [item, subitem] = [code.slice(0, 2), code.slice(2, 4)];
  if (Number(item) > LAST_ITEM) throw new UnwritableField('/service/code', 'unsupported');
  switch (form) {
    case 'nn.nn':
      return given('/service/code', `${item}.${subitem}`);
    case 'n.nn':
      return new AsItIs(`${Number(item)}.${subitem}`);
    case 'nnnn':
      return new AsItIs(`${item}${subitem}`);
  }
}

/** The client's reference stands below the description where the layout has no other room for it. @throws UnwritableField */
function description(input: RpsInput, style: RpsStyle, traits: LayoutTraits): Given {
  const { description: words, reference } = input.service;
  const from = '/service/description';
  const written = manyLines(words);
  if (written === '') return new Given(from, '');
  const whole = traits.extended || reference === undefined ? written : `${written}\n${referenceLine(reference)}`;
  const text = whole.replaceAll('\n', style.lineBreak);
  if (text.length > style.descriptionCharacters) throw new UnwritableField(from, 'too-long');
  return new Given(from, text);
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

function extended({ service }: RpsInput): Content {
  const from = '/service/event';
  const remarks = [service.information?.text, service.reference && referenceLine(service.reference)];
  return {
    Evento: part(from, {
      IdentificacaoEvento: line(`${from}/number`, service.event?.number),
      DescricaoEvento: line(`${from}/name`, service.event?.name),
    }),
    InformacoesComplementares: given(
      '/service/information/text',
      manyLines(remarks.filter((remark) => remark).join('\n')),
    ),
  };
}
