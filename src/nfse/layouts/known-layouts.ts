import type { XmlElement } from '../xml.ts';
import { ABRASF_1_00 } from './abrasf-1-00.ts';
import { ABRASF_2_03 } from './abrasf-2-03.ts';
import { ABRASF_2_04 } from './abrasf-2-04.ts';
import { abrasfRuleProblems } from './abrasf-rules.ts';
import { OUTERMOST, resolve } from './namespaces.ts';
import { NATIONAL_1_01, NATIONAL_1_01_ALPHANUMERIC } from './national.ts';
import { nationalRuleProblems } from './national-rules.ts';
import type { Layout } from './notation.ts';
import type { RuleProblem } from './rules.ts';
import { validate } from './validate.ts';

/** A layout with the rules that go with it. */
export interface KnownLayout {
  readonly layout: Layout;
  readonly rules: (root: XmlElement) => readonly RuleProblem[];
}

const national = (layout: Layout): KnownLayout => ({ layout, rules: nationalRuleProblems });
const abrasf = (layout: Layout): KnownLayout => ({ layout, rules: abrasfRuleProblems });

/** In the order in which they are tried: the current national set before the one that it replaced on 2026-08-10. */
export const KNOWN_LAYOUTS: readonly KnownLayout[] = [
  national(NATIONAL_1_01_ALPHANUMERIC),
  national(NATIONAL_1_01),
  abrasf(ABRASF_2_04),
  abrasf(ABRASF_2_03),
  abrasf(ABRASF_1_00),
];

export function knownLayout(name: string): KnownLayout | undefined {
  return KNOWN_LAYOUTS.find(({ layout }) => layout.name === name);
}

/**
 * The layout that a document is most likely meant to be of. A message does not always say its version, and the same message
 * exists in several: of those that have its root the one with the fewest problems, the first among equals.
 *
 * @returns the namespace too, since city halls give ABRASF's messages their own; `undefined` where no layout has the root
 */
export function likelyLayout(root: XmlElement): (KnownLayout & { readonly namespace: string }) | undefined {
  const { local, namespace } = resolve(root, OUTERMOST);
  const ranked = KNOWN_LAYOUTS.filter(({ layout }) => Object.hasOwn(layout.roots, local)).map((known) => {
    const own = known.rules === nationalRuleProblems ? known.layout.namespace : namespace;
    return { ...known, namespace: own, problems: validate(known.layout, root, { namespace: own }).length };
  });
  return ranked.toSorted((one, other) => one.problems - other.problems)[0];
}
