import { type AccessKey, accessKey } from '../../../src/nfse/access-key.ts';
import { parseCnpj } from '../../../src/nfse/cnpj.ts';
import { parseMunicipalityCode } from '../../../src/nfse/municipality.ts';
import { element, group, inNamespace, leaf, writeFragment } from '../../../src/nfse/xml-writer.ts';
import { elementText, firstText } from './documents.ts';

/** Shapes of an answer that the model does not have and cities use all the same, each after a public bug report. */
export type OddShape = 'curitiba' | 'lower-case' | 'national-note' | 'text-messages';

/**
 * An answer of the model in another shape.
 *
 * @param xml root and content
 * @param operation that was asked for
 */
export function inShape(xml: string, shape: OddShape, operation: string): string {
  switch (shape) {
    case 'curitiba':
      return curitiba(xml, operation);
    case 'lower-case':
      return renamed(xml, (name) => name.toLowerCase());
    case 'national-note':
      return withNationalNote(xml);
    case 'text-messages':
      return xml.replace(
        /<MensagemRetorno><Codigo>([^<]*)<\/Codigo><Mensagem>([^<]*)<\/Mensagem><\/MensagemRetorno>/g,
        '$1 - $2',
      );
  }
}

function renamed(xml: string, change: (name: string) => string): string {
  return xml.replace(/<(\/?)([A-Za-z][\w.]*)/g, (_, slash: string, name: string) => `<${slash}${change(name)}`);
}

/** Parts are called after their types, the root after the operation, and an empty list of messages is always there. */
function curitiba(xml: string, operation: string): string {
  const root = /<(\w+)/.exec(xml)?.[1] ?? '';
  const names: Readonly<Record<string, string>> = {
    [root]: `${operation}Result`,
    CompNfse: 'tcCompNfse',
    RetCancelamento: 'Retorno',
    NfseCancelamento: 'Cancelamento',
    DataHora: 'DataHoraCancelamento',
  };
  const parts = renamed(xml, (name) => (Object.hasOwn(names, name) ? (names[name] ?? name) : name));
  return parts.includes('<ListaMensagemRetorno>')
    ? parts
    : parts.replace(new RegExp(`</${operation}Result>$`), (end) => `<ListaMensagemRetorno/>${end}`);
}

/** The note in the national layout, as far as anybody reads it, inside the model's wrappers. */
function withNationalNote(xml: string): string {
  const note = elementText(xml, 'Nfse');
  return note === undefined ? xml : xml.replace(note, () => nationalNote(note));
}

function nationalNote(note: string): string {
  const told = (name: string) => firstText(note, name) ?? '';
  const issuedAt = `${told('DataEmissao').slice(0, 19)}-03:00`;
  const [number, series] = numberAndSeries(note);
  const company = elementText(note, 'Prestador') ?? elementText(note, 'PrestadorServico') ?? '';
  const customer = elementText(note, 'TomadorServico') ?? elementText(note, 'Tomador') ?? '';
  const cnpj = firstText(company, 'Cnpj') ?? '';
  const party = (text: string) => ['Cnpj', 'Cpf'].map((name) => leaf(name.toUpperCase(), firstText(text, name)));
  const declaration = element(
    'infDPS',
    {},
    leaf('dhEmi', issuedAt),
    leaf('serie', series),
    leaf('nDPS', number),
    group('prest', ...party(company)),
    group('toma', ...party(customer)),
    group('serv', group('cServ', leaf('cTribNac', told('ItemListaServico').replace('.', '')), leaf('xDescServ', 'x'))),
    group('valores', group('vServPrest', leaf('vServ', told('ValorServicos')))),
  );
  const nfseNumber = told('Numero');
  const info = element(
    'infNFSe',
    { Id: `NFS${keyOf(cnpj, nfseNumber, issuedAt)}` },
    leaf('nNFSe', nfseNumber),
    leaf('ambGer', '1'),
    leaf('cStat', '100'),
    leaf('dhProc', issuedAt),
    group('DPS', declaration),
  );
  return writeFragment(inNamespace('http://www.sped.fazenda.gov.br/nfse', element('Nfse', { versao: '1.01' }, info)));
}

/** The stand-in's cities are all in Minas Gerais; a key needs one of them. */
const MUNICIPALITY = parseMunicipalityCode('3118601');

function keyOf(cnpj: string, nfseNumber: string, issuedAt: string): AccessKey {
  const companyCnpj = parseCnpj(cnpj);
  if (!companyCnpj || !MUNICIPALITY) throw new RangeError(`"${cnpj}" was not checked`);
  return accessKey({
    municipalityCode: MUNICIPALITY,
    companyCnpj,
    generatedBy: '1',
    nfseNumber: Number(nfseNumber.slice(-13)),
    yearMonth: `${issuedAt.slice(2, 4)}${issuedAt.slice(5, 7)}`,
    random: '123456789',
  });
}

function numberAndSeries(note: string): readonly [number: string, series: string] {
  const identity = elementText(note, 'IdentificacaoRps') ?? '';
  return [firstText(identity, 'Numero') ?? '', firstText(identity, 'Serie') ?? ''];
}
