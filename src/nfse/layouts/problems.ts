import type { ValueFault, ValueType } from './values.ts';

/** Why a document is not of its layout. Stable, for programs. */
export type ProblemCode =
  | 'unreadable'
  | 'unknown-document'
  | 'unexpected-element'
  | 'missing-element'
  | 'wrong-namespace'
  | 'unexpected-text'
  | 'unexpected-attribute'
  | 'missing-attribute'
  | 'duplicate-id'
  | ValueFault;

export interface Problem {
  /** `/DPS/infDPS/toma/CNPJ`, `/DPS/infDPS/@Id`; an element that may repeat has its number, `docDedRed[2]`. */
  readonly path: string;
  readonly code: ProblemCode;
  /** What should stand there, in Portuguese, or the names of the elements that may. */
  readonly expected: string;
  /** What does, cut to a length one can show. */
  readonly found?: string;
  /** A sentence for the person who has to correct it. */
  readonly message: string;
  /** Where the tag of the element, or of the one that lacks something, stands: see `positionOf`. */
  readonly at: number;
}

const MOST_SHOWN = 60;

export function shown(text: string): string {
  const characters = [...text];
  return characters.length > MOST_SHOWN ? `${characters.slice(0, MOST_SHOWN - 1).join('')}…` : text;
}

const COMPLAINTS: Readonly<Record<ValueFault, string>> = {
  'not-in-list': 'não é um valor aceito',
  'too-short': 'é curto demais',
  'too-long': 'é longo demais',
  'wrong-format': 'não está no formato do leiaute',
  'out-of-range': 'está fora da faixa aceita',
};

/** The sentence for a value that is not of its type. */
export function valueMessage(name: string, type: ValueType, fault: ValueFault, found: string): string {
  if (found === '') return `O campo ${name} está vazio. Esperado: ${type.expected}.`;
  return `O valor "${shown(found)}" do campo ${name} ${COMPLAINTS[fault]}. Esperado: ${type.expected}.`;
}

export function missingMessage(names: readonly string[], parent: string): string {
  const what = names.length === 1 ? `o campo obrigatório ${names[0]}` : `um dos campos ${list(names)}`;
  return `Falta ${what} em ${parent}.`;
}

/** Names for a sentence, the first few of them. */
export function list(names: readonly string[]): string {
  const most = 8;
  const first = names.slice(0, most);
  if (names.length > most) return `${first.join(', ')}…`;
  return first.length < 2 ? first.join('') : `${first.slice(0, -1).join(', ')} ou ${first.at(-1)}`;
}
