import type { XmlElement } from '../xml.ts';

/** City halls choose prefixes and namespaces as they like: elements are known by their local names alone. */
export function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Whether an element has one of these local names. Case does not count: some cities write `mensagem` for `Mensagem`. */
export function isNamed(element: XmlElement, ...names: readonly string[]): boolean {
  const name = localName(element);
  return names.includes(name) || names.some((one) => one.toLowerCase() === name.toLowerCase());
}

/** The element at a path of local names below this one; where a name repeats, the first. */
export function at(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let here = element;
  for (const name of path) here = here?.children.find((child) => isNamed(child, name));
  return here;
}

/** Every element with one of these local names, however deep, in the document's order; not those inside one of them. */
export function all(element: XmlElement, ...names: readonly string[]): readonly XmlElement[] {
  if (isNamed(element, ...names)) return [element];
  return element.children.flatMap((child) => all(child, ...names));
}

/** Trimmed text of the first element with one of the names that has any; `undefined` when there is none. */
export function textOf(element: XmlElement | undefined, ...names: readonly string[]): string | undefined {
  if (!element) return undefined;
  for (const found of all(element, ...names)) {
    const text = found.text.trim();
    if (text !== '') return text;
  }
  return undefined;
}

/** Whether there is text anywhere in an element: an empty list or wrapper says nothing. */
export function hasContent(element: XmlElement): boolean {
  return element.text.trim() !== '' || element.children.some(hasContent);
}

/** The tree without the elements that `isLeftOut` picks, the root excepted. */
export function without(element: XmlElement, isLeftOut: (element: XmlElement) => boolean): XmlElement {
  const children = element.children.filter((child) => !isLeftOut(child)).map((child) => without(child, isLeftOut));
  return { ...element, children };
}
