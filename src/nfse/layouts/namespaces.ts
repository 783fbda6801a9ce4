import type { XmlElement } from '../xml.ts';

/** An element whose name is taken apart and whose namespace is known. */
export interface Resolved {
  readonly element: XmlElement;
  readonly local: string;
  readonly namespace: string;
  /** Prefixes in force here; the empty one is the default namespace. */
  readonly scope: ReadonlyMap<string, string>;
}

/** What a name with a prefix that nobody declared is taken to be of. No layout has it. */
const UNDECLARED = 'about:undeclared';
const XML = 'http://www.w3.org/XML/1998/namespace';
export const OUTERMOST: ReadonlyMap<string, string> = new Map([
  ['', ''],
  ['xml', XML],
]);

/** @param around the prefixes in force in the element's parent */
export function resolve(element: XmlElement, around: ReadonlyMap<string, string>): Resolved {
  let scope = around;
  for (const [name, value] of Object.entries(element.attributes)) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    if (scope === around) scope = new Map(around);
    (scope as Map<string, string>).set(name.slice('xmlns:'.length), value);
  }
  const colon = element.name.indexOf(':');
  const prefix = colon < 0 ? '' : element.name.slice(0, colon);
  return { element, local: element.name.slice(colon + 1), namespace: scope.get(prefix) ?? UNDECLARED, scope };
}

/** The namespace of an attribute; one without prefix has none. */
export function attributeNamespace(name: string, scope: ReadonlyMap<string, string>): string {
  const colon = name.indexOf(':');
  return colon < 0 ? '' : (scope.get(name.slice(0, colon)) ?? UNDECLARED);
}
