import {
  element,
  group,
  inNamespace,
  leaf,
  verbatim,
  writeFragment,
  writeXml,
  type XmlContent,
} from '../xml-writer.ts';
import { LAYOUT_TRAITS, type LayoutTraits } from './layout-differences.ts';
import { type AbrasfLayout, type AbrasfOperation, OPERATIONS } from './operations.ts';
import { RPS_TYPE } from './rps-document.ts';

/** What a dialect decides about messages. */
export interface MessageStyle {
  readonly layout: AbrasfLayout;
  /** What the messages say of their version. */
  readonly version: string;
  /** Of a message and its direct children; `{message}` stands for the root's name in snake_case, `{messageKebab}` in kebab-case. */
  readonly messageNamespace: string;
  /** Of the root alone, where it is another one. */
  readonly rootNamespace?: string | undefined;
  /** Of everything deeper. */
  readonly typeNamespace: string;
  readonly batchVersion: boolean;
  /** Element around the content of the question for an RPS's note, where there is one. */
  readonly noteQuestionGroup?: string | undefined;
  /** Elements for the reason of a cancellation as the national layout has it, where there are such. */
  readonly nationalReasonNames?: { readonly code: string; readonly text: string } | undefined;
}

/** Who asks. */
export interface Requester {
  readonly companyCnpj: string;
  readonly municipalRegistration?: string | undefined;
}

export interface RpsIdentity {
  readonly series: string;
  readonly number: number;
}

/** A note to cancel, and why. `reasonCode` is the city's. */
export interface NoteToCancel extends Requester {
  readonly nfseNumber: string;
  readonly municipalityCode: string;
  readonly reasonCode: string;
  /** The reason as the national layout has it. Code: 1 issued in error, 2 not rendered, 9 other. */
  readonly nationalReason?: { readonly code: string; readonly text: string };
}

/** One RPS for one note, in the same call. @param rps as `buildRps` returns it */
export function singleMessage(rps: string, style: MessageStyle): string {
  return message('GerarNfse', style, child(style, 'Rps', {}, declaration(rps, style.messageNamespace, style)));
}

/**
 * A batch of this one RPS.
 *
 * @param number of the batch: the city refuses one that it had before
 */
export function batchMessage(
  operation: 'RecepcionarLoteRpsSincrono' | 'RecepcionarLoteRps',
  rps: string,
  number: number,
  requester: Requester,
  style: MessageStyle,
): string {
  const traits = LAYOUT_TRAITS[style.layout];
  const identity = providerIdentity(requester.companyCnpj, requester.municipalRegistration, traits);
  const sender = traits.batchProvider === 'group' ? [group('Prestador', ...identity)] : identity;
  const content = [
    leaf('NumeroLote', number),
    ...sender,
    leaf('QuantidadeRps', 1),
    group('ListaRps', group('Rps', declaration(rps, style.typeNamespace, style))),
  ];
  const attributes = { Id: `lote${number}`, ...(style.batchVersion && { versao: style.version }) };
  return message(operation, style, child(style, 'LoteRps', attributes, ...content));
}

/** What became of a batch. */
export function batchQuestion(
  operation: 'ConsultarLoteRps' | 'ConsultarSituacaoLoteRps',
  protocol: string,
  requester: Requester,
  style: MessageStyle,
): string {
  return message(operation, style, prestador(requester, style), leaf('Protocolo', protocol));
}

/** The note of an RPS. */
export function noteQuestion({ series, number }: RpsIdentity, requester: Requester, style: MessageStyle): string {
  const identity = [leaf('Numero', number), leaf('Serie', series), leaf('Tipo', RPS_TYPE)];
  const { companyCnpj, municipalRegistration } = requester;
  const parties = providerIdentity(companyCnpj, municipalRegistration, LAYOUT_TRAITS[style.layout]);
  const { noteQuestionGroup } = style;
  const content =
    noteQuestionGroup === undefined
      ? [child(style, 'IdentificacaoRps', {}, ...identity), child(style, 'Prestador', {}, ...parties)]
      : [child(style, noteQuestionGroup, {}, group('IdentificacaoRps', ...identity), group('Prestador', ...parties))];
  return message('ConsultarNfsePorRps', style, ...content);
}

/** The request to cancel a note. */
export function cancellationMessage(note: NoteToCancel, style: MessageStyle): string {
  const traits = LAYOUT_TRAITS[style.layout];
  const { nationalReasonNames: names } = style;
  const request = [
    group(
      'IdentificacaoNfse',
      leaf('Numero', note.nfseNumber),
      ...providerIdentity(note.companyCnpj, note.municipalRegistration, traits),
      leaf('CodigoMunicipio', note.municipalityCode),
    ),
    leaf('CodigoCancelamento', note.reasonCode),
    ...(names ? [leaf(names.code, note.nationalReason?.code), leaf(names.text, note.nationalReason?.text)] : []),
  ];
  const signed = element('InfPedidoCancelamento', { Id: `canc${note.nfseNumber}` }, ...request);
  return message('CancelarNfse', style, child(style, 'Pedido', {}, signed));
}

/** The older request, which names the note by its number and gives no reason. It bears no signature: it has nothing with an id. */
export function shortCancellation(
  note: Requester & { readonly nfseNumber: string },
  namespaces: { readonly messages: string; readonly types: string },
): string {
  const requester = [leaf('Cnpj', note.companyCnpj), leaf('InscricaoMunicipal', note.municipalRegistration)];
  const provider = element('Prestador', {}, inNamespace(namespaces.types, ...requester));
  const root = element(OPERATIONS.CancelarNfse, {}, provider, leaf('NumeroNfse', note.nfseNumber));
  return writeXml(inNamespace(namespaces.messages, root));
}

/** The first parameter of every call, which says what the second one is. */
export function headerMessage(version: string, dataVersion: string, namespace: string): string {
  const header = element('cabecalho', { versao: version }, leaf('versaoDados', dataVersion));
  return writeFragment(inNamespace(namespace, header));
}

/** Who asks, as every message has it. */
function providerIdentity(
  companyCnpj: string,
  municipalRegistration: string | undefined,
  traits: Pick<LayoutTraits, 'documentChoice'>,
): readonly (XmlContent | undefined)[] {
  const cnpj = leaf('Cnpj', companyCnpj);
  return [traits.documentChoice ? group('CpfCnpj', cnpj) : cnpj, leaf('InscricaoMunicipal', municipalRegistration)];
}

function prestador({ companyCnpj, municipalRegistration }: Requester, style: MessageStyle): XmlContent {
  const identity = providerIdentity(companyCnpj, municipalRegistration, LAYOUT_TRAITS[style.layout]);
  return child(style, 'Prestador', {}, ...identity);
}

function message(
  operation: AbrasfOperation,
  style: MessageStyle,
  ...children: readonly (XmlContent | undefined)[]
): string {
  const root = OPERATIONS[operation];
  const namespaces = namespacesOf(root, style);
  return writeXml(inNamespace(namespaces.root, element(root, {}, inNamespace(namespaces.children, ...children))));
}

/**
 * The namespaces of a message.
 *
 * @param root local name of its root
 * @returns that of the root, of its children, and of everything below them
 */
export function namespacesOf(
  root: string,
  { rootNamespace, messageNamespace, typeNamespace }: MessageStyle,
): { readonly root: string; readonly children: string; readonly deeper: string } {
  const namespace = (rootNamespace ?? messageNamespace)
    .replace('{message}', snakeCase(root))
    .replace('{messageKebab}', snakeCase(root).replaceAll('_', '-'));
  const children = rootNamespace === undefined ? namespace : messageNamespace;
  return { root: namespace, children, deeper: typeNamespace === messageNamespace ? children : typeNamespace };
}

/** A child of the message. Where types have a namespace of their own it begins below. */
function child(
  style: MessageStyle,
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...content: readonly (XmlContent | undefined)[]
): XmlContent {
  const { typeNamespace, messageNamespace } = style;
  const own = typeNamespace !== messageNamespace;
  return element(name, attributes, ...(own ? [inNamespace(typeNamespace, ...content)] : content));
}

/** What the `Rps` of a document of its own contains, with the bytes that are stored. @param around the namespace of the `Rps` it goes into */
function declaration(rps: string, around: string, { typeNamespace }: MessageStyle): XmlContent {
  const content = rps.replace(/^\uFEFF?(?:<\?xml[^>]*\?>)?\s*<Rps[^>]*>/, '').replace(/<\/Rps>\s*$/, '');
  if (around === typeNamespace) return verbatim(content);
  return verbatim(content.replace(/^<[\w.]+/, (start) => `${start} xmlns="${typeNamespace}"`));
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
