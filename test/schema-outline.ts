import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Group, Particle, Type } from '../src/nfse/layouts/notation.ts';
import { part } from '../src/nfse/layouts/rules.ts';
import type { ValueType } from '../src/nfse/layouts/values.ts';
import { parseXml, type XmlElement } from '../src/nfse/xml.ts';

/**
 * An element as an official schema and a layout both can be told: what stands in it, in which order, how often. Patterns are
 * left out, since the same set of words has many; they are compared by their words.
 */
export interface Outline {
  readonly attributes: Readonly<Record<string, boolean>>;
  readonly mixed: boolean;
  readonly content: ContentOutline | ValueOutline | undefined;
}

export type ContentOutline =
  | { readonly kind: 'element'; readonly name: string; readonly least: number; readonly most: number }
  | { readonly kind: 'any'; readonly least: number; readonly most: number }
  | {
      readonly kind: 'sequence' | 'choice';
      readonly least: number;
      readonly most: number;
      readonly parts: readonly ContentOutline[];
    };

export interface ValueOutline {
  readonly kind: 'value';
  readonly oneOf: readonly string[] | undefined;
  readonly length: readonly [number, number] | undefined;
  readonly digits: number | undefined;
  readonly fraction: number | undefined;
}

/** The parts of a schema set by name, prefixes gone. */
export interface SchemaSet {
  readonly elements: ReadonlyMap<string, XmlElement>;
  readonly types: ReadonlyMap<string, XmlElement>;
}

export function readSchemaSet(folder: string): SchemaSet {
  const [elements, types] = [new Map<string, XmlElement>(), new Map<string, XmlElement>()];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.xsd'))) {
    const text = readFileSync(join(folder, name), 'utf8').replace(/<!DOCTYPE[^[>]*(\[[\s\S]*?\])?\s*>/, '');
    for (const child of parseXml(text).children) {
      const into = local(child) === 'element' ? elements : types;
      if (child.attributes.name !== undefined) into.set(child.attributes.name, child);
    }
  }
  return { elements, types };
}

/** Both descriptions of an element, ready to be compared, and the elements below it. */
export interface Pair {
  readonly path: string;
  readonly declared: XmlElement;
  readonly described: Type;
}

/** The declaration's own type, wherever it is written. */
export function declaredType(set: SchemaSet, declaration: XmlElement): XmlElement | string {
  const { ref, type } = declaration.attributes;
  if (ref !== undefined) return declaredType(set, found(set.elements, ref));
  if (type !== undefined) return set.types.get(unprefixed(type)) ?? unprefixed(type);
  return found(new Map(declaration.children.map((child) => [local(child), child])), 'complexType', 'simpleType');
}

export function outlineOfDeclared(set: SchemaSet, declaration: XmlElement): Outline {
  const type = declaredType(set, declaration);
  if (typeof type === 'string' || local(type) === 'simpleType') {
    return { attributes: {}, mixed: false, content: valueOutline(facetsOf(set, type)) };
  }
  const extension = part(type).child('simpleContent/extension');
  const attributes: Record<string, boolean> = {};
  for (const { element } of (extension ?? part(type)).all('attribute')) {
    attributes[element.attributes.name ?? ''] = element.attributes.use === 'required';
  }
  if (extension) {
    const base = unprefixed(extension.element.attributes.base ?? '');
    return { attributes, mixed: false, content: valueOutline(facetsOf(set, set.types.get(base) ?? base)) };
  }
  const group = type.children.find((child) => ['sequence', 'choice'].includes(local(child)));
  return { attributes, mixed: type.attributes.mixed === 'true', content: group && plain(declaredContent(group)) };
}

function declaredContent(group: XmlElement): ContentOutline {
  const { minOccurs = '1', maxOccurs = '1', name, ref } = group.attributes;
  const many = maxOccurs === 'unbounded' ? Number.POSITIVE_INFINITY : Number(maxOccurs);
  const occurrence = { least: Number(minOccurs), most: many };
  const kind = local(group);
  if (kind === 'element') return { kind, name: name ?? unprefixed(ref ?? ''), ...occurrence };
  if (kind === 'any') return { kind, ...occurrence };
  const parts = group.children.filter((child) => local(child) !== 'annotation').map(declaredContent);
  return { kind: kind as 'sequence', ...occurrence, parts };
}

export function outlineOfDescribed(type: Type): Outline {
  if (type.kind === 'value') return { attributes: {}, mixed: false, content: described(type) };
  if (type.kind !== 'complex') return { attributes: {}, mixed: false, content: plain(describedContent(type)) };
  const attributes = Object.fromEntries(
    Object.entries(type.attributes).map(([name, { required }]) => [name, required] as const),
  );
  const content = type.value ? described(type.value) : type.content && plain(describedContent(type.content));
  return { attributes, mixed: type.mixed, content };
}

function describedContent(particle: Particle): ContentOutline {
  const { kind, least, most } = particle;
  if (kind === 'element') return { kind, name: particle.name, least, most };
  if (kind === 'any') return { kind, least, most };
  return { kind, least, most, parts: particle.parts.map(describedContent) };
}

/** The same content said the shortest way: a group of one part is that part, a sequence in a sequence is one sequence. */
function plain(content: ContentOutline): ContentOutline {
  if (content.kind === 'element' || content.kind === 'any') return content;
  const parts = content.parts.map(plain).flatMap((of) => {
    const merges = of.kind === content.kind && of.least === 1 && of.most === 1;
    return merges && 'parts' in of ? of.parts : [of];
  });
  const [only] = parts;
  if (parts.length === 1 && only && content.least === 1 && content.most === 1) return only;
  if (parts.length === 1 && only && only.least === 1 && only.most === 1) {
    return { ...only, least: content.least, most: content.most };
  }
  return { ...content, parts };
}

/** Declarations and descriptions of the children, paired by name. */
export function childrenOf({ path, declared, described: type }: Pair, set: SchemaSet): readonly Pair[] {
  const own = declaredType(set, declared);
  const declarations = typeof own === 'string' ? [] : declarationsIn(own);
  const group = type.kind === 'complex' ? type.content : type.kind === 'value' ? undefined : type;
  const types = new Map(group ? typesIn(group) : []);
  return declarations.flatMap((child) => {
    const name = child.attributes.name ?? unprefixed(child.attributes.ref ?? '');
    const found = types.get(name);
    return found ? [{ path: `${path}/${name}`, declared: child, described: found }] : [];
  });
}

function declarationsIn(group: XmlElement): readonly XmlElement[] {
  return group.children.flatMap((child) => (local(child) === 'element' ? [child] : declarationsIn(child)));
}

function typesIn(group: Group): readonly (readonly [string, Type])[] {
  return group.parts.flatMap((of) => {
    if (of.kind === 'element') return [[of.name, of.type] as const];
    return of.kind === 'any' ? [] : typesIn(of);
  });
}

/** The facets of a simple type and of those it is made from. */
export interface Facets {
  readonly enumeration: readonly string[];
  readonly pattern: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly totalDigits?: number;
  readonly fractionDigits?: number;
  readonly base: string;
}

export function facetsOf(set: SchemaSet, type: XmlElement | string): Facets {
  if (typeof type === 'string') return { enumeration: [], pattern: [], base: type };
  const restriction = found(new Map(type.children.map((child) => [local(child), child])), 'restriction');
  const base = unprefixed(restriction.attributes.base ?? '');
  const below = facetsOf(set, set.types.get(base) ?? base);
  const all = (name: string) =>
    part(restriction)
      .all(name)
      .map(({ text }) => text('@value') ?? '');
  const number = (name: string) => {
    const [value] = all(name);
    return value === undefined ? {} : { [name]: Number(value) };
  };
  const [length] = all('length').map(Number);
  return {
    ...below,
    ...number('minLength'),
    ...number('maxLength'),
    ...(length !== undefined && { minLength: length, maxLength: length }),
    ...number('totalDigits'),
    ...number('fractionDigits'),
    enumeration: all('enumeration').length > 0 ? all('enumeration') : below.enumeration,
    pattern: [...below.pattern, ...all('pattern')],
  };
}

const INTEGERS = ['int', 'integer', 'byte', 'nonNegativeInteger'];

/** A pattern fixes the length more exactly than a facet beside it, and a list of codes may be written as a pattern. */
function valueOutline(facets: Facets): ValueOutline {
  const { enumeration, pattern, minLength, maxLength, totalDigits, fractionDigits, base } = facets;
  const listed =
    enumeration.length > 0
      ? enumeration
      : pattern.filter((of) => /^[\d.\\]+(\|[\d.\\]+)+$/.test(of)).flatMap((of) => of.replaceAll('\\', '').split('|'));
  const free = listed.length === 0;
  const bounded = free && maxLength !== undefined && !fixesLength(pattern);
  return {
    kind: 'value',
    oneOf: free ? undefined : listed.toSorted(),
    length: bounded ? [minLength ?? 0, maxLength] : undefined,
    digits: free ? totalDigits : undefined,
    fraction: free ? (fractionDigits ?? (INTEGERS.includes(base) ? 0 : undefined)) : undefined,
  };
}

function described({ oneOf, length, number, patterns }: ValueType): ValueOutline {
  const fixed = fixesLength(patterns.map(({ source }) => source));
  return {
    kind: 'value',
    oneOf: oneOf?.toSorted(),
    length: fixed ? undefined : length,
    digits: number?.digits,
    fraction: number?.fraction,
  };
}

/** Whether one of the patterns has nothing unbounded in it, so that its words say how long they may be. */
function fixesLength(patterns: readonly string[]): boolean {
  return patterns.some((source) => !/[*+](?![\])])|\{\d+,\}/.test(source.replace(/\[[^\]]*\]/g, 'x')));
}

function found(map: ReadonlyMap<string, XmlElement>, ...names: readonly string[]): XmlElement {
  for (const name of names) {
    const element = map.get(unprefixed(name));
    if (element) return element;
  }
  throw new RangeError(`The schema has no ${names.join(' nor ')}`);
}

function local(element: XmlElement): string {
  return unprefixed(element.name);
}

function unprefixed(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
