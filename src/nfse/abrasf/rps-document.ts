import { type Cents, formatCents } from '../cents.ts';
import { parseCnpj } from '../cnpj.ts';
import { centralBankCountry } from '../countries.ts';
import { RPS_BEFORE_2_03, RPS_LAYOUTS } from '../layouts/abrasf-rps.ts';
import { TAX_REFORM_LAYOUTS } from '../layouts/abrasf-tax-reform.ts';
import { AsItIs, type Content, Given, given, Part, part, type Slot } from '../layouts/content.ts';
import type { Type } from '../layouts/notation.ts';
import { writeDocument } from '../layouts/write.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import { line } from '../national/dps-fields.ts';
import { manyLines } from '../national/text.ts';
import type { Sale, SpecialRegime } from '../sale.ts';
import { taxationOf } from '../sale.ts';
import { issDueTo } from '../tax/iss.ts';
import { unsaid } from '../unsaid.ts';
import { UnwritableField } from '../unwritable.ts';
import { LAYOUT_TRAITS, type LayoutTraits } from './layout-differences.ts';
import type { AbrasfLayout, TaxReformVendor } from './operations.ts';
import { type RpsAmounts, rpsAmounts } from './rps-amounts.ts';
import { ABROAD, customer, intermediary, provider } from './rps-parties.ts';
import { type Remark, remarks } from './rps-remarks.ts';
import { type VendorContent, vendorContent } from './rps-tax-reform.ts';

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
  readonly serviceItem: 'nn.nn' | 'n.nn' | 'nnnn' | 'nnnnnn';
  readonly competence: 'date' | 'first-of-month';
  readonly lineBreak: string;
  readonly descriptionCharacters: number;
  /** Whether the RPS has places for the NBS code, for approximate taxes and for a foreign number. */
  readonly places: RpsPlaces;
  /** Whose places for IBS and CBS the RPS has; none where left out. */
  readonly taxReform?: TaxReformVendor | undefined;
}

/** Elements that a dialect may lack although the model it is closest to has them. */
export interface RpsPlaces {
  readonly nbsCode: boolean;
  readonly totalTaxes: boolean;
  readonly foreignNumber: boolean;
  /** The intermediary's municipality, which the second model got with 2.03. */
  readonly intermediaryPlace: boolean;
}

/** `Tipo`: a plain RPS, neither mixed with goods nor a coupon. */
export const RPS_TYPE = '1';

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
  const amounts = rpsAmounts(input);
  if (amounts.issWithheld && amounts.iss === undefined) throw new UnwritableField('/amounts/issRate', 'missing');
  const traits = LAYOUT_TRAITS[style.layout];
  const vendor = vendorContent(input, style.taxReform);
  const writing = { input, style, traits, amounts, vendor, remarks: remarksOf(input, style, traits, vendor) };
  const content = traits.model === 1 ? modelOne(writing) : modelTwo(writing);
  const id = `decl${input.dps.series}n${input.dps.number}`;
  const rps = new Part('', { [traits.declaration]: new Part('', { '@Id': id, ...content }) });
  return writeDocument('Rps', layoutOf(style), style.namespace, rps, unsaid(input, rps));
}

function layoutOf({ layout, taxReform, places }: RpsStyle): Type {
  if (taxReform) return TAX_REFORM_LAYOUTS[taxReform];
  return layout === '2.03' && !places.intermediaryPlace ? RPS_BEFORE_2_03 : RPS_LAYOUTS[layout];
}

/** What the parts of an RPS are written from. */
interface Writing {
  readonly input: RpsInput;
  readonly style: RpsStyle;
  readonly traits: LayoutTraits;
  readonly amounts: RpsAmounts;
  readonly vendor: VendorContent;
  readonly remarks: readonly Remark[];
}

function remarksOf(
  input: RpsInput,
  { places, taxReform }: RpsStyle,
  { model, event }: LayoutTraits,
  vendor: VendorContent,
): readonly Remark[] {
  const second = model === 2;
  return remarks(input, {
    competence: second,
    country: second,
    process: second,
    event,
    nbsCode: places.nbsCode || taxReform === 'nfecidades',
    contributions: vendor.values !== undefined,
    classification: taxReform !== 'nfecidades',
  });
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

function modelTwo(writing: Writing): Content {
  const { input, style, traits, amounts, vendor } = writing;
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
        ValTotTributos: style.places.totalTaxes ? cents('/approximateTaxes', amounts.totalTaxes) : undefined,
        ValorIss: cents('/amounts/issRate', amounts.iss),
        Aliquota: rate(amounts, traits),
        ...vendor.values,
      }),
      IssRetido: withheld(writing),
      ResponsavelRetencao: withheldBy(input),
      ItemListaServico: serviceItem(service.code, style),
      CodigoTributacaoMunicipio: given(`${from}/municipalCode`, service.municipalCode),
      CodigoNbs: style.places.nbsCode ? given(`${from}/nbsCode`, service.nbsCode) : undefined,
      Discriminacao: description(writing),
      CodigoMunicipio: placeOf(input),
      CodigoPais: countryOf(input),
      ExigibilidadeISS: taxed(input, DEMANDABILITY[taxationOf(input)], { COURT: '6', ADMINISTRATIVE: '7' }),
      MunicipioIncidencia: issDueTo(input),
      NumeroProcesso: line('/iss/suspension/process', iss?.suspension?.process),
      ...vendor.service,
    }),
    Prestador: provider(input, traits),
    [traits.customer]: customer(input.customer, traits, style.places.foreignNumber),
    ...intermediary(input.intermediary, traits, style.places.intermediaryPlace),
    ConstrucaoCivil: construction(writing),
    RegimeEspecialTributacao: specialRegime(input),
    OptanteSimplesNacional: inSimples(input),
    IncentivoFiscal: '2',
    Evento: traits.event ? event(input) : undefined,
    InformacoesComplementares: traits.remarks === 'element' ? remarksElement(writing) : undefined,
    ...vendor.declaration,
  };
}

function modelOne(writing: Writing): Content {
  const { input, style, traits, amounts } = writing;
  const { service } = input;
  const from = '/service';
  return {
    IdentificacaoRps: rpsIdentity(input),
    DataEmissao: issueTime(input),
    NaturezaOperacao: taxed(input, operationNature(input), { COURT: '5', ADMINISTRATIVE: '6' }),
    RegimeEspecialTributacao: specialRegime(input),
    OptanteSimplesNacional: inSimples(input),
    IncentivadorCultural: '2',
    Status: '1',
    Servico: part(from, {
      Valores: part('/amounts', {
        ...money(amounts),
        ...federal(amounts),
        IssRetido: withheld(writing),
        ValorIss: cents('/amounts/issRate', amounts.iss),
        ValorIssRetido: amounts.issWithheld ? cents('/amounts/issRate', amounts.iss) : undefined,
        BaseCalculo: cents('/amounts/service', amounts.base),
        Aliquota: rate(amounts, traits),
        ValorLiquidoNfse: cents('/amounts/service', amounts.net),
      }),
      ItemListaServico: serviceItem(service.code, style),
      CodigoTributacaoMunicipio: given(`${from}/municipalCode`, service.municipalCode),
      Discriminacao: description(writing),
      CodigoMunicipio: placeOf(input),
    }),
    Prestador: provider(input, traits),
    [traits.customer]: customer(input.customer, traits, style.places.foreignNumber),
    ...intermediary(input.intermediary, traits, false),
    ContrucaoCivil: construction(writing),
  };
}

/** A model without a competence of its own takes the day of issue for it; another day becomes a remark. */
function issueTime({ issuedAt, competenceDate }: RpsInput): Slot {
  const time = issuedAt.slice(0, 19);
  return issuedAt.startsWith(competenceDate) ? new Given('/competenceDate', time) : time;
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

/** `CodigoPais`: where the service is rendered, or where its result is when it is rendered here. */
function countryOf({ service, iss }: RpsInput): Slot {
  const { resultCountry } = iss ?? {};
  if (service.country === undefined) {
    return given('/iss/resultCountry', resultCountry && centralBankCountry(resultCountry));
  }
  const also = service.country === resultCountry ? ['/iss/resultCountry'] : [];
  return given('/service/country', centralBankCountry(service.country), also);
}

function money(amounts: RpsAmounts): Content {
  const from = '/amounts';
  return {
    ValorServicos: cents(`${from}/service`, amounts.service),
    ValorDeducoes: cents(`${from}/deduction`, amounts.deductions, [`${from}/deductionRate`]),
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

function cents(from: string, amount: Cents | undefined, also: readonly string[] = []): Given | undefined {
  return amount === undefined ? undefined : given(from, formatCents(amount), also);
}

/** 200 basis points: `2.00` as a percentage, `0.0200` as a fraction. */
function rate({ rateBasisPoints }: RpsAmounts, traits: LayoutTraits): Given | undefined {
  if (rateBasisPoints === undefined) return undefined;
  const digits = traits.rate === 'percent' ? 2 : 4;
  const text = String(rateBasisPoints).padStart(digits + 1, '0');
  return given('/amounts/issRate', `${text.slice(0, -digits)}.${text.slice(-digits)}`);
}

/** `IssRetido`. The first model does not say by whom: there it is the customer. */
function withheld({ input, traits, amounts }: Writing): Slot {
  const text = amounts.issWithheld ? '1' : '2';
  const unsaid = traits.model === 1 && input.amounts.issWithheldBy === 'INTERMEDIARY';
  return unsaid ? text : new Given('/amounts/issWithheldBy', text);
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
      return new AsItIs('/service/code', `${Number(item)}.${subitem}`);
    case 'nnnn':
      return new AsItIs('/service/code', `${item}${subitem}`);
    case 'nnnnnn':
      return new AsItIs('/service/code', code);
  }
}

/** Remarks stand below the description where the layout has no other room for them. @throws UnwritableField */
function description({ input, style, traits, remarks }: Writing): Given {
  const from = '/service/description';
  const written = manyLines(input.service.description);
  if (written === '') return new Given(from, '');
  const below = traits.remarks === 'description' ? remarks : [];
  const text = [written, ...below.map((remark) => remark.text)].join('\n').replaceAll('\n', style.lineBreak);
  if (text.length > style.descriptionCharacters) throw new UnwritableField(from, 'too-long');
  return new Given(
    from,
    text,
    below.flatMap((remark) => remark.from),
  );
}

function remarksElement({ remarks }: Writing): Given | undefined {
  const [from, ...also] = remarks.flatMap((remark) => remark.from);
  return from === undefined ? undefined : new Given(from, remarks.map(({ text }) => text).join('\n'), also);
}

/** `ExigibilidadeISS` of what is not suspended: 1 due, 2 not subject, 3 exempt, 4 export, 5 immune. */
const DEMANDABILITY = { TAXABLE: '1', NOT_SUBJECT: '2', EXEMPT: '3', EXPORT: '4', IMMUNE: '5' } as const;

/** `NaturezaOperacao` of what is not suspended: 1 taxed here, 2 taxed elsewhere, 3 exempt, 4 immune. It has no other. */
function operationNature(input: RpsInput): string | undefined {
  switch (taxationOf(input)) {
    case 'TAXABLE':
      return issDueTo(input) === input.municipalityCode ? '1' : '2';
    case 'EXEMPT':
      return '3';
    case 'IMMUNE':
      return '4';
    case 'EXPORT':
    case 'NOT_SUBJECT':
      return undefined;
  }
}

/** How the ISS takes the service. What is suspended would be due: no other taxation can be said beside it. */
function taxed(
  input: RpsInput,
  code: string | undefined,
  suspended: Readonly<Record<'COURT' | 'ADMINISTRATIVE', string>>,
): Given | undefined {
  const suspension = input.iss?.suspension;
  if (!suspension) return given('/iss/taxation', code);
  const also = taxationOf(input) === 'TAXABLE' ? ['/iss/taxation'] : [];
  return given('/iss/suspension/kind', suspended[suspension.kind], also);
}

/** A regime with a code of its own goes before that of the Simples Nacional, which `OptanteSimplesNacional` says all the same. */
function specialRegime({ issuer }: RpsInput): Given | undefined {
  const special = issuer.specialRegime && REGIMES[issuer.specialRegime];
  if (special) return given('/issuer/specialRegime', special);
  return given('/issuer/simplesNacional', { NONE: undefined, MEI: '5', ME_EPP: '6' }[issuer.simplesNacional]);
}

/** `OptanteSimplesNacional`: with all taxes inside, which is the rule. */
function inSimples({ issuer }: RpsInput): Given {
  const also = issuer.simplesRegime === 'ALL_INSIDE' ? ['/issuer/simplesRegime'] : [];
  return new Given('/issuer/simplesNacional', issuer.simplesNacional === 'NONE' ? '2' : '1', also);
}

/** `ConstrucaoCivil`, which knows a work by its number alone. @throws UnwritableField where the layout wants its ART and it is missing */
function construction({ input, style }: Writing): Part | undefined {
  const { work } = input.service;
  if (!work || (style.layout === '1.00' && work.number === undefined)) return undefined;
  const from = '/service/work';
  if (style.layout !== '2.04' && work.art === undefined) throw new UnwritableField(`${from}/art`, 'missing');
  return part(from, { CodigoObra: line(`${from}/number`, work.number), Art: line(`${from}/art`, work.art) });
}

function event({ service }: RpsInput): Part | undefined {
  const from = '/service/event';
  return part(from, {
    IdentificacaoEvento: line(`${from}/number`, service.event?.number),
    DescricaoEvento: line(`${from}/name`, service.event?.name),
  });
}
