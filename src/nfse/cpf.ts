declare const brand: unique symbol;
/** A natural person's registration: 11 digits, without punctuation. */
export type Cpf = string & { readonly [brand]: 'Cpf' };

const SHAPE = /^\d{11}$/;
const ONE_DIGIT_REPEATED = /^(\d)\1{10}$/;

/**
 * Reads a CPF of eleven bare digits.
 *
 * @returns `undefined` for anything else, for wrong check digits, and for eleven equal digits
 */
export function parseCpf(text: unknown): Cpf | undefined {
  if (typeof text !== 'string' || !SHAPE.test(text) || ONE_DIGIT_REPEATED.test(text)) return undefined;
  return text.endsWith(cpfCheckDigits(text.slice(0, 9))) ? (text as Cpf) : undefined;
}

/** The two check digits that belong to the nine digits before them. */
export function cpfCheckDigits(body: string): string {
  const first = checkDigit(body);
  return first + checkDigit(body + first);
}

/** Unlike the CNPJ's, the weights do not wrap at 9: the leftmost digit weighs one more than the number of digits. */
function checkDigit(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i++) sum += Number(body[i]) * (body.length + 1 - i);
  const remainder = sum % 11;
  return remainder < 2 ? '0' : String(11 - remainder);
}
