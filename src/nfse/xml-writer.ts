import { create, fragment } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';

export type { XMLBuilder };

/**
 * Something that an element contains: a function that appends it to the element under construction.
 *
 * @param namespace of its elements, where they do not say another one; `null` is none
 */
export type XmlContent = (parent: XMLBuilder, namespace: string | null) => void;
type Content = readonly (XmlContent | undefined)[];

/** `<name>text</name>`, or nothing when there is no text: the layouts want an absent element, never an empty one. */
export function leaf(name: string, text: string | number | undefined): XmlContent | undefined {
  if (text === undefined || text === '') return undefined;
  return (parent, namespace) => appendText(appendElement(parent, namespace, name), String(text));
}

/** An element around others, or nothing around nothing. */
export function group(name: string, ...content: Content): XmlContent | undefined {
  return content.some((part) => part !== undefined) ? element(name, {}, ...content) : undefined;
}

/** An element with attributes, whether or not it contains anything. */
export function element(name: string, attributes: Readonly<Record<string, string>>, ...content: Content): XmlContent {
  return (parent, namespace) => {
    const node = appendElement(parent, namespace, name);
    for (const attribute in attributes) setAttribute(node, attribute, attributes[attribute] ?? '');
    for (const part of content) part?.(node, namespace);
  };
}

/** Elements in another namespace than what is around them. The declaration is written where it is needed. */
export function inNamespace(namespace: string | null, ...content: Content): XmlContent {
  return (parent) => {
    for (const part of content) part?.(parent, namespace);
  };
}

export function text(characters: string): XmlContent {
  return (parent) => appendText(parent, characters);
}

/** Text in CDATA sections, as many as it takes. */
export function cdata(characters: string): XmlContent {
  return (parent) => {
    for (const section of characters.split(/(?<=\]\])(?=>)/)) parent.dat(section);
  };
}

/** A processing instruction. */
export function instruction(target: string, data: string): XmlContent {
  return (parent) => {
    parent.ins(target, data);
  };
}

const VERBATIM = 'verbatim';

/**
 * Elements that are text already and keep their bytes: what is stored, or signed. Until the document is text itself, a processing
 * instruction holds their place, so they may not contain the `?>` of one.
 */
export function verbatim(xml: string): XmlContent {
  return instruction(VERBATIM, xml);
}

/** A document without white space of its own, nothing abbreviated, whose text is its own canonical form. */
export function writeXml(root: XmlContent, encoding: 'UTF-8' | 'utf-8' = 'UTF-8'): string {
  const document = create({ encoding });
  root(document, null);
  return serialize(document);
}

/** The same of a part of a document, without an XML declaration. */
export function writeFragment(content: XmlContent): string {
  const part = fragment();
  content(part, null);
  return serialize(part);
}

/** Text as it stands in a document, escaped. */
export function xmlText(characters: string): string {
  return writeFragment(text(characters));
}

/** @param namespace `''` is none, and said so at the root of a document; `null` is none, and not said */
export function appendElement(parent: XMLBuilder, namespace: string | null, name: string): XMLBuilder {
  const element = parent.ele(namespace, name);
  if (namespace === '' && parent.node.parentNode === null) {
    // xmlbuilder2's own `att` would give the element the namespace "", and its children another one.
    (element.node as unknown as { setAttribute(name: string, value: string): void }).setAttribute('xmlns', '');
  }
  return element;
}

/**
 * xmlbuilder2 writes `&name;` and `&#10;` as they are, wherever they come from, and control characters raw. So it is given text whose
 * ampersands are escaped and whose control characters are references already, which {@link serialize} turns into the canonical ones.
 */
const TEXT_REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '\r': '&#13;' };
const ATTRIBUTE_REFERENCES: Readonly<Record<string, string>> = { ...TEXT_REFERENCES, '\t': '&#9;', '\n': '&#10;' };
const CANONICAL_REFERENCES: Readonly<Record<string, string>> = { '9': '&#x9;', '10': '&#xA;', '13': '&#xD;' };

export function appendText(parent: XMLBuilder, characters: string): void {
  parent.txt(characters.replace(/[&\r]/g, (character) => TEXT_REFERENCES[character] ?? ''));
}

export function setAttribute(parent: XMLBuilder, name: string, value: string): void {
  parent.att(
    name,
    value.replace(/[&\t\n\r]/g, (character) => ATTRIBUTE_REFERENCES[character] ?? ''),
  );
}

/** What begins ends, by the text's end at the latest: each beginning is looked at once. */
const UNFINISHED = /(<!\[CDATA\[[\s\S]*?(?:\]\]>|$))|&#(9|10|13);|<\?verbatim(?: ([\s\S]*?))?(?:\?>|$)/g;

/** What {@link appendText}, {@link setAttribute} and the functions above have put together, as text. */
export function serialize(node: XMLBuilder): string {
  return node
    .toString({ allowEmptyTags: true })
    .replace(UNFINISHED, (_, section: string | undefined, reference: string | undefined, xml = '') =>
      reference === undefined ? (section ?? xml) : (CANONICAL_REFERENCES[reference] ?? ''),
    );
}
