import { normalizeLineEnds, parseXml, type XmlElement, XmlError } from '../xml.ts';
import { xmlText } from '../xml-writer.ts';

/** A document as far as it is XML, whatever mark or blanks are before it. */
export function parsedXml(text: string): XmlElement | undefined {
  try {
    return parseXml(withoutMark(text));
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

export function withoutMark(text: string): string {
  return text
    .trim()
    .replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF)\s*/, '')
    .trim();
}

/** The element's own text in its document, with the namespaces that it had from around it. @param root of the document, as parsed */
export function sliceOf(document: string, root: XmlElement, element: XmlElement): string {
  const slice = normalizeLineEnds(withoutMark(document)).slice(element.start, element.end);
  const inherited = declarationsAbove(root, element).filter(([name]) => !(name in element.attributes));
  const declarations = inherited.map(([name, value]) => ` ${name}="${xmlText(value).replaceAll('"', '&quot;')}"`);
  return slice.replace(/^<[^\s/>]+/, (start) => `${start}${declarations.join('')}`);
}

function declarationsAbove(root: XmlElement, element: XmlElement): readonly (readonly [string, string])[] {
  const path = pathTo(root, element) ?? [];
  const declared = path.flatMap(({ attributes }) => Object.entries(attributes));
  return [...new Map(declared.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:')))];
}

/** Everything around the element, outermost first. */
function pathTo(root: XmlElement, element: XmlElement): readonly XmlElement[] | undefined {
  if (root === element) return [];
  for (const child of root.children) {
    const below = pathTo(child, element);
    if (below) return [root, ...below];
  }
  return undefined;
}
