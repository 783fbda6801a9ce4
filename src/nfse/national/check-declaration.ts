import { NATIONAL_1_01, NATIONAL_1_01_ALPHANUMERIC } from '../layouts/national.ts';
import { emissionPointer } from '../layouts/national-pointers.ts';
import { REMEDIES } from '../layouts/national-remedies.ts';
import { nationalRuleProblems } from '../layouts/national-rules.ts';
import type { Problem } from '../layouts/problems.ts';
import type { RuleProblem } from '../layouts/rules.ts';
import { validate } from '../layouts/validate.ts';
import { parseXml } from '../xml.ts';
import { DefectiveDeclaration, RefusedDeclaration, type RefusedField } from './refused-declaration.ts';

/**
 * Holds a declaration, signed or not yet, against the layout and the rules that follow from the document itself.
 *
 * What the client can mend goes first: a fault of ours beside it is often its consequence (the id is made of other fields), and
 * shows again when it is not.
 *
 * @param xml as `buildDps` returns it
 * @param revision the layout's revision: with letters in a CNPJ, or without
 * @throws RefusedDeclaration naming every field to change
 * @throws DefectiveDeclaration where there is nothing that the client could change
 */
export function checkDeclaration(xml: string, revision: { readonly alphanumericCnpj: boolean }): void {
  const root = parseXml(xml);
  const layout = revision.alphanumericCnpj ? NATIONAL_1_01_ALPHANUMERIC : NATIONAL_1_01;
  const misfits = validate(layout, root);
  const broken = nationalRuleProblems(root);
  if (misfits.length === 0 && broken.length === 0) return;
  const fields = [
    ...misfits.map((problem) => ofLayout(problem, emissionPointer(problem.path, root))),
    ...broken.map((problem) => ofRule(problem, emissionPointer(problem.path, root))),
  ].filter((found) => found !== undefined);
  if (fields.length === 0) throw new DefectiveDeclaration([...misfits, ...broken]);
  throw new RefusedDeclaration(fields);
}

function ofLayout({ code, message, expected }: Problem, pointer: string | undefined): RefusedField | undefined {
  return pointer === undefined
    ? undefined
    : { pointer, code: `layout-${code}`, message, howToFix: remedyFor(code, expected) };
}

function remedyFor(code: Problem['code'], expected: string): string {
  if (code === 'missing-element') return 'Informe este campo.';
  if (code === 'unexpected-element') return 'Retire este campo, ou o outro que o exclui.';
  return `Informe ${expected}.`;
}

function ofRule({ code, message }: RuleProblem, pointer: string | undefined): RefusedField | undefined {
  const howToFix = Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined;
  return pointer === undefined || howToFix === undefined ? undefined : { pointer, code, message, howToFix };
}
