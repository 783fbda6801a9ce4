import { type Cents, cents } from '../cents.ts';
import { parseCnpj } from '../cnpj.ts';
import { parseCpf } from '../cpf.ts';
import type { XmlElement } from '../xml.ts';

/** One thing that a schema cannot say, on one kind of element. */
export interface Rule {
  /** The code with which the authority refuses what breaks it, or a name of ours where none is known. */
  readonly code: string;
  /** Where the fault is shown, below the element: `toma/CNPJ`, `@Id`. */
  readonly where: string;
  /**
   * @returns a sentence in Portuguese for the person who has to correct it, or `undefined` where all is well. What the rule
   * looks at may be missing or malformed: the layout complains of that, a rule does not.
   */
  readonly broken: (part: Part) => string | undefined;
}

export interface RuleProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly found?: string;
  /** Where the tag stands: see `positionOf`. */
  readonly at: number;
}

/** An element, looked at by paths of names without prefixes. */
export interface Part {
  readonly element: XmlElement;
  /** The first element at a path. */
  readonly child: (path: string) => Part | undefined;
  readonly has: (path: string) => boolean;
  /** Text at a path, which may end in an attribute. */
  readonly text: (path: string) => string | undefined;
  readonly money: (path: string) => Cents | undefined;
  /** All children of a name. */
  readonly all: (name: string) => readonly Part[];
}

export function part(element: XmlElement): Part {
  const find = (path: string): XmlElement | undefined => {
    let here: XmlElement | undefined = element;
    for (const name of path.split('/')) here = here?.children.find((child) => localName(child) === name);
    return here;
  };
  const text = (path: string): string | undefined => {
    const at = path.indexOf('@');
    if (at < 0) return find(path)?.text;
    const owner = at === 0 ? element : find(path.slice(0, at - 1));
    return owner?.attributes[path.slice(at + 1)];
  };
  return {
    element,
    child: (path) => {
      const found = find(path);
      return found && part(found);
    },
    has: (path) => find(path) !== undefined,
    text,
    money: (path) => amount(text(path)),
    all: (name) => element.children.filter((child) => localName(child) === name).map(part),
  };
}

export function localName(element: XmlElement): string {
  return element.name.slice(element.name.indexOf(':') + 1);
}

/** `10`, `10.00` and `10.5` as centavos; `undefined` for anything else, and for what a double does not hold. */
function amount(text: string | undefined): Cents | undefined {
  const match = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text ?? '');
  return match ? cents(Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))) : undefined;
}

/** Every rule that an element breaks. */
export function brokenRules(rules: readonly Rule[], element: XmlElement, path: string): readonly RuleProblem[] {
  const looked = part(element);
  return rules.flatMap(({ code, where, broken }) => {
    const message = broken(looked);
    if (message === undefined) return [];
    const found = looked.text(where);
    const owner = looked.child(where.replace(/\/?@[\s\S]*/, '')) ?? looked;
    const problem = { path: `${path}/${where}`, code, message, at: owner.element.start };
    return [found === undefined || found === '' ? problem : { ...problem, found }];
  });
}

/** Elements of a name anywhere in a document, each with its path. */
export function everywhere(root: XmlElement, name: string): readonly (readonly [XmlElement, string])[] {
  const found: (readonly [XmlElement, string])[] = [];
  const visit = (element: XmlElement, path: string) => {
    const here = `${path}/${localName(element)}`;
    if (localName(element) === name) found.push([element, here]);
    for (const child of element.children) visit(child, here);
  };
  visit(root, '');
  return found;
}

/** A registration whose check digits have to be right where it is written. */
export function registrationRule(code: string, where: string, kind: 'CNPJ' | 'CPF'): Rule {
  return {
    code,
    where,
    broken: (of) => {
      const given = of.text(where);
      const valid = given === undefined || (kind === 'CNPJ' ? parseCnpj(given) : parseCpf(given)) !== undefined;
      return valid ? undefined : `O ${kind} ${given} não existe: os dígitos verificadores não conferem.`;
    },
  };
}

/** A rule that needs no more than yes or no. */
export function rule(code: string, where: string, isBroken: (part: Part) => boolean, message: string): Rule {
  return { code, where, broken: (of) => (isBroken(of) ? message : undefined) };
}
