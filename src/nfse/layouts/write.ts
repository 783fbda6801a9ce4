import { DefectiveDocument, type Unwritable, UnwritableFields, type UnwritableReason } from '../unwritable.ts';
import { appendElement, appendText, setAttribute, writeXml, type XMLBuilder } from '../xml-writer.ts';
import { AsItIs, type Content, Given, Part, type Slot } from './content.ts';
import { isOptional, namesOf } from './content-model.ts';
import type { Attribute, ElementParticle, Group, Particle, Type } from './notation.ts';
import { faultOf, type ValueFault, type ValueType } from './values.ts';

/**
 * Writes a document by walking its layout, so that nothing can be written which the layout does not have: one default namespace,
 * no prefixes, no white space between elements.
 *
 * @param type of the root element
 * @param unsaid members of the emission that the content does not say
 * @throws UnwritableFields naming every member of the emission that the layout refuses
 * @throws DefectiveDocument where it refuses what the service writes by itself
 */
export function writeDocument(
  root: string,
  type: Type,
  namespace: string,
  content: Part,
  unsaid: readonly Unwritable[] = [],
): string {
  const writing = new Writing(namespace);
  const xml = writeXml((document) => writing.element(document, root, type, content, ''));
  // A fault of ours beside one of the client's is often its consequence, and shows again when it is not.
  const refused = [...writing.refused, ...unsaid];
  if (refused.length > 0) throw new UnwritableFields(refused);
  if (writing.defects.length > 0) throw new DefectiveDocument(writing.defects);
  return xml;
}

/** The content of one element while it is written. */
interface Source {
  readonly element: XMLBuilder;
  readonly content: Content;
  readonly from: string;
  readonly path: string;
  /** What nothing in the layout has asked for yet. */
  readonly left: Set<string>;
}

class Writing {
  readonly refused: Unwritable[] = [];
  readonly defects: string[] = [];
  readonly #namespace: string;
  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  element(parent: XMLBuilder, name: string, type: Type, slot: Slot, above: string): void {
    const path = `${above}/${name}`;
    const { kind } = type;
    const value = kind === 'value' ? type : kind === 'complex' ? type.value : undefined;
    const content = kind === 'complex' ? type.content : kind === 'value' ? undefined : type;
    if (value) {
      appendText(appendElement(parent, this.#namespace, name), this.#value(value, slot, path));
      return;
    }
    if (!(slot instanceof Part)) {
      this.defects.push(`${path} holds no elements`);
      return;
    }
    const element = appendElement(parent, this.#namespace, name);
    const source: Source = { element, content: slot.content, from: slot.from, path, left: namesIn(slot.content) };
    if (kind === 'complex') this.#attributes(type.attributes, source);
    if (content) this.#group(content, source);
    if (source.left.size > 0) this.#leftOver(source, content);
  }

  #attributes(attributes: Readonly<Record<string, Attribute>>, source: Source): void {
    for (const name in attributes) {
      const slot = source.content[`@${name}`];
      const attribute = attributes[name];
      if (slot === undefined || !attribute) {
        if (attribute?.required) this.defects.push(`${source.path}/@${name} is missing`);
        continue;
      }
      source.left.delete(`@${name}`);
      setAttribute(source.element, name, this.#value(attribute.type, slot, `${source.path}/@${name}`));
    }
  }

  #value(type: ValueType, slot: Slot, path: string): string {
    if (slot instanceof AsItIs) return slot.text;
    const text = slot instanceof Given ? slot.text : slot;
    if (typeof text !== 'string') {
      this.defects.push(`${path} holds no text`);
      return '';
    }
    const fault = faultOf(type, text);
    if (!fault) return text;
    if (slot instanceof Given) this.#refuse(slot.from, text === '' ? 'empty' : REASONS[fault], type.expected);
    else this.defects.push(`${path} ${fault}`);
    return '';
  }

  #particle(particle: Particle, source: Source): void {
    if (particle.kind === 'element') this.#elements(particle, source);
    else if (particle.kind !== 'any') this.#group(particle, source);
  }

  #group(group: Group, source: Source): void {
    if (group.kind === 'choice') {
      const part = group.parts.find((candidate) => starts(candidate, source.content));
      if (part) this.#particle(part, source);
      else if (!isOptional(group)) this.#missing(group, source);
      return;
    }
    if (group.least === 0 && !group.parts.some((part) => starts(part, source.content))) return;
    for (const part of group.parts) this.#particle(part, source);
  }

  #elements(particle: ElementParticle, source: Source): void {
    const { name, type, least, most } = particle;
    const slot = source.content[name];
    if (slot === undefined) {
      if (least > 0) this.#missing(particle, source);
      return;
    }
    source.left.delete(name);
    if (!Array.isArray(slot)) {
      this.element(source.element, name, type, slot, source.path);
      return;
    }
    if (slot.length > most) this.#refuse(source.from, 'too-long', `no máximo ${most} itens`);
    for (const one of slot as readonly Slot[]) this.element(source.element, name, type, one, source.path);
  }

  #missing(particle: Particle, { from, path }: Source): void {
    if (from === '') this.defects.push(`${path}/${namesOf(particle).join('|')} is missing`);
    else this.#refuse(from, 'missing');
  }

  /** The second of two that exclude each other, or nothing that the layout has here. */
  #leftOver({ content, path, left }: Source, group: Group | undefined): void {
    const known = group ? namesOf(group) : [];
    for (const name of left) {
      const slot = content[name];
      const from = slot instanceof Given || slot instanceof Part ? slot.from : '';
      if (from !== '' && known.includes(name)) this.#refuse(from, 'excluded');
      else this.defects.push(`${path}/${name} is not of the layout`);
    }
  }

  #refuse(field: string, problem: UnwritableReason, expected?: string): void {
    this.refused.push(expected === undefined ? { field, problem } : { field, problem, expected });
  }
}

const REASONS: Readonly<Record<ValueFault, UnwritableReason>> = {
  'not-in-list': 'wrong-format',
  'out-of-range': 'wrong-format',
  'wrong-format': 'wrong-format',
  'too-short': 'too-short',
  'too-long': 'too-long',
};

function namesIn(content: Content): Set<string> {
  const names = new Set<string>();
  for (const name in content) if (content[name] !== undefined) names.add(name);
  return names;
}

/** Whether the content has something of what may come first in a particle. */
function starts(particle: Particle, content: Content): boolean {
  if (particle.kind === 'element') return content[particle.name] !== undefined;
  if (particle.kind === 'any') return false;
  if (particle.kind === 'choice') return particle.parts.some((part) => starts(part, content));
  for (const part of particle.parts) {
    if (starts(part, content)) return true;
    if (part.least > 0) return false;
  }
  return false;
}
