import type { XmlElement } from '../xml.ts';
import { canStart, firstNamesOf, isOptional, namesOf } from './content-model.ts';
import { attributeNamespace, OUTERMOST, type Resolved, resolve } from './namespaces.ts';
import type { Attribute, ElementParticle, Group, Layout, Particle, Type, Wildcard } from './notation.ts';
import { list, missingMessage, type Problem, type ProblemCode, shown, valueMessage } from './problems.ts';
import { faultOf, type ValueType } from './values.ts';
import { signatureElements, XMLDSIG } from './xmldsig.ts';

/** After so many the rest is left unsaid: the first few are what a person corrects. */
const MOST_PROBLEMS = 100;
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
/** Where a schema is to be found: says nothing about the document. */
const HINT = /(?:^|:)(?:schemaLocation|noNamespaceSchemaLocation)$/;

export interface ValidateOptions {
  /** Namespace to ask for instead of the layout's: city halls give the same messages namespaces of their own. */
  readonly namespace?: string | undefined;
}

/**
 * Holds a document against a layout.
 *
 * @param root as `parseXml` returns it
 * @returns the problems in the order of the document, none where it is of the layout. After a problem the reading goes on
 * where that makes sense, so that a later one may be its consequence; at most a hundred.
 */
export function validate(layout: Layout, root: XmlElement, options: ValidateOptions = {}): readonly Problem[] {
  const namespace = options.namespace ?? layout.namespace;
  const known = resolve(root, OUTERMOST);
  const type = own(layout.roots, known.local);
  const globals = layout.rootsApart ? (type ? { [known.local]: type } : {}) : layout.roots;
  const reading = new Reading(globals, namespace);
  const place = { path: `/${known.local}`, name: known.local, element: root };
  if (!type) {
    const message = `O documento começa com ${known.local}, que não é do leiaute ${layout.name}.`;
    reading.report(place, 'unknown-document', list(Object.keys(layout.roots)), message, known.local);
  } else if (known.namespace !== namespace) {
    reading.report(place, 'wrong-namespace', namespace, namespaceMessage(known.local, namespace), known.namespace);
  } else reading.element(known, type, namespace, place);
  return reading.problems;
}

interface Place {
  readonly path: string;
  readonly name: string;
  readonly element: XmlElement;
}

/** How far the children of one element are read. */
interface Cursor {
  readonly children: readonly Resolved[];
  readonly namespace: string;
  readonly place: Place;
  readonly numbers: Map<string, number>;
  at: number;
}

class Reading {
  readonly problems: Problem[] = [];
  readonly #ids = new Set<string>();
  readonly #globals: ReadonlyMap<string, Readonly<Record<string, Type>>>;

  /** @param globals what is known wherever any element may stand */
  constructor(globals: Readonly<Record<string, Type>>, namespace: string) {
    this.#globals = new Map([
      [namespace, globals],
      [XMLDSIG, signatureElements],
    ]);
  }

  report(place: Place, code: ProblemCode, expected: string, message: string, found?: string): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    const problem = { path: place.path, code, expected, message, at: place.element.start };
    this.problems.push(found === undefined ? problem : { ...problem, found: shown(found) });
  }

  element(of: Resolved, type: Type, around: string, place: Place): void {
    const { attributes, content, value, mixed, namespace = around } = parts(type);
    this.#attributes(of, attributes, place);
    if (value) this.#value(value, of, place);
    else this.#content(of, content, namespace, place, mixed);
  }

  #value(type: ValueType, { element, scope }: Resolved, place: Place): void {
    const child = element.children[0];
    if (!child) {
      this.#text(type, element.text, place);
      return;
    }
    const message = `O campo ${place.name} não pode conter outros elementos.`;
    this.report(below(place, resolve(child, scope)), 'unexpected-element', type.expected, message, child.name);
  }

  #text(type: ValueType, raw: string, place: Place): void {
    const fault = faultOf(type, raw);
    if (fault) this.report(place, fault, type.expected, valueMessage(place.name, type, fault, raw), raw);
    else if (type.form === 'id') this.#id(raw.trim(), type, place);
  }

  #id(id: string, type: ValueType, place: Place): void {
    if (this.#ids.has(id)) {
      const message = `O identificador "${shown(id)}" aparece mais de uma vez no documento.`;
      this.report(place, 'duplicate-id', type.expected, message, id);
    }
    this.#ids.add(id);
  }

  #attributes({ element, scope }: Resolved, allowed: Readonly<Record<string, Attribute>>, place: Place): void {
    for (const [name, value] of Object.entries(element.attributes)) {
      if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
      const attribute = own(allowed, name);
      const at = { ...place, path: `${place.path}/@${name}`, name };
      if (attribute) this.#text(attribute.type, value, at);
      else if (!(HINT.test(name) && attributeNamespace(name, scope) === XSI)) {
        const message = `O elemento ${place.name} não tem o atributo ${shown(name)}.`;
        this.report(at, 'unexpected-attribute', list(Object.keys(allowed)), message, value);
      }
    }
    for (const [name, attribute] of Object.entries(allowed)) {
      if (!attribute.required || element.attributes[name] !== undefined) continue;
      const at = { ...place, path: `${place.path}/@${name}`, name };
      const message = `Falta o atributo obrigatório ${name} em ${place.name}.`;
      this.report(at, 'missing-attribute', attribute.type.expected, message);
    }
  }

  #content(of: Resolved, group: Group | undefined, namespace: string, place: Place, mixed: boolean): void {
    const { text, children } = of.element;
    if (!mixed && /[^ \t\r\n]/.test(text)) {
      const message = `Há um texto solto em ${place.name}, onde só cabem elementos.`;
      this.report(place, 'unexpected-text', group ? list(namesOf(group)) : '', message, text.trim());
    }
    const resolved = children.map((child) => resolve(child, of.scope));
    const cursor: Cursor = { children: resolved, namespace, place, numbers: new Map(), at: 0 };
    if (group) this.#group(group, cursor);
    while (cursor.at < resolved.length) this.#unexpected(group, cursor);
  }

  #particle(particle: Particle, cursor: Cursor): void {
    if (particle.kind === 'element') this.#elements(particle, cursor);
    else if (particle.kind === 'any') this.#anything(particle, cursor);
    else this.#group(particle, cursor);
  }

  #group(group: Group, cursor: Cursor): void {
    for (let round = 0; round < group.most; round++) {
      const before = cursor.at;
      if (round >= group.least && !isNext(group, cursor)) return;
      if (group.kind === 'choice') this.#choice(group, cursor);
      else for (const part of group.parts) this.#particle(part, cursor);
      if (cursor.at === before) return;
    }
  }

  #choice(group: Group, cursor: Cursor): void {
    if (!isNext(group, cursor) && (isOptional(group) || !this.#skipTo(group, cursor))) {
      if (!isOptional(group)) this.#missing(group, cursor);
      return;
    }
    const part = group.parts.find((candidate) => isNext(candidate, cursor));
    if (part) this.#particle(part, cursor);
  }

  #elements(particle: ElementParticle, cursor: Cursor): void {
    for (let round = 0; round < particle.most; round++) {
      if (!isNext(particle, cursor)) {
        if (round >= particle.least) return;
        if (!this.#skipTo(particle, cursor)) {
          this.#missing(particle, cursor);
          return;
        }
      }
      const child = cursor.children[cursor.at++];
      if (child) this.element(child, particle.type, cursor.namespace, numbered(child, cursor, particle.most > 1));
    }
  }

  #anything(particle: Wildcard, cursor: Cursor): void {
    let round = 0;
    for (; round < particle.most && isNext(particle, cursor); round++) {
      const child = cursor.children[cursor.at++];
      if (child) this.#wild(child, particle.known, numbered(child, cursor, false));
    }
    if (round < particle.least) this.#missing(particle, cursor);
  }

  /** Where anything may stand, what is known has to be right all the same. What is not may hold anything in turn. */
  #wild(of: Resolved, onlyKnown: boolean, place: Place): void {
    const type = own(this.#globals.get(of.namespace) ?? {}, of.local);
    if (type) this.element(of, type, of.namespace, place);
    else if (onlyKnown) {
      const message = `O elemento ${shown(of.local)} não é conhecido.`;
      this.report(place, 'unexpected-element', '', message, of.element.name);
    } else {
      for (const element of of.element.children) {
        const child = resolve(element, of.scope);
        this.#wild(child, false, below(place, child));
      }
    }
  }

  /**
   * When what has to come is not next but stands further on among its siblings, what is before it is what is wrong. When it
   * stands nowhere, it is missing, and what is next may still be right.
   */
  #skipTo(particle: Particle, cursor: Cursor): boolean {
    const found = cursor.children.findIndex(
      (child, index) => index > cursor.at && canStart(particle, child, cursor.namespace),
    );
    while (cursor.at < found) this.#unexpected(particle, cursor);
    return found >= 0;
  }

  #missing(particle: Particle, cursor: Cursor): void {
    const names = firstNamesOf(particle);
    const { place, namespace } = cursor;
    const next = cursor.children[cursor.at];
    const at = {
      path: `${place.path}/${names.join('|') || '*'}`,
      name: place.name,
      element: next?.element ?? place.element,
    };
    if (next && names.includes(next.local)) {
      cursor.at++;
      this.report(at, 'wrong-namespace', namespace, namespaceMessage(next.local, namespace), next.namespace);
    } else this.report(at, 'missing-element', list(names), missingMessage(names, place.name), next?.element.name);
  }

  /** Passes over a child that nothing asks for. */
  #unexpected(asked: Particle | undefined, cursor: Cursor): void {
    const child = cursor.children[cursor.at++];
    if (!child || this.problems.length >= MOST_PROBLEMS) return;
    const { namespace, place } = cursor;
    const names = asked ? namesOf(asked) : [];
    const at = numbered(child, cursor, false);
    const known = names.includes(child.local);
    if (known && child.namespace !== namespace) {
      this.report(at, 'wrong-namespace', namespace, namespaceMessage(child.local, namespace), child.namespace);
      return;
    }
    const why = known ? 'está fora de ordem ou repetido' : 'não cabe neste lugar';
    const message = `O elemento ${shown(child.local)} ${why}, em ${place.name}.`;
    this.report(at, 'unexpected-element', list(names), message, child.element.name);
  }
}

function parts(type: Type) {
  if (type.kind === 'complex') return type;
  const plain = { attributes: {}, mixed: false, namespace: undefined };
  return type.kind === 'value'
    ? { ...plain, value: type, content: undefined }
    : { ...plain, value: undefined, content: type };
}

/** The entry under a name that comes from a document, which may well be `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isNext(particle: Particle, cursor: Cursor): boolean {
  return canStart(particle, cursor.children[cursor.at], cursor.namespace);
}

function below(place: Place, child: Resolved): Place {
  return { path: `${place.path}/${child.local}`, name: child.local, element: child.element };
}

/** The place of a child, with its number where it may have siblings of its name. */
function numbered(child: Resolved, cursor: Cursor, repeats: boolean): Place {
  const number = (cursor.numbers.get(child.local) ?? 0) + 1;
  cursor.numbers.set(child.local, number);
  const place = below(cursor.place, child);
  return repeats ? { ...place, path: `${place.path}[${number}]` } : place;
}

function namespaceMessage(local: string, namespace: string): string {
  return `O elemento ${shown(local)} deve estar no namespace ${namespace}.`;
}
