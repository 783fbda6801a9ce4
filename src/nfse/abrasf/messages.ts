import { group, leaf } from '../xml.ts';
import { LAYOUT_TRAITS, type LayoutTraits } from './layout-differences.ts';
import { type AbrasfLayout, type AbrasfOperation, OPERATIONS } from './operations.ts';
import { RPS_TYPE } from './rps-document.ts';

/** What a dialect decides about messages. */
export interface MessageStyle {
  readonly layout: AbrasfLayout;
  /** What the messages say of their version. */
  readonly version: string;
  /** Of a message and its direct children; `{message}` stands for the root's name in snake_case. */
  readonly messageNamespace: string;
  /** Of the root alone, where it is another one. */
  readonly rootNamespace?: string | undefined;
  /** Of everything deeper. */
  readonly typeNamespace: string;
  readonly batchVersion: boolean;
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
}

/** One RPS for one note, in the same call. @param rps as `buildRps` returns it */
export function singleMessage(rps: string, style: MessageStyle): string {
  return message('GerarNfse', style, child(style, 'Rps', '', inner(rps)));
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
    group('ListaRps', `<Rps>${inner(rps)}</Rps>`),
  ];
  const version = style.batchVersion ? ` versao="${style.version}"` : '';
  return message(operation, style, child(style, 'LoteRps', ` Id="lote${number}"${version}`, ...content));
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
  return message(
    'ConsultarNfsePorRps',
    style,
    child(style, 'IdentificacaoRps', '', ...identity),
    prestador(requester, style),
  );
}

/** The request to cancel a note. */
export function cancellationMessage(note: NoteToCancel, style: MessageStyle): string {
  const traits = LAYOUT_TRAITS[style.layout];
  const request = [
    group(
      'IdentificacaoNfse',
      leaf('Numero', note.nfseNumber),
      ...providerIdentity(note.companyCnpj, note.municipalRegistration, traits),
      leaf('CodigoMunicipio', note.municipalityCode),
    ),
    leaf('CodigoCancelamento', note.reasonCode),
  ];
  const signed = `<InfPedidoCancelamento Id="canc${note.nfseNumber}">${request.join('')}</InfPedidoCancelamento>`;
  return message('CancelarNfse', style, child(style, 'Pedido', '', signed));
}

/** The older request, which names the note by its number and gives no reason. It bears no signature: it has nothing with an id. */
export function shortCancellation(
  note: Requester & { readonly nfseNumber: string },
  namespaces: { readonly messages: string; readonly types: string },
): string {
  const requester = [leaf('Cnpj', note.companyCnpj), leaf('InscricaoMunicipal', note.municipalRegistration)];
  const provider = group('Prestador', ...requester.map((element) => declaring(namespaces.types, element)));
  const content = `${provider}${leaf('NumeroNfse', note.nfseNumber)}`;
  const root = OPERATIONS.CancelarNfse;
  return `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="${namespaces.messages}">${content}</${root}>`;
}

/** The first parameter of every call, which says what the second one is. */
export function headerMessage(version: string, dataVersion: string, namespace: string): string {
  return `<cabecalho xmlns="${namespace}" versao="${version}">${leaf('versaoDados', dataVersion)}</cabecalho>`;
}

/** Who asks, as every message has it. */
function providerIdentity(
  companyCnpj: string,
  municipalRegistration: string | undefined,
  traits: Pick<LayoutTraits, 'documentChoice'>,
): readonly string[] {
  const cnpj = leaf('Cnpj', companyCnpj);
  return [traits.documentChoice ? group('CpfCnpj', cnpj) : cnpj, leaf('InscricaoMunicipal', municipalRegistration)];
}

function prestador({ companyCnpj, municipalRegistration }: Requester, style: MessageStyle): string {
  const identity = providerIdentity(companyCnpj, municipalRegistration, LAYOUT_TRAITS[style.layout]);
  return child(style, 'Prestador', '', ...identity);
}

function message(operation: AbrasfOperation, style: MessageStyle, ...children: readonly string[]): string {
  const root = OPERATIONS[operation];
  const { messageNamespace, rootNamespace } = style;
  const namespace = (rootNamespace ?? messageNamespace).replace('{message}', snakeCase(root));
  const own = rootNamespace !== undefined;
  const content = own ? children.map((element) => declaring(messageNamespace, element)) : children;
  return `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="${namespace}">${content.join('')}</${root}>`;
}

/**
 * A child of the message. Where types have a namespace of their own it begins below: as a default namespace of each element,
 * since a prefix would have to be taken out again by cities that refuse them.
 */
function child(style: MessageStyle, name: string, attributes: string, ...content: readonly string[]): string {
  const own = style.typeNamespace !== style.messageNamespace;
  const below = own ? content.map((element) => declaring(style.typeNamespace, element)) : content;
  return `<${name}${attributes}>${below.join('')}</${name}>`;
}

function declaring(namespace: string, element: string): string {
  return element.replace(/^<([\w.]+)/, `<$1 xmlns="${namespace}"`);
}

/** What is inside the `Rps` of a document of its own. */
function inner(rps: string): string {
  return rps.replace(/^\uFEFF?(?:<\?xml[^>]*\?>)?\s*<Rps[^>]*>/, '').replace(/<\/Rps>\s*$/, '');
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
