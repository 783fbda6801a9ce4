import { CODES_BY_CLASS, CODES_BY_FIELD } from './rejection-codes.ts';
import { EXPLANATIONS, type Explanation } from './rejection-texts.ts';

/**
 * What a code asks for.
 *
 * - LOOKUP: the number is used; fetch the note and compare
 * - IDEMPOTENT: probably done already; read the events
 * - RETRY_LOOKUP: outcome unknown; look up before any resend
 * - BUG: our document is malformed · CONFIG: registration, certificate or municipal parameter
 * - DEADLINE, STATE: term or state of the note forbids it
 * - FIX_DATA: the client corrects · FIX_CLOCK: our time was ahead
 * - NOT_APPLICABLE: raised for notes shared by cities only
 * - RETRY: transient, nothing was done · EMPTY: an empty result, no error
 */
export type RejectionClass = keyof typeof CODES_BY_CLASS;

/**
 * Where an answer carries several codes, the first class here that is present decides: first those under which the note may
 * exist, then refusals, and "try again" only when nothing stands against it.
 */
const PRECEDENCE: readonly RejectionClass[] = [
  'LOOKUP',
  'IDEMPOTENT',
  'RETRY_LOOKUP',
  'BUG',
  'CONFIG',
  'DEADLINE',
  'STATE',
  'FIX_DATA',
  'FIX_CLOCK',
  'NOT_APPLICABLE',
  'RETRY',
  'EMPTY',
];

const SUPPORT = 'Procure o suporte com este código: o pedido não pôde ser processado como está.';
const READ_SOURCE = 'Leia a mensagem da autoridade, corrija o dado indicado e tente novamente.';

const BY_CLASS: Readonly<Record<RejectionClass, Explanation>> = {
  LOOKUP: ['O número desta declaração já foi usado.', 'A nota existente será consultada.'],
  IDEMPOTENT: ['Um evento já registrado impede este.', 'Consulte os eventos da nota no portal nacional.'],
  RETRY_LOOKUP: ['O sistema nacional respondeu com um erro interno.', 'A situação da nota será consultada.'],
  BUG: ['O sistema nacional recusou a forma do documento.', SUPPORT],
  CONFIG: [
    'O cadastro, o certificado ou um parâmetro do município impede a emissão.',
    'Confira o cadastro da empresa e do município com a mensagem da autoridade.',
  ],
  DEADLINE: ['O prazo legal terminou.', 'Procure a prefeitura do município emissor.'],
  STATE: ['A situação da nota não permite esta operação.', 'Consulte os eventos da nota no portal nacional.'],
  FIX_DATA: ['O sistema nacional recusou um dado da nota.', READ_SOURCE],
  FIX_CLOCK: ['A data de emissão está adiante do relógio do sistema nacional.', 'Tente novamente em alguns minutos.'],
  NOT_APPLICABLE: ['O sistema nacional recusou a nota.', SUPPORT],
  RETRY: ['O sistema nacional está temporariamente indisponível.', 'Não é preciso fazer nada: será reenviado.'],
  EMPTY: ['Não há documento.', 'Não é preciso fazer nada.'],
};

const classes = new Map<string, RejectionClass>();
for (const name of PRECEDENCE) for (const code of words(CODES_BY_CLASS[name])) classes.set(code, name);

const fields = new Map<string, string>();
for (const [pointer, codes] of Object.entries(CODES_BY_FIELD))
  for (const code of words(codes)) fields.set(code, pointer);

/** A code as the table writes it: the authority pads and changes case. */
function canonicalCode(code: string): string {
  return code.trim().toUpperCase();
}

/** The class of a code of the catalogue, or `undefined` when the catalogue has no such code. */
export function catalogued(code: string): RejectionClass | undefined {
  return classes.get(canonicalCode(code));
}

/**
 * Which of several codes decides, and how. A code outside the catalogue asks for a correction like most of them do, save the
 * `RNG` family, which reports defects of the document's form.
 *
 * @returns `undefined` without codes
 */
export function decideRejection(
  codes: readonly string[],
): { readonly code: string; readonly class: RejectionClass } | undefined {
  const known = codes.map((given) => {
    const code = canonicalCode(given);
    return { code, class: classes.get(code) ?? (code.startsWith('RNG') ? 'BUG' : 'FIX_DATA') } as const;
  });
  for (const name of PRECEDENCE) {
    const decisive = known.find((one) => one.class === name);
    if (decisive) return decisive;
  }
  return undefined;
}

/** What a user is told of a code: Portuguese, with a JSON pointer into the emission request where one field is to blame. */
export function explainRejection(given: string): { message: string; howToFix: string; field?: string } {
  const code = canonicalCode(given);
  const decided = decideRejection([code])?.class ?? 'FIX_DATA';
  const [message, howToFix] = EXPLANATIONS[code] ?? BY_CLASS[decided];
  const field = fields.get(code);
  return { message, howToFix, ...(field !== undefined && { field }) };
}

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}
