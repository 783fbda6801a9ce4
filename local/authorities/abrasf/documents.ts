import { parseMunicipalityCode, stateOf } from '../../../src/nfse/municipality.ts';
import { element, group, leaf, verbatim, writeFragment, type XmlContent } from '../../../src/nfse/xml-writer.ts';
import type { City } from './cities.ts';

/** What the city decides of a note. */
export interface Issue {
  readonly nfseNumber: string;
  readonly verificationCode: string;
  /** Local time without offset. */
  readonly at: string;
}

/** The text of an element of a document of ours: no prefixes, no white space in tags. */
export function elementText(xml: string, name: string): string | undefined {
  const start = xml.search(new RegExp(`<${name}[ >]`));
  const end = xml.lastIndexOf(`</${name}>`);
  return start < 0 || end < start ? undefined : xml.slice(start, end + name.length + 3);
}

/** The note (`CompNfse`, without what may come to it later) around a declaration that passed every check. Not signed. */
export function noteXml(city: City, declaration: string, issue: Issue): string {
  const id = `nfse${issue.nfseNumber}`;
  const content =
    city.dialect.layout === '1.00' ? contentOne(declaration, issue) : contentTwo(city, declaration, issue);
  return writeFragment(element('Nfse', { versao: city.dialect.layout }, element('InfNfse', { Id: id }, ...content)));
}

function contentTwo(city: City, declaration: string, issue: Issue): readonly (XmlContent | undefined)[] {
  const figures = figuresOf(declaration);
  const municipality = firstText(elementText(declaration, 'Servico') ?? '', 'CodigoMunicipio');
  return [
    leaf('Numero', issue.nfseNumber),
    leaf('CodigoVerificacao', issue.verificationCode),
    leaf('DataEmissao', issue.at),
    group(
      'ValoresNfse',
      leaf('BaseCalculo', figures.base),
      leaf('Aliquota', figures.rate),
      leaf('ValorIss', figures.iss),
      leaf('ValorLiquidoNfse', figures.net),
    ),
    leaf('DescricaoCodigoTributacaoMunicípio', city.dialect.layout === '2.04' ? 'Serviço do cadastro' : undefined),
    group(
      'PrestadorServico',
      city.dialect.layout === '2.04'
        ? undefined
        : verbatim((elementText(declaration, 'Prestador') ?? '').replaceAll('Prestador>', 'IdentificacaoPrestador>')),
      leaf('RazaoSocial', 'Prestador do Cadastro'),
      registeredAddress(municipality),
    ),
    issuingBody(municipality),
    group('DeclaracaoPrestacaoServico', verbatim(declaration)),
  ];
}

function contentOne(declaration: string, issue: Issue): readonly (XmlContent | undefined)[] {
  const part = (name: string) => elementText(declaration, name) ?? '';
  const municipality = firstText(part('Servico'), 'CodigoMunicipio');
  return [
    leaf('Numero', issue.nfseNumber),
    leaf('CodigoVerificacao', issue.verificationCode),
    leaf('DataEmissao', issue.at),
    verbatim(part('IdentificacaoRps')),
    leaf('DataEmissaoRps', firstText(declaration, 'DataEmissao')?.slice(0, 10)),
    verbatim(part('NaturezaOperacao')),
    verbatim(part('RegimeEspecialTributacao')),
    verbatim(part('OptanteSimplesNacional')),
    verbatim(part('IncentivadorCultural')),
    leaf('Competencia', issue.at),
    verbatim(part('Servico')),
    group(
      'PrestadorServico',
      verbatim(part('Prestador').replaceAll('Prestador>', 'IdentificacaoPrestador>')),
      leaf('RazaoSocial', 'Prestador do Cadastro'),
      registeredAddress(municipality),
    ),
    verbatim(part('Tomador').replaceAll(/(<\/?)Tomador>/g, '$1TomadorServico>')),
    issuingBody(municipality),
  ];
}

/** The confirmation of a cancellation around its request. Not signed. */
export function cancellationXml(city: City, request: string, nfseNumber: string, at: string): string {
  const time = leaf(city.dialect.layout === '1.00' ? 'DataHoraCancelamento' : 'DataHora', at);
  const order = request === '' ? undefined : group('Pedido', verbatim(request));
  const confirmation = element('Confirmacao', { Id: `conf${nfseNumber}` }, order, time);
  return writeFragment(element('NfseCancelamento', { versao: city.dialect.layout }, confirmation));
}

/** The city works in floats, as some do: its figures are its own. */
function figuresOf(declaration: string): { base: string; rate: string; iss: string; net: string } {
  const amount = (name: string) => Number(firstText(declaration, name) ?? '0');
  const withheld = firstText(declaration, 'IssRetido') === '1';
  const rate = amount('Aliquota') || 2;
  const base = amount('ValorServicos') - amount('ValorDeducoes') - amount('DescontoIncondicionado');
  const iss = amount('ValorIss') || (base * rate) / 100;
  const federal = ['ValorPis', 'ValorCofins', 'ValorInss', 'ValorIr', 'ValorCsll', 'OutrasRetencoes'].map(amount);
  const discounts = amount('DescontoIncondicionado') + amount('DescontoCondicionado');
  const net = amount('ValorServicos') - federal.reduce((sum, part) => sum + part, 0) - discounts - (withheld ? iss : 0);
  return { base: base.toFixed(2), rate: rate.toFixed(2), iss: iss.toFixed(2), net: net.toFixed(2) };
}

export function firstText(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

function registeredAddress(municipality: string | undefined): XmlContent | undefined {
  return group(
    'Endereco',
    leaf('Endereco', 'Rua do Cadastro'),
    leaf('Numero', '1'),
    leaf('Bairro', 'Centro'),
    leaf('CodigoMunicipio', municipality),
    leaf('Uf', state(municipality)),
    leaf('Cep', '30130000'),
  );
}

function issuingBody(municipality: string | undefined): XmlContent | undefined {
  return group('OrgaoGerador', leaf('CodigoMunicipio', municipality), leaf('Uf', state(municipality)));
}

function state(municipality: string | undefined): string {
  const code = parseMunicipalityCode(municipality);
  return code ? stateOf(code) : 'MG';
}
