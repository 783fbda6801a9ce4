import type { ValueType } from './values.ts';

/**
 * How a layout is written down. Elements stand in a record, in the order in which the document has them; a mark behind the
 * name says how often:
 *
 *     seq({ tpAmb: codes('1 2'), 'subst?': replacement }, choice({ CNPJ: cnpj, CPF: cpf }), { 'fone{0,3}': digits(6, 20) })
 *
 * No mark is once, `?` at most once, `*` any number, `+` at least once, `{2,99}` from 2 to 99 times.
 */
export type Elements = { readonly [nameAndOccurrence: string]: Type };

/** What a vendor has at the end of parts of a declaration that are otherwise ABRASF's. */
export interface VendorElements {
  readonly values?: Elements;
  readonly service?: Elements;
  readonly declaration?: Elements;
  /** Of the intermediary besides document and name. */
  readonly intermediary?: Elements;
  /** `ItemListaServico`, where the vendor has another list than the model. */
  readonly serviceItem?: ValueType;
}

/** What an element may hold: a value; elements; or either of them with attributes. */
export type Type = ValueType | Group | Complex;

export interface Complex {
  readonly kind: 'complex';
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly content: Group | undefined;
  /** For an element that has text instead of elements. */
  readonly value: ValueType | undefined;
  /** Text may stand between the elements. */
  readonly mixed: boolean;
  /** Where elements of this type, and all below them, leave the namespace of the layout. */
  readonly namespace: string | undefined;
}

export interface Attribute {
  readonly type: ValueType;
  readonly required: boolean;
}

interface Occurrence {
  readonly least: number;
  readonly most: number;
}

export interface ElementParticle extends Occurrence {
  readonly kind: 'element';
  readonly name: string;
  readonly type: Type;
}

/** Any element of any namespace, or of any but the one around it. */
export interface Wildcard extends Occurrence {
  readonly kind: 'any';
  readonly namespaces: 'any' | 'other';
  /** An element nobody has described is let through only where this is false. */
  readonly known: boolean;
}

export interface Group extends Occurrence {
  readonly kind: 'sequence' | 'choice';
  readonly parts: readonly Particle[];
}

export type Particle = ElementParticle | Wildcard | Group;

/** The documents of one version of one protocol. */
export interface Layout {
  /** `nacional-1.01` */
  readonly name: string;
  readonly namespace: string;
  /** What a document may start with. */
  readonly roots: Readonly<Record<string, Type>>;
  /**
   * Whether each root has a schema of its own, which does not know the others. It matters where any element may stand: one
   * that the schema knows has to be right there, and where the schema asks for one it knows, another is refused.
   */
  readonly rootsApart: boolean;
}

/** Its parts, one after the other. */
export function seq(...parts: readonly (Elements | Particle)[]): Group {
  return { kind: 'sequence', parts: parts.flatMap(particles), least: 1, most: 1 };
}

/** One of its parts. */
export function choice(...parts: readonly (Elements | Particle)[]): Group {
  return { kind: 'choice', parts: parts.flatMap(particles), least: 1, most: 1 };
}

/** The same group, so many times. */
export function times(least: number, most: number, group: Group): Group {
  return { ...group, least, most };
}

export function any(namespaces: Wildcard['namespaces'], least: number, most: number, known = false): Wildcard {
  return { kind: 'any', namespaces, known, least, most };
}

/**
 * A type with attributes. A name with `?` is an attribute that may be left out.
 *
 * @param of what stands between the tags
 */
export function attributed(
  attributes: Readonly<Record<string, ValueType>>,
  of?: Group | ValueType,
  more: { readonly mixed?: boolean; readonly namespace?: string } = {},
): Complex {
  const table: Record<string, Attribute> = {};
  for (const [name, type] of Object.entries(attributes)) {
    table[name.replace('?', '')] = { type, required: !name.endsWith('?') };
  }
  return {
    kind: 'complex',
    attributes: table,
    content: of?.kind === 'value' ? undefined : of,
    value: of?.kind === 'value' ? of : undefined,
    mixed: more.mixed ?? false,
    namespace: more.namespace,
  };
}

const KINDS: ReadonlySet<unknown> = new Set(['element', 'any', 'sequence', 'choice']);

/** An element of the fiscal layouts called `kind` would be taken for a particle; there is none. */
function particles(part: Elements | Particle): readonly Particle[] {
  if (KINDS.has(part.kind)) return [part as Particle];
  return Object.entries(part as Elements).map(([key, type]) => ({ kind: 'element', ...occurrence(key), type }));
}

const MARKS: Readonly<Record<string, readonly [number, number]>> = {
  '?': [0, 1],
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
};

function occurrence(key: string): { name: string; least: number; most: number } {
  const match = /^([\p{L}\d_-]+)([?*+]|\{(\d+),(\d+)\})?$/u.exec(key);
  if (!match) throw new RangeError(`"${key}" is no element of a layout`);
  const [, name = '', mark = '', from, to] = match;
  const [least, most] = from === undefined ? (MARKS[mark] ?? [1, 1]) : [Number(from), Number(to)];
  return { name, least, most };
}
