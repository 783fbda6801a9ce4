import { type XmlElement, XmlError } from '../xml.ts';

/** How a tree becomes bytes. Exclusive leaves out what the element itself does not use of its ancestors' namespaces. */
export interface Canonicalization {
  readonly exclusive: boolean;
  readonly comments: boolean;
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

/** Documents of the family get by with four. */
const MAX_PREFIXES = 64;

/** Canonical XML has to fail on relative namespaces, whose meaning would depend on where the document lies. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Prefix to namespace; the empty prefix is the default namespace, the empty namespace is none. */
type Scope = ReadonlyMap<string, string>;

/**
 * The canonical form of one element in its document: no DTD and no processing instructions, as {@link parseXml} reads them.
 *
 * @param path the element, after all its ancestors from the root down: their namespaces and `xml:` attributes count
 * @param options.without an element left out with all it holds: the signature of an enveloped-signature transform
 * @param options.maxCharacters how long the result may get: exclusive canonicalisation can repeat a long namespace everywhere
 * @throws XmlError for a prefix that is not declared, for an attribute given twice under two prefixes, and beyond the limit
 * @source W3C Canonical XML 1.0 (2001-03-15) and Exclusive XML Canonicalization 1.0 (2002-07-18)
 */
export function canonicalForm(
  path: readonly XmlElement[],
  canonicalization: Canonicalization,
  options: { readonly without?: XmlElement; readonly maxCharacters?: number } = {},
): string {
  const element = path.at(-1);
  if (!element) throw new RangeError('Nothing to write');
  const inherited: Record<string, string> = Object.create(null);
  for (const ancestor of path.slice(0, -1)) {
    for (const [name, value] of Object.entries(ancestor.attributes)) {
      if (name.startsWith('xml:') && !canonicalization.exclusive) inherited[name] = value;
    }
  }
  const out: Out = { ...canonicalization, ...options, text: '' };
  write(out, element, scopeOf(path.slice(0, -1)), new Map(), inherited);
  return out.text;
}

interface Out extends Canonicalization {
  readonly without?: XmlElement;
  readonly maxCharacters?: number;
  text: string;
}

/**
 * @param outer the namespaces in scope around the element
 * @param written those that stand in the result around it
 * @param inherited the `xml:` attributes of the ancestors, for the outermost element alone
 */
function write(
  out: Out,
  element: XmlElement,
  outer: Scope,
  written: Scope,
  inherited?: Readonly<Record<string, string>>,
): void {
  const scope = within(outer, element);
  const attributes = orderedAttributes(element, scope, inherited);
  const used = [element.name, ...attributes.map(({ name }) => name).filter((name) => name.includes(':'))].map(prefixOf);
  for (const prefix of used) namespaceOf(prefix, scope, element);
  // Inside, an element that declares nothing is in the very scope that its parent has written.
  const every = inherited || scope !== outer ? [...scope.keys(), ''] : [];
  const declarations = [...new Set(out.exclusive ? used : every)]
    .filter((prefix) => prefix !== 'xml' && (scope.get(prefix) ?? '') !== (written.get(prefix) ?? ''))
    .sort(compare)
    .map((prefix) => [prefix, scope.get(prefix) ?? ''] as const);
  const inside: Scope = declarations.length === 0 ? written : new Map([...written, ...declarations]);

  out.text += `<${element.name}`;
  for (const [prefix, uri] of declarations) out.text += ` xmlns${prefix && `:${prefix}`}="${escapeAttribute(uri)}"`;
  for (const { name, value } of attributes) out.text += ` ${name}="${escapeAttribute(value)}"`;
  out.text += '>';
  for (const node of element.content) {
    if (typeof node === 'string') out.text += escapeText(node);
    else if ('comment' in node) out.text += out.comments ? `<!--${node.comment}-->` : '';
    else if (node !== out.without) write(out, node, scope, inside);
  }
  out.text += `</${element.name}>`;
  if (out.maxCharacters !== undefined && out.text.length > out.maxCharacters) {
    throw new XmlError('The canonical form is too long', element.start);
  }
}

function orderedAttributes(element: XmlElement, scope: Scope, inherited: Readonly<Record<string, string>> = {}) {
  const attributes = Object.entries({ ...inherited, ...element.attributes })
    .filter(([name]) => !isDeclaration(name))
    .map(([name, value]) => ({ name, value, key: expanded(name, scope, element) }));
  if (attributes.length > 1) attributes.sort((a, b) => compare(a.key, b.key));
  const twice = attributes.find(({ key }, i) => key === attributes[i - 1]?.key);
  if (twice) throw new XmlError(`The attribute ${twice.name} is given twice`, element.start);
  return attributes;
}

function scopeOf(path: readonly XmlElement[]): Scope {
  return path.reduce(within, new Map([['xml', XML_NAMESPACE]]));
}

/** The namespaces in scope inside an element. */
function within(outer: Scope, element: XmlElement): Scope {
  const declared = Object.entries(element.attributes).filter(([name]) => isDeclaration(name));
  if (declared.length === 0) return outer;
  const scope = new Map(outer);
  for (const [name, uri] of declared) {
    const prefix = name.slice('xmlns:'.length);
    const reserved = prefix === 'xmlns' || (prefix === 'xml') !== (uri === XML_NAMESPACE);
    if (reserved || (prefix !== '' && uri === '')) {
      throw new XmlError(`The namespace of ${prefix} cannot be declared so`, element.start);
    }
    if (uri !== '' && !ABSOLUTE.test(uri)) throw new XmlError('A namespace is relative', element.start);
    scope.set(prefix, uri);
  }
  if (scope.size > MAX_PREFIXES) throw new XmlError('There are too many namespaces in scope', element.start);
  return scope;
}

function isDeclaration(name: string): boolean {
  return name === 'xmlns' || name.startsWith('xmlns:');
}

function prefixOf(name: string): string {
  return name.includes(':') ? name.slice(0, name.indexOf(':')) : '';
}

function namespaceOf(prefix: string, scope: Scope, element: XmlElement): string {
  const uri = scope.get(prefix) ?? (prefix === '' ? '' : undefined);
  if (uri === undefined) throw new XmlError(`The prefix ${prefix} is not declared`, element.start);
  return uri;
}

/** What attributes are ordered by: namespace, then local name. NUL, which XML lacks, sorts before everything. */
function expanded(name: string, scope: Scope, element: XmlElement): string {
  const prefix = prefixOf(name);
  if (prefix === '') return `\u0000${name}`;
  return `${namespaceOf(prefix, scope, element)}\u0000${name.slice(prefix.length + 1)}`;
}

/** By code point, which is the order of the bytes in UTF-8 but not that of JavaScript's strings. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const TEXT_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' };
const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] ?? character);
}

function escapeAttribute(value: string): string {
  return value.replace(/[&<"\t\n\r]/g, (character) => ATTRIBUTE_ESCAPES[character] ?? character);
}

/**
 * The namespace and local name of an element, resolved in its document.
 *
 * @param path the element, after all its ancestors from the root down
 */
export function qualifiedName(path: readonly XmlElement[]): { readonly namespace: string; readonly localName: string } {
  const element = path.at(-1);
  if (!element) throw new RangeError('Nothing to name');
  const prefix = prefixOf(element.name);
  return {
    namespace: namespaceOf(prefix, scopeOf(path), element),
    localName: prefix === '' ? element.name : element.name.slice(prefix.length + 1),
  };
}
