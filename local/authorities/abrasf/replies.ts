import { explainAbrasfRejection } from '../../../src/nfse/abrasf/rejections.ts';
import { canonicalCode } from '../../../src/nfse/rejections/catalogue.ts';
import { escapeXml, group, leaf } from '../../../src/nfse/xml.ts';
import type { Dress } from './behaviour.ts';
import { type City, NAMESPACE } from './cities.ts';

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
export function answer(root: string, ...content: readonly string[]): Reply & { kind: 'document' } {
  return { kind: 'document', xml: `<${root} xmlns="${NAMESPACE}">${content.join('')}</${root}>` };
}

export function refused(root: string, ...codes: readonly string[]): Reply & { kind: 'document' } {
  return answer(root, messages('ListaMensagemRetorno', codes));
}

export function messages(list: string, codes: readonly string[], identity = ''): string {
  return group(
    list,
    ...codes.map((code) =>
      group('MensagemRetorno', identity, leaf('Codigo', canonicalCode(code)), leaf('Mensagem', messageOf(code))),
    ),
  );
}

function messageOf(code: string): string {
  return code === '' ? 'Erro não identificado' : explainAbrasfRejection(code).message;
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
  const dress = reply.dress ?? city.payload;
  const type = soap === '1.1' ? 'text/xml' : 'application/soap+xml';
  const document = `<?xml version="1.0" encoding="UTF-8"?>${reply.xml}`;
  const enveloped = (parameter: string) =>
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${ENVELOPES[soap]}"><s:Body><${operation}Response xmlns="http://nfse.abrasf.org.br">${parameter}</${operation}Response></s:Body></s:Envelope>`;
  const utf8 = (text: string): Written => ({ bytes: Buffer.from(text), contentType: `${type}; charset=utf-8` });
  const output = (text: string) => enveloped(`<outputXML xmlns="">${text}</outputXML>`);
  switch (dress) {
    case 'escaped':
      return utf8(output(escapeXml(document)));
    case 'twice-escaped':
      return utf8(output(escapeXml(escapeXml(document))));
    case 'inline':
      return utf8(enveloped(reply.xml));
    case 'bare':
      return utf8(document);
    case 'prefixed':
      return utf8(enveloped(prefixed(reply.xml)));
    case 'latin1': {
      const text = output(escapeXml(document)).replace('encoding="utf-8"', 'encoding="ISO-8859-1"');
      return { bytes: Buffer.from(text, 'latin1'), contentType: `${type}; charset=ISO-8859-1` };
    }
    case 'bom':
      return utf8(`\uFEFF${output(`<![CDATA[\uFEFF${document}]]>`)}`);
    case 'cdata':
      return utf8(output(`<![CDATA[${document}]]>`));
  }
}

export function writtenFault(reason: string, soap: '1.1' | '1.2'): Written {
  const text = escapeXml(reason);
  const content =
    soap === '1.1'
      ? `<faultcode>s:Server</faultcode><faultstring>${text}</faultstring>`
      : `<s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang="pt-BR">${text}</s:Text></s:Reason>`;
  const xml = `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${ENVELOPES[soap]}"><s:Body><s:Fault>${content}</s:Fault></s:Body></s:Envelope>`;
  return { bytes: Buffer.from(xml), contentType: 'text/xml; charset=utf-8' };
}

/** The same document with a prefix on every element of the model's. */
function prefixed(xml: string): string {
  return xml.replace(/<(\/?)([A-Za-z])/g, '<$1ns2:$2').replace('xmlns=', 'xmlns:ns2=');
}
