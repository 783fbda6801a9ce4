import { all, at, localName, textOf } from '../../../src/nfse/abrasf/elements.ts';
import { rpsFacts } from '../../../src/nfse/abrasf/read-rps.ts';
import { parseCnpj } from '../../../src/nfse/cnpj.ts';
import { parseCpf } from '../../../src/nfse/cpf.ts';
import { parseMunicipalityCode, stateOf } from '../../../src/nfse/municipality.ts';
import type { Dialect } from '../../../src/nfse/municipality-profiles/schema.ts';
import { DocumentError } from '../../../src/nfse/national/read-documents.ts';
import { serviceCodes } from '../../../src/nfse/service-codes.ts';
import type { XmlElement } from '../../../src/nfse/xml.ts';

/** Checks that belong to other parts of the project, handed in where they are at hand. */
export interface HandedInChecks {
  /** What the layout has against a message; nothing when it is right. Answered with E160. */
  readonly layout?: (root: XmlElement, dialect: Dialect) => readonly string[];
  /** Whether every element that the city wants signed is, rightly. Answered with E172. */
  readonly signature?: (xml: string, dialect: Dialect) => boolean;
}

/** Items of the service list, four digits each. */
const ITEMS: ReadonlySet<string> = new Set(serviceCodes().map(({ code }) => code.slice(0, 4)));
/** Motorway operation: the only service whose ISS nobody may withhold. */
const NEVER_WITHHELD = '2201';
/** `CodigoMunicipio` of a service rendered abroad. */
const ABROAD = '9999999';

/**
 * The rules of a city hall that need no register: README.md beside this folder lists them.
 *
 * @param declaration `InfDeclaracaoPrestacaoServico` or `InfRps`
 * @param today `YYYY-MM-DD` in the city
 * @returns the code of every rule broken
 */
export function faultsOf(declaration: XmlElement, today: string): readonly string[] {
  let facts: ReturnType<typeof rpsFacts>;
  try {
    facts = rpsFacts(declaration);
  } catch (error) {
    if (error instanceof DocumentError) return ['E160'];
    throw error;
  }
  const rules: readonly (readonly [broken: boolean, code: string])[] = [
    [parseCnpj(facts.companyCnpj) === undefined, 'E44'],
    [!/^\d{1,15}$/.test(facts.number), 'E90'],
    [facts.series.length > 5, 'E93'],
    [facts.issuedAt.slice(0, 10) > today, 'E16'],
    [(textOf(declaration, 'Competencia') ?? '').slice(0, 7) > today.slice(0, 7), 'E2'],
    ...customerRules(declaration, facts.companyCnpj),
    ...serviceRules(declaration),
    ...amountRules(declaration),
    ...issRules(declaration),
  ];
  return [...new Set(rules.filter(([broken]) => broken).map(([, code]) => code))];
}

type Verdict = readonly [broken: boolean, code: string];

/** A foreign number may have as many characters as a CPF or a CNPJ, and has no check digits. */
function customerRules(declaration: XmlElement, companyCnpj: string): readonly Verdict[] {
  const customer = at(declaration, 'TomadorServico') ?? at(declaration, 'Tomador');
  const registrations = at(customer, 'IdentificacaoTomador', 'CpfCnpj');
  const [cnpj, cpf] = [at(registrations, 'Cnpj')?.text, at(registrations, 'Cpf')?.text];
  const address = at(customer, 'Endereco');
  const [city, state] = [parseMunicipalityCode(at(address, 'CodigoMunicipio')?.text), at(address, 'Uf')?.text];
  const byCustomer = isWithheld(declaration) && textOf(declaration, 'ResponsavelRetencao') !== '2';
  return [
    [cnpj !== undefined && parseCnpj(cnpj) === undefined, 'E47'],
    [cpf !== undefined && parseCpf(cpf) === undefined, 'E47'],
    [byCustomer && cnpj === undefined && cpf === undefined, 'E48'],
    [cnpj === companyCnpj, 'E52'],
    [byCustomer && cpf !== undefined, 'E177'],
    [city !== undefined && state !== undefined && stateOf(city) !== state, 'E167'],
  ];
}

function serviceRules(declaration: XmlElement): readonly Verdict[] {
  const service = at(declaration, 'Servico');
  const item = textOf(service, 'ItemListaServico');
  const place = textOf(service, 'CodigoMunicipio');
  const incidence = textOf(service, 'MunicipioIncidencia');
  return [
    [item === undefined, 'E31'],
    [item !== undefined && !ITEMS.has(itemOf(item)), 'E30'],
    [!textOf(service, 'Discriminacao'), 'E41'],
    [place !== ABROAD && parseMunicipalityCode(place) === undefined, 'E42'],
    [incidence !== undefined && parseMunicipalityCode(incidence) === undefined, 'E310'],
  ];
}

/** `01.07`, `1.07`, `0107` and six digits begin with one item. */
function itemOf(text: string): string {
  const [item = '', subitem] = text.split('.');
  return subitem === undefined ? item.slice(0, 4) : item.padStart(2, '0') + subitem.slice(0, 2);
}

function amountRules(declaration: XmlElement): readonly Verdict[] {
  const amount = (name: string) => Number(textOf(declaration, name) ?? '0');
  const price = amount('ValorServicos');
  const [unconditional, conditional] = [amount('DescontoIncondicionado'), amount('DescontoCondicionado')];
  const discounts = unconditional + conditional;
  const retentions = ['ValorPis', 'ValorCofins', 'ValorInss', 'ValorIr', 'ValorCsll', 'OutrasRetencoes'].map(amount);
  const cents = (sum: number) => Math.round(sum * 100);
  return [
    [price === 0, 'E18'],
    [amount('ValorDeducoes') > price, 'E19'],
    [cents(discounts) > cents(price), 'E21'],
    [cents(amount('ValorDeducoes') + unconditional) > cents(price), 'E175'],
    [cents(retentions.reduce((sum, one) => sum + one, discounts)) > cents(price), 'E176'],
  ];
}

function issRules(declaration: XmlElement): readonly Verdict[] {
  const withheld = isWithheld(declaration);
  const exigibility = textOf(declaration, 'ExigibilidadeISS');
  const isModelOne = localName(declaration) === 'InfRps';
  const stated = textOf(declaration, 'Aliquota');
  // A percentage in the model 2, a fraction in 1.00.
  const rate = Number(stated) * (isModelOne ? 100 : 1);
  const item = itemOf(textOf(declaration, 'ItemListaServico') ?? '');
  const suspended = exigibility === '6' || exigibility === '7';
  return [
    [stated !== undefined && (rate < 2 || rate > 5), 'E227'],
    [withheld && item === NEVER_WITHHELD, 'E29'],
    [withheld && ['2', '3', '4', '5'].includes(exigibility ?? ''), 'E37'],
    [isModelOne && withheld && textOf(declaration, 'ValorIssRetido') === undefined, 'E40'],
    [withheld && stated === undefined && textOf(declaration, 'OptanteSimplesNacional') === '1', 'E163'],
    [suspended && textOf(declaration, 'NumeroProcesso') === undefined, 'E314'],
    [withheld && textOf(declaration, 'RegimeEspecialTributacao') === '5', 'E330'],
  ];
}

const isWithheld = (declaration: XmlElement) => textOf(declaration, 'IssRetido') === '1';

/**
 * What is wrong with a batch around its one RPS; nothing of a message without a batch.
 *
 * @param root of the message
 */
export function batchFaults(root: XmlElement): readonly string[] {
  const [batch] = all(root, 'LoteRps');
  if (!batch) return [];
  const [provider] = all(batch, 'Prestador').filter((one) => batch.children.includes(one));
  const sender = provider ?? { ...batch, children: batch.children.filter((one) => localName(one) !== 'ListaRps') };
  const [declared] = declarationsIn(batch).map((declaration) => at(declaration, 'Prestador'));
  const differs = (...names: readonly string[]) => textOf(sender, ...names) !== textOf(declared, ...names);
  const rules: readonly Verdict[] = [
    [textOf(batch, 'QuantidadeRps') !== '1', 'E69'],
    [differs('Cnpj', 'Cpf'), 'E159'],
    [differs('InscricaoMunicipal'), 'E70'],
  ];
  return rules.filter(([broken]) => broken).map(([, code]) => code);
}

/** The declarations in a message, whatever it wraps them in. */
export function declarationsIn(root: XmlElement): readonly XmlElement[] {
  return all(root, 'InfDeclaracaoPrestacaoServico', 'InfRps');
}
