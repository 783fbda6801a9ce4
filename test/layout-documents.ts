import fc from 'fast-check';
import type { Group, Layout, Particle, Type } from '../src/nfse/layouts/notation.ts';
import { faultOf, type ValueType } from '../src/nfse/layouts/values.ts';

/** A document on its way to being written. `namespace` is written where it is not that of the parent. */
export interface DraftElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Draft[];
}
export type Draft = DraftElement | { readonly text: string } | { readonly raw: string };

/** Documents of a layout, driven by the layout itself: whatever it allows comes up. */
export function documentsOf(layout: Layout, root: string): fc.Arbitrary<DraftElement> {
  const type = layout.roots[root];
  if (!type) throw new RangeError(`${layout.name} has no ${root}`);
  const known = new Map<string, Map<Type, fc.Arbitrary<DraftElement>>>();

  const element = (name: string, of: Type, around: string): fc.Arbitrary<DraftElement> => {
    const namespace = of.kind === 'complex' ? (of.namespace ?? around) : around;
    const key = `${namespace} ${name}`;
    const sameName = known.get(key) ?? new Map<Type, fc.Arbitrary<DraftElement>>();
    known.set(key, sameName);
    const before = sameName.get(of);
    if (before) return before;
    const made = fc
      .tuple(attributes(of), children(of, namespace))
      .map(([given, inside]) => ({ name, namespace, attributes: given, children: inside }));
    sameName.set(of, made);
    return made;
  };
  const children = (of: Type, namespace: string): fc.Arbitrary<readonly Draft[]> => {
    const value = of.kind === 'value' ? of : of.kind === 'complex' ? of.value : undefined;
    if (value) return valuesOf(value).map((text) => [{ text }]);
    const content = of.kind === 'complex' ? of.content : (of as Group);
    return content ? particle(content, namespace) : fc.constant([]);
  };
  const particle = (of: Particle, namespace: string): fc.Arbitrary<readonly Draft[]> => {
    if (of.kind === 'any') return of.known ? fc.constant([]) : times(of, fc.constant([FOREIGN]));
    if (of.kind === 'element')
      return times(
        of,
        element(of.name, of.type, namespace).map((made) => [made]),
      );
    const parts = of.parts.map((part) => particle(part, namespace));
    const once = of.kind === 'choice' ? fc.oneof(...parts) : fc.tuple(...parts).map((all) => all.flat());
    return times(of, once);
  };
  return element(root, type, layout.namespace).map((document) => withUniqueIds(document, { count: 0 }));
}

/** Stands for an identifier that no other element of the document has. */
const UNIQUE = 'id';

function withUniqueIds(of: DraftElement, ids: { count: number }): DraftElement {
  const attributes = of.attributes.Id === UNIQUE ? { ...of.attributes, Id: `${UNIQUE}${++ids.count}` } : of.attributes;
  const children = of.children.map((child) => ('name' in child ? withUniqueIds(child, ids) : child));
  return { ...of, attributes, children };
}

const FOREIGN: DraftElement = {
  name: 'Extra',
  namespace: 'urn:example:extra',
  attributes: { a: '1' },
  children: [{ text: 'x' }],
};

function times(
  { least, most }: { least: number; most: number },
  once: fc.Arbitrary<readonly Draft[]>,
): fc.Arbitrary<readonly Draft[]> {
  if (least === 1 && most === 1) return once;
  const few = Math.min(most, least + 2);
  return fc.array(once, { minLength: least, maxLength: few, size: 'max' }).map((all) => all.flat());
}

function attributes(of: Type): fc.Arbitrary<Readonly<Record<string, string>>> {
  if (of.kind !== 'complex') return fc.constant({});
  const model: Record<string, fc.Arbitrary<string>> = {};
  for (const [name, { type }] of Object.entries(of.attributes)) model[name] = valuesOf(type);
  const required = Object.keys(of.attributes).filter((name) => of.attributes[name]?.required);
  return fc.record(model, { requiredKeys: required });
}

const CHARACTERS = [...'abcXYZ0129 -./&<>"\'ãéÇÿ'];
const WIDE_CHARACTERS = [...CHARACTERS, '–', '€', '\n', '𝄞'];
/** What XML has no room for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to leave out
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/u;
const MEMORY = new WeakMap<ValueType, fc.Arbitrary<string>>();

/** Values of a type, its borders among them. */
export function valuesOf(type: ValueType): fc.Arbitrary<string> {
  const before = MEMORY.get(type);
  if (before) return before;
  const made = candidates(type).filter((value) => !UNWRITABLE.test(value) && faultOf(type, value) === undefined);
  MEMORY.set(type, made);
  return made;
}

function candidates(type: ValueType): fc.Arbitrary<string> {
  if (type.oneOf) return fc.constantFrom(...type.oneOf);
  if (type.form) return formed(type.form);
  if (type.number) return numbers(type.number.digits ?? 9, type.number.fraction ?? 3);
  const matching = type.patterns.map((pattern) =>
    fc.stringMatching(new RegExp(pattern.source.replaceAll('\\p{Nd}', '[0-9]'))),
  );
  const { length } = type;
  if (!length) return matching.length > 0 ? fc.oneof(...matching) : fc.constantFrom('x', 'texto', '');
  const [least, most] = length;
  const sizes = [least, Math.min(least + 7, most), Math.min(40, most), most];
  const sized = fc.constantFrom(...sizes).chain((size) => sizedText(type, size));
  return fc.oneof(...matching, { arbitrary: sized, weight: 3 });
}

function sizedText(type: ValueType, size: number): fc.Arbitrary<string> {
  const alphabet = type.patterns.length === 0 && type.whiteSpace === 'preserve' ? WIDE_CHARACTERS : CHARACTERS;
  // A few characters over and over: as long as is wanted, without a draw for each of two thousand.
  return fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 8 }).map((some) => {
    const body = Array.from({ length: Math.max(0, size - 2) }, (_, i) => some[i % some.length]).join('');
    return size < 2 ? 'a'.repeat(size) : `a${body}z`;
  });
}

function numbers(digits: number, fraction: number): fc.Arbitrary<string> {
  const whole = '9'.repeat(digits - fraction);
  return fc.oneof(
    fc.constantFrom('0', '1', '-0', '+1', '007', ' 5 ', whole, fraction > 0 ? `${whole}.${'9'.repeat(fraction)}` : '3'),
    fc.nat(9_999_999).map((n) => (fraction > 0 ? (n / 10 ** fraction).toFixed(fraction) : String(n))),
    fc.nat(9_999).map(String),
  );
}

function formed(form: NonNullable<ValueType['form']>): fc.Arbitrary<string> {
  switch (form) {
    case 'date':
      return fc.constantFrom('2026-11-10', '2024-02-29', '2026-12-31', '2026-01-01Z', '2026-01-31-03:00');
    case 'dateTime':
      return fc.constantFrom('2026-11-10T09:30:00', '2026-11-10T23:59:59.999', '2026-02-28T00:00:00-03:00');
    case 'base64':
      return fc.constantFrom('AQID', 'AQ==', 'AQI=', ' AQ ID ', '', 'AQIDBAUGBwgJCg==');
    case 'uri':
      return fc.constantFrom('', '#a1', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1', 'urn:x:y', '../a?b=c%20d');
    case 'id':
      return fc.constant(UNIQUE);
  }
}

/** The document as text. */
export function written(of: DraftElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${elementText(of, '')}`;
}

function elementText(of: DraftElement, around: string): string {
  const declared = of.namespace === around ? '' : ` xmlns="${of.namespace}"`;
  const attributes = Object.entries(of.attributes).map(([name, value]) => ` ${name}="${escaped(value)}"`);
  const inside = of.children.map((child) =>
    'text' in child ? escaped(child.text) : 'raw' in child ? child.raw : elementText(child, of.namespace),
  );
  const open = `<${of.name}${declared}${attributes.join('')}`;
  return inside.length > 0 ? `${open}>${inside.join('')}</${of.name}>` : `${open}/>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}
