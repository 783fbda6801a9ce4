import type { AbrasfLayout } from '../abrasf/operations.ts';
import type { XmlElement } from '../xml.ts';
import { ABRASF_1_00 } from './abrasf-1-00.ts';
import { ABRASF_2_03 } from './abrasf-2-03.ts';
import { ABRASF_2_04 } from './abrasf-2-04.ts';
import { RPS_LAYOUTS } from './abrasf-rps.ts';
import { abrasfRuleProblems } from './abrasf-rules.ts';
import { TAX_REFORM_LAYOUTS } from './abrasf-tax-reform.ts';
import { OUTERMOST, resolve } from './namespaces.ts';
import { NATIONAL_1_01, NATIONAL_1_01_ALPHANUMERIC } from './national.ts';
import { nationalRuleProblems } from './national-rules.ts';
import type { Layout, Type } from './notation.ts';
import type { RuleProblem } from './rules.ts';
import { validate } from './validate.ts';

/** A layout with the rules that go with it. */
export interface KnownLayout {
  readonly layout: Layout;
  readonly rules: (root: XmlElement) => readonly RuleProblem[];
  /**
   * Roots of documents that are stored by themselves and go into a message later, each as the model has it and as vendors do. No
   * official schema has them.
   */
  readonly parts?: Readonly<Record<string, readonly Type[]>>;
}

const national = (layout: Layout): KnownLayout => ({ layout, rules: nationalRuleProblems });
const abrasf = (layout: Layout, version: AbrasfLayout, vendors: readonly Type[] = []): KnownLayout => ({
  layout,
  rules: abrasfRuleProblems,
  parts: { [RPS]: [RPS_LAYOUTS[version], ...vendors] },
});

/** Root of an RPS by itself. */
export const RPS = 'Rps';

/** In the order in which they are tried: the current national set before the one that it replaced on 2026-08-10. */
export const KNOWN_LAYOUTS: readonly KnownLayout[] = [
  national(NATIONAL_1_01_ALPHANUMERIC),
  national(NATIONAL_1_01),
  abrasf(ABRASF_2_04, '2.04', [TAX_REFORM_LAYOUTS.giss]),
  abrasf(ABRASF_2_03, '2.03', [TAX_REFORM_LAYOUTS.webiss, TAX_REFORM_LAYOUTS.tiplan, TAX_REFORM_LAYOUTS.nfecidades]),
  abrasf(ABRASF_1_00, '1.00'),
];

export function knownLayout(name: string): KnownLayout | undefined {
  return KNOWN_LAYOUTS.find(({ layout }) => layout.name === name);
}

/**
 * The layout that a document is most likely meant to be of. A message does not always say its version, and the same message
 * exists in several: of those that have its root the one with the fewest problems, the first among equals.
 *
 * @param known layouts that come into question
 * @returns the namespace too, since city halls give ABRASF's messages their own; `undefined` where no layout has the root
 */
export function likelyLayout(
  root: XmlElement,
  known: readonly KnownLayout[] = KNOWN_LAYOUTS,
): (KnownLayout & { readonly namespace: string }) | undefined {
  const { local, namespace } = resolve(root, OUTERMOST);
  const ranked = known.flatMap((one) =>
    layoutsOf(one, local).map((layout) => {
      const own = one.rules === nationalRuleProblems ? layout.namespace : namespace;
      return { ...one, layout, namespace: own, problems: validate(layout, root, { namespace: own }).length };
    }),
  );
  return ranked.toSorted((one, other) => one.problems - other.problems)[0];
}

/** The layouts of documents with this root: none, the layout itself, or one for each form that a part of its messages has. */
function layoutsOf({ layout, parts = {} }: KnownLayout, root: string): readonly Layout[] {
  if (Object.hasOwn(layout.roots, root)) return [layout];
  return (parts[root] ?? []).map((type) => ({ ...layout, roots: { ...layout.roots, [root]: type } }));
}
