import type { XmlElement } from '../xml.ts';
import { cdata, element, inNamespace, text, verbatim, writeXml, type XmlContent } from '../xml-writer.ts';
import { at, localName } from './elements.ts';
import { parsedXml, sliceOf, withoutMark } from './parsed-xml.ts';

const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;

/** A call as SOAP carries it. */
export interface SoapCall {
  readonly version: '1.1' | '1.2';
  /** Of the wrapper. */
  readonly namespace: string;
  /** Name of the element around the parameters, where there is one. */
  readonly wrapper?: string | undefined;
  /** Whether the parameters are in the wrapper's namespace. */
  readonly qualified: boolean;
  /** Name of the element between the wrapper and the parameters, where there is one. */
  readonly inner?: string | undefined;
  readonly payload: 'cdata' | 'escaped' | 'inline';
  /** Name and document of each parameter, in order. One without a name stands there as it is. */
  readonly parameters: readonly (readonly [name: string | undefined, xml: string])[];
  /** What stands behind the parameters. */
  readonly login?: XmlContent | undefined;
}

/** The envelope of a call, as XML text. */
export function soapEnvelope(call: SoapCall): string {
  const { inner, login } = call;
  const parameters = call.parameters.map(([name, xml]) => {
    const content = carried(xml, call.payload);
    return name === undefined ? content : element(name, {}, content);
  });
  const all = [...parameters, login];
  const within = inner === undefined ? all : [element(inner, {}, ...all)];
  const envelope = element('soap:Envelope', {}, element('soap:Body', {}, wrapped(call, within)));
  return writeXml(inNamespace(ENVELOPES[call.version], envelope), 'utf-8');
}

/** The parameters in their wrapper, whose namespace is theirs or has a prefix that they do without. */
function wrapped(
  { namespace, wrapper, qualified }: SoapCall,
  parameters: readonly (XmlContent | undefined)[],
): XmlContent {
  if (wrapper === undefined) return inNamespace(null, ...parameters);
  if (qualified) return inNamespace(namespace, element(wrapper, {}, ...parameters));
  return inNamespace(namespace, element(`e:${wrapper}`, {}, inNamespace(null, ...parameters)));
}

function carried(xml: string, payload: SoapCall['payload']): XmlContent {
  switch (payload) {
    case 'cdata':
      return cdata(xml);
    case 'escaped':
      return text(xml);
    case 'inline':
      return verbatim(withoutDeclaration(xml));
  }
}

/** The headers that go with a version of SOAP. */
export function soapHeaders(version: '1.1' | '1.2', action: string): Readonly<Record<string, string>> {
  const accept = 'text/xml, application/soap+xml, application/xml';
  return version === '1.1'
    ? { accept, 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` }
    : { accept, 'content-type': `application/soap+xml; charset=utf-8; action="${action}"` };
}

/** The documents that a call carries as text or as elements, in whatever is around them, in order: what a server reads. */
export function parametersOf(text: string): readonly { readonly root: XmlElement; readonly xml: string }[] {
  const root = parsedXml(text);
  const body = root && localName(root) === 'Envelope' ? at(root, 'Body') : undefined;
  if (!root || !body) return [];
  const documents = (element: XmlElement): readonly { root: XmlElement; xml: string }[] => {
    if (/Envio$|^cabecalho$/.test(localName(element))) return [{ root: element, xml: sliceOf(text, root, element) }];
    if (element.children.length > 0) return element.children.flatMap(documents);
    const inner = parsedXml(element.text);
    return inner ? [{ root: inner, xml: withoutMark(element.text) }] : [];
  };
  return documents(body);
}

function withoutDeclaration(xml: string): string {
  return withoutMark(xml).replace(/^<\?xml[^>]*\?>\s*/, '');
}
