import { cataloguedAbrasf, explainAbrasfRejection } from '../../../src/nfse/abrasf/rejections.ts';
import { canonicalCode } from '../../../src/nfse/rejections/catalogue.ts';
import {
  cdata,
  element,
  group,
  inNamespace,
  leaf,
  text,
  verbatim,
  writeFragment,
  writeXml,
  type XmlContent,
  xmlText,
} from '../../../src/nfse/xml-writer.ts';
import type { Dress } from './behaviour.ts';
import { type City, NAMESPACE } from './cities.ts';
import { inShape } from './odd-shapes.ts';

/** What the server does with a call: answer it, or one of the ways a network or a server fails. */
export type Reply =
  | {
      readonly kind: 'document';
      /** Root and content of the answer. */
      readonly xml: string;
      readonly dress?: Dress;
      readonly afterSeconds?: number;
    }
  | { readonly kind: 'fault'; readonly reason: string }
  | { readonly kind: 'html'; readonly status: number; readonly title: string }
  /** A success of which nothing came. */
  | { readonly kind: 'empty' }
  /** Says nothing for a minute and then hangs up. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'reset' };

export const badGateway: Reply = { kind: 'html', status: 502, title: '502 Bad Gateway' };
export const serviceUnavailable: Reply = { kind: 'html', status: 503, title: '503 Service Unavailable' };
export const pageNotFound: Reply = { kind: 'html', status: 404, title: '404 Not Found' };
export const tooLarge: Reply = { kind: 'html', status: 413, title: '413 Content Too Large' };

/** An answer of the model. */
export function answer(root: string, ...content: readonly (XmlContent | undefined)[]): Reply & { kind: 'document' } {
  return { kind: 'document', xml: writeFragment(inNamespace(NAMESPACE, element(root, {}, ...content))) };
}

export function refused(root: string, ...codes: readonly string[]): Reply & { kind: 'document' } {
  return answer(root, messages('ListaMensagemRetorno', codes));
}

export function messages(list: string, codes: readonly string[], identity?: XmlContent): XmlContent | undefined {
  return group(
    list,
    ...codes.map((code) =>
      group('MensagemRetorno', identity, leaf('Codigo', canonicalCode(code)), leaf('Mensagem', messageOf(code))),
    ),
  );
}

function messageOf(code: string): string {
  if (code === '') return 'Erro não identificado';
  return cataloguedAbrasf(code)
    ? explainAbrasfRejection(code).message
    : 'Erro desconhecido java.lang.NullPointerException';
}

const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;

/** The bytes of an answer and what is said of them. */
export interface Written {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** @param operation of the request, for the name of the wrapper */
export function written(
  reply: Reply & { kind: 'document' },
  city: City,
  operation: string,
  soap: '1.1' | '1.2',
): Written {
  const dress = reply.dress ?? city.dialect.soap.payload;
  const type = soap === '1.1' ? 'text/xml' : 'application/soap+xml';
  const document = `<?xml version="1.0" encoding="UTF-8"?>${reply.xml}`;
  const utf8 = (body: string): Written => ({ bytes: Buffer.from(body), contentType: `${type}; charset=utf-8` });
  const enveloped = (parameter: XmlContent) =>
    envelope(soap, inNamespace('http://nfse.abrasf.org.br', element(`${operation}Response`, {}, parameter)));
  const output = (content: XmlContent) => enveloped(inNamespace(null, element('outputXML', {}, content)));
  switch (dress) {
    case 'escaped':
      return utf8(output(text(document)));
    case 'twice-escaped':
      return utf8(output(text(xmlText(document))));
    case 'inline':
      return utf8(enveloped(verbatim(reply.xml)));
    case 'bare':
      return utf8(document);
    case 'prefixed':
      return utf8(enveloped(verbatim(prefixed(reply.xml))));
    case 'latin1': {
      const body = output(text(document)).replace('encoding="utf-8"', 'encoding="ISO-8859-1"');
      return { bytes: Buffer.from(body, 'latin1'), contentType: `${type}; charset=ISO-8859-1` };
    }
    case 'bom':
      return utf8(`\uFEFF${output(cdata(`\uFEFF${document}`))}`);
    case 'cdata':
      return utf8(output(cdata(document)));
    case 'curitiba':
      return utf8(enveloped(verbatim(inShape(reply.xml, dress, operation))));
    case 'lower-case':
    case 'national-note':
    case 'text-messages':
      return utf8(output(cdata(inShape(reply.xml, dress, operation))));
  }
}

export function writtenFault(reason: string, soap: '1.1' | '1.2'): Written {
  const fault =
    soap === '1.1'
      ? [inNamespace(null, leaf('faultcode', 's:Server'), leaf('faultstring', reason))]
      : [
          element('s:Code', {}, leaf('s:Value', 's:Receiver')),
          element('s:Reason', {}, element('s:Text', { 'xml:lang': 'pt-BR' }, text(reason))),
        ];
  const xml = envelope(soap, inNamespace(ENVELOPES[soap], element('s:Fault', {}, ...fault)));
  return { bytes: Buffer.from(xml), contentType: 'text/xml; charset=utf-8' };
}

function envelope(soap: '1.1' | '1.2', content: XmlContent): string {
  const root = element('s:Envelope', {}, element('s:Body', {}, content));
  return writeXml(inNamespace(ENVELOPES[soap], root), 'utf-8');
}

/** The same document with a prefix on every element of the model's. */
function prefixed(xml: string): string {
  return xml.replace(/<(\/?)([A-Za-z])/g, '<$1ns2:$2').replace('xmlns=', 'xmlns:ns2=');
}
