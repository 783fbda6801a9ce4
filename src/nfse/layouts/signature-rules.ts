import type { XmlElement } from '../xml.ts';
import { everywhere, localName, part, type RuleProblem } from './rules.ts';

/** A reference to nothing, or to more than one thing, is how signed content is swapped for other content. */
export function signatureProblems(root: XmlElement): readonly RuleProblem[] {
  const ids = new Map<string, number>();
  countIds(root, ids);
  const problems: RuleProblem[] = [];
  for (const [element, path] of everywhere(root, 'Reference')) {
    const uri = part(element).text('@URI') ?? '';
    const count = uri.startsWith('#') ? (ids.get(uri.slice(1)) ?? 0) : 0;
    if (uri === '' || count === 1) continue;
    const why = count === 0 ? 'não existe no documento' : `aparece ${count} vezes no documento`;
    const message = `A assinatura se refere a "${uri}", identificador que ${why}.`;
    problems.push({ path: `${path}/@URI`, code: 'signature-reference', message, found: uri, at: element.start });
  }
  return problems;
}

function countIds(element: XmlElement, ids: Map<string, number>): void {
  const { Id } = element.attributes;
  // What is inside a signature has names of its own, which no document refers to.
  if (localName(element) === 'Signature') return;
  if (Id !== undefined) ids.set(Id, (ids.get(Id) ?? 0) + 1);
  for (const child of element.children) countIds(child, ids);
}
