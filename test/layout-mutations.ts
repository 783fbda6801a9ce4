import type { Draft, DraftElement } from './layout-documents.ts';

/** A change to one place of a document, by numbers that fast-check draws: the same numbers, the same change. */
export interface Mutation {
  readonly kind: MutationKind;
  /** Which element, in the order of the document, modulo their number. */
  readonly where: number;
  /** Which of the ways to do it, modulo their number. */
  readonly how: number;
}

type Change = (of: DraftElement, how: number, document: DraftElement) => readonly Draft[];

const pick = <T>(from: readonly T[], how: number): T => from[how % from.length] as T;
const isElement = (draft: Draft): draft is DraftElement => 'name' in draft;
const textOf = (of: DraftElement) => of.children.map((child) => ('text' in child ? child.text : '')).join('');
const withText = (of: DraftElement, text: string): DraftElement => ({ ...of, children: [{ text }] });
const isLeaf = (of: DraftElement) => !of.children.some(isElement);
const insert = (of: DraftElement, how: number, ...added: readonly Draft[]): DraftElement => {
  const at = how % (of.children.length + 1);
  return { ...of, children: [...of.children.slice(0, at), ...added, ...of.children.slice(at)] };
};

const VALUES: readonly ((value: string) => string)[] = [
  () => '',
  () => '0',
  () => '00',
  () => '1',
  () => '3',
  () => '99',
  () => '-1',
  () => '+5',
  () => '010.00',
  () => '10.0',
  () => '0.001',
  () => '1.10000',
  () => '.5',
  () => '5.',
  () => '1e3',
  () => '1,50',
  () => '999999999999999',
  () => '9999999999999999',
  () => '2147483648',
  () => '999999999999999.99',
  () => '9999999999999.99',
  () => 'abc',
  () => 'ABCDEFGHIJKLMN',
  () => '2026-02-29',
  () => '2024-02-29',
  () => '2026-0,-29',
  () => '2026-11-31',
  () => '2026-11-10T24:00:00',
  () => '2026-11-10T10:00:00Z',
  () => '2026-11-10T10:00:00-03:00',
  () => '2026-11-10T10:00:00,03:00',
  () => '2026-11-10T10:00:00-03:30',
  () => '2026-11-10T10:00:60',
  () => '01.07',
  () => '1.07',
  () => '05',
  () => 'SP',
  () => 'sp',
  () => '–',
  () => 'ÿ',
  () => 'Ā',
  () => '\t',
  () => '𝄞',
  (value) => `${value}${value}`,
  (value) => value.slice(0, -1),
  (value) => value.slice(1),
  (value) => `${value}0`,
  (value) => `${value}x`,
  (value) => `0${value}`,
  (value) => ` ${value}`,
  (value) => `${value} `,
  (value) => `${value}\n`,
  (value) => ` \t${value}\n `,
  (value) => value.replace(/\d/, 'A'),
  (value) => value.replace(/\d/, 'a'),
  (value) => value.replace(/\d/, '٣'),
  (value) => value.replace('.', ','),
  (value) => value.toLowerCase(),
  (value) => value.toUpperCase(),
  (value) => `${value.slice(0, 1)}  ${value.slice(1)}`,
  (value) => 'a'.repeat([...value].length),
  (value) => '7'.repeat([...value].length),
  ...[1, 4, 5, 9, 15, 20, 30, 40, 60, 80, 150, 255, 300, 600, 2000].flatMap((size) => [
    () => 'x'.repeat(size),
    () => 'é'.repeat(size + 1),
    () => '5'.repeat(size),
  ]),
];

const ATTRIBUTES: readonly (readonly [name: string, value: string])[] = [
  ['versao', '1.01'],
  ['versao', '2.04'],
  ['Id', 'a1'],
  ['id', 'a1'],
  ['extra', ''],
  ['xml:lang', 'pt'],
];

const NAMESPACES = [
  '',
  'urn:example:other',
  'http://www.w3.org/2000/09/xmldsig#',
  'http://www.sped.fazenda.gov.br/nfse',
];
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

const CHANGES = {
  drop: () => [],
  duplicate: (of) => [of, of],
  rename: (of, how, document) => {
    const names = allElements(document).map(({ name }) => name);
    const ways = [pick(names, how >> 3), `${of.name}x`, of.name.toLowerCase(), of.name.toUpperCase(), 'a.b-c'];
    return [{ ...of, name: pick(ways, how) }];
  },
  'swap children': (of, how) => {
    const at = how % Math.max(1, of.children.length - 1);
    const [one, two] = of.children.slice(at, at + 2);
    if (!one || !two) return [of];
    return [{ ...of, children: [...of.children.slice(0, at), two, one, ...of.children.slice(at + 2)] }];
  },
  'reverse children': (of) => [{ ...of, children: of.children.toReversed() }],
  'take in another element': (of, how, document) => [insert(of, how, pick(allElements(document), how >> 3))],
  'take in an unknown element': (of, how) => [insert(of, how, { ...of, name: 'Outro', children: [] })],
  'stand in another place': (of, how, document) => [pick(allElements(document), how), of],
  'change a value': (of, how) => (isLeaf(of) ? [withText(of, pick(VALUES, how)(textOf(of)))] : [of]),
  'take another value': (of, how, document) => {
    const leaves = allElements(document).filter(isLeaf);
    return isLeaf(of) ? [withText(of, textOf(pick(leaves, how)))] : [of];
  },
  'change the namespace': (of, how) => [{ ...of, namespace: pick(NAMESPACES, how) }],
  'change the namespace of all below': (of, how) => [inNamespace(of, pick(NAMESPACES, how))],
  'add an attribute': (of, how) => {
    const [name, value] = pick(ATTRIBUTES, how);
    return [{ ...of, attributes: { ...of.attributes, [name]: value } }];
  },
  'drop an attribute': (of, how) => {
    const gone = pick(Object.keys(of.attributes), how);
    return [{ ...of, attributes: Object.fromEntries(Object.entries(of.attributes).filter(([name]) => name !== gone)) }];
  },
  'change an attribute': (of, how) => {
    const name = pick(Object.keys(of.attributes), how >> 6);
    if (name === undefined) return [of];
    return [{ ...of, attributes: { ...of.attributes, [name]: pick(VALUES, how)(of.attributes[name] ?? '') } }];
  },
  'say where the schema is': (of) => [
    { ...of, attributes: { ...of.attributes, 'xmlns:xsi': XSI.slice(11, -1), 'xsi:schemaLocation': 'urn:a a.xsd' } },
  ],
  'add white space': (of, how) => [insert(of, how, { raw: pick(['\n  ', ' ', '\t', '&#10;'], how >> 3) })],
  'add text': (of, how) => [insert(of, how, { text: pick(['x', ' . ', '0', '\u00A0'], how >> 3) })],
  'add a comment': (of, how) => [insert(of, how, { raw: '<!-- um comentário -->' })],
  'write as CDATA': (of) => {
    const text = textOf(of);
    return isLeaf(of) && text !== '' && !text.includes(']]>') && !text.includes('\r')
      ? [{ ...of, children: [{ raw: `<![CDATA[${text}]]>` }] }]
      : [of];
  },
} satisfies Record<string, Change>;

export type MutationKind = keyof typeof CHANGES;
export const MUTATION_KINDS = Object.keys(CHANGES) as readonly MutationKind[];

/** The document with one change. The root stays, whatever happens in it. */
export function mutated(document: DraftElement, { kind, where, how }: Mutation): DraftElement {
  const elements = allElements(document);
  const target = pick(elements, where);
  const change: Change = CHANGES[kind];
  const result = replaced(document, target, (of) => change(of, how, document));
  const root = result.find(isElement);
  return root && result.length === 1 ? root : document;
}

function replaced(
  of: DraftElement,
  target: DraftElement,
  change: (of: DraftElement) => readonly Draft[],
): readonly Draft[] {
  // The same subtree may stand in several places of a generated document: all of them change.
  if (of === target) return change(of);
  const children = of.children.flatMap((child) => (isElement(child) ? replaced(child, target, change) : [child]));
  return [{ ...of, children }];
}

function allElements(of: DraftElement): readonly DraftElement[] {
  return [of, ...of.children.filter(isElement).flatMap(allElements)];
}

function inNamespace(of: DraftElement, namespace: string): DraftElement {
  const children = of.children.map((child) => (isElement(child) ? inNamespace(child, namespace) : child));
  return { ...of, namespace, children };
}
