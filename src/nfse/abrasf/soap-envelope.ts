import { parseXml, type XmlElement, XmlError } from '../xml.ts';
import { cdata, element, inNamespace, text, verbatim, writeXml, type XmlContent, xmlText } from '../xml-writer.ts';
import { at, localName } from './elements.ts';
import { looksLikeAnswer } from './read-answer.ts';

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

/** What an envelope turned out to hold. */
export type Unwrapped =
  /** @param xml the document, its own bytes as far as the envelope let them be */
  | { readonly kind: 'payload'; readonly root: XmlElement; readonly xml: string }
  | { readonly kind: 'fault'; readonly code: string; readonly reason: string }
  /** HTML, JSON, nothing, a broken document, or an envelope with none in it. */
  | { readonly kind: 'nothing' };

const NOTHING: Unwrapped = { kind: 'nothing' };
/** An answer inside an answer inside an answer is somebody's joke. */
const MOST_ESCAPES = 2;

/**
 * Finds the model's document in an answer, however the city wraps it: as text in CDATA or escaped (once or twice) under whatever
 * name, as elements, or without any envelope. Local names count, prefixes do not.
 *
 * @source ABRASF in practice, robust unwrapping
 */
export function unwrap(text: string): Unwrapped {
  const root = parsed(text);
  if (!root) return NOTHING;
  if (localName(root) !== 'Envelope') {
    if (localName(root) === 'Fault') return fault(root);
    return looksLikeAnswer(root) ? { kind: 'payload', root, xml: withoutMark(text) } : NOTHING;
  }
  const body = at(root, 'Body');
  if (!body) return NOTHING;
  const faulty = find(body, (element) => localName(element) === 'Fault');
  if (faulty) return fault(faulty);
  for (const carrier of textCarriers(body)) {
    const inner = documentIn(carrier.text);
    if (inner) return inner;
  }
  const inline = find(body, (element) => /(?:Resposta|Retorno)$/.test(localName(element)));
  const payload = inline ?? body.children.find(looksLikeAnswer);
  return payload ? { kind: 'payload', root: payload, xml: sliceOf(text, root, payload) } : NOTHING;
}

/** The documents that a call carries as text or as elements, in whatever is around them, in order: what a server reads. */
export function parametersOf(text: string): readonly { readonly root: XmlElement; readonly xml: string }[] {
  const root = parsed(text);
  const body = root && localName(root) === 'Envelope' ? at(root, 'Body') : undefined;
  if (!root || !body) return [];
  const documents = (element: XmlElement): readonly { root: XmlElement; xml: string }[] => {
    if (/Envio$|^cabecalho$/.test(localName(element))) return [{ root: element, xml: sliceOf(text, root, element) }];
    if (element.children.length > 0) return element.children.flatMap(documents);
    const inner = parsed(element.text);
    return inner ? [{ root: inner, xml: withoutMark(element.text) }] : [];
  };
  return documents(body);
}

function documentIn(text: string): Unwrapped | undefined {
  let here = text;
  for (let escapes = 0; escapes <= MOST_ESCAPES; escapes++) {
    const trimmed = withoutMark(here);
    if (trimmed.startsWith('<')) {
      const root = parsed(trimmed);
      return root && looksLikeAnswer(root) ? { kind: 'payload', root, xml: trimmed } : undefined;
    }
    if (!trimmed.startsWith('&lt;')) return undefined;
    here = unescapedOnce(trimmed);
  }
  return undefined;
}

function fault(element: XmlElement): Unwrapped {
  const text = (...path: readonly string[]) => at(element, ...path)?.text.trim() || undefined;
  return {
    kind: 'fault',
    code: text('faultcode') ?? text('Code', 'Value') ?? 'Fault',
    reason: text('faultstring') ?? text('Reason', 'Text') ?? '',
  };
}

function textCarriers(element: XmlElement): readonly XmlElement[] {
  const own = element.children.length === 0 && /^\s*(?:<|&lt;)/.test(element.text) ? [element] : [];
  return [...own, ...element.children.flatMap(textCarriers)];
}

function find(element: XmlElement, is: (element: XmlElement) => boolean): XmlElement | undefined {
  for (const child of element.children) {
    const found = is(child) ? child : find(child, is);
    if (found) return found;
  }
  return undefined;
}

/** The element's own text in the envelope, with the namespaces that it had from around it. */
function sliceOf(envelope: string, root: XmlElement, element: XmlElement): string {
  const start = envelope.search(new RegExp(`<${escaped(element.name)}[\\s/>]`));
  const closing = `</${element.name}>`;
  const end = envelope.lastIndexOf(closing);
  if (start < 0 || end < start) return '';
  const slice = envelope.slice(start, end + closing.length);
  const inherited = declarationsAbove(root, element).filter(([name]) => !(name in element.attributes));
  const declarations = inherited.map(([name, value]) => ` ${name}="${xmlText(value).replaceAll('"', '&quot;')}"`);
  return slice.replace(`<${element.name}`, `<${element.name}${declarations.join('')}`);
}

function declarationsAbove(root: XmlElement, element: XmlElement): readonly (readonly [string, string])[] {
  const path = pathTo(root, element) ?? [];
  const declared = path.flatMap(({ attributes }) => Object.entries(attributes));
  return [...new Map(declared.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:')))];
}

/** Everything around the element, outermost first. */
function pathTo(root: XmlElement, element: XmlElement): readonly XmlElement[] | undefined {
  if (root === element) return [];
  for (const child of root.children) {
    const below = pathTo(child, element);
    if (below) return [root, ...below];
  }
  return undefined;
}

function parsed(text: string): XmlElement | undefined {
  try {
    return parseXml(withoutMark(text));
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

function withoutMark(text: string): string {
  return text
    .trim()
    .replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)\s*/, '')
    .trim();
}

function withoutDeclaration(xml: string): string {
  return withoutMark(xml).replace(/^<\?xml[^>]*\?>\s*/, '');
}

function unescapedOnce(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

function escaped(name: string): string {
  return name.replace(/[.]/g, '\\.');
}
