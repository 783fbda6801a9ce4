import type { XmlElement } from '../xml.ts';

/** City halls choose prefixes and namespaces as they like: elements are known by their local names alone. */
export function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The element at a path of local names below this one; where a name repeats, the first. */
export function at(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element;
  for (const name of path) here = here?.children.find((child) => localName(child) === name);
  return here;
}

/** Every element with one of these local names, however deep, in the document's order; not those inside one of them. */
export function all(element: XmlElement, ...names: readonly string[]): readonly XmlElement[] {
  if (names.includes(localName(element))) return [element];
  return element.children.flatMap((child) => all(child, ...names));
}

/** Trimmed text of the first element with one of the names; `undefined` when there is none or it is empty. */
export function textOf(element: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  if (!element) return undefined;
  for (const found of all(element, ...names)) {
    const text = found.text.trim();
    if (text !== '') return text;
  }
  return undefined;
}
