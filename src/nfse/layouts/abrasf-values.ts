import { codes, decimal, literals, narrowed, pattern, text, trimmed, type ValueType } from './values.ts';

/**
 * The kinds of value that the ABRASF models 1.00, 2.03 and 2.04 share. Text is compared with its white space collapsed;
 * numbers may have a sign and zeros in front, as XML Schema writes them.
 *
 * @source ABRASF NFS-e 2.04, 2.03 and 1.00, simple types
 */

/** One of a few small numbers. */
export function choices(list: string): ValueType {
  return narrowed(codes(list), { whiteSpace: 'collapse' });
}

/** A whole number, not negative, of so many digits. */
export function counter(digits: number): ValueType {
  return decimal({ fraction: 0, digits, least: 0 });
}

/** A whole number of 32 bits. */
export function integer(digits?: number): ValueType {
  const range = { fraction: 0, least: -2_147_483_648, most: 2_147_483_647 };
  const expected = digits === undefined ? 'um número inteiro' : `um número inteiro de no máximo ${digits} dígitos`;
  return narrowed(decimal(digits === undefined ? range : { ...range, digits }), { expected });
}

export const yesNo = choices('1 2');
export const noteNumber = counter(15);
export const rpsNumber = counter(15);
export const batchNumber = counter(15);
export const rpsSeries = trimmed(1, 5);
export const rpsType = choices('1 2 3');
export const rpsStatus = choices('1 2');
export const specialRegime = choices('1 2 3 4 5 6');
export const batchStatus = choices('1 2 3 4');
export const money = decimal({ digits: 15, fraction: 2, least: 0 });
export const municipality = integer(7);
export const municipalRegistration = trimmed(1, 15);
export const cnae = integer(7);
export const municipalServiceCode = trimmed(1, 20);
export const description = trimmed(1, 2000);
export const cnpj = trimmed(14, 14);
export const cpf = text(11, 11);
export const email = trimmed(1, 80);
export const protocol = narrowed(text(0, 50), {});
export const messageCode = trimmed(1, 4);
export const messageText = trimmed(1, 200);
export const version = narrowed(pattern('[1-9][0-9]?\\.[0-9]{2}', 'uma versão como 2.04'), { whiteSpace: 'collapse' });
/** An attribute, unlike in the national layout never demanded. */
export const tag = text(0, 255);
export const verificationCode = trimmed(1, 9);

export const state = narrowed(
  literals(...'AC AL AM AP BA CE DF ES GO MA MG MS MT PA PB PE PI PR RJ RN RO RR RS SC SE SP TO'.split(' ')),
  { whiteSpace: 'collapse' },
);

/** The services of LC 116 that the model 2 lists: the subitems of each item, of 40, that has more than one. */
const SUBITEMS: Readonly<Record<number, string>> = {
  1: '1-8',
  3: '2-5',
  4: '1-23',
  5: '1-9',
  6: '1-5',
  7: '1-13 16-22',
  8: '1-2',
  9: '1-3',
  10: '1-10',
  11: '1-4',
  12: '1-17',
  13: '2-5',
  14: '1-13',
  15: '1-18',
  17: '1-6 8-24',
  20: '1-3',
  25: '1-4',
};

const twoDigits = (number: number) => String(number).padStart(2, '0');

const LISTED = Array.from({ length: 40 }, (_, place) => place + 1).flatMap((item) =>
  (SUBITEMS[item] ?? '1').split(' ').flatMap((run) => {
    const [first = 1, last = first] = run.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => `${twoDigits(item)}.${twoDigits(first + i)}`);
  }),
);

/** What the law has listed since the model's schema was written. @source LC 157/2016, LC 183/2021 */
export const LISTED_SINCE = ['01.09', '06.06', '11.05', '14.14', '16.02', '17.25', '25.05'];

/** `01.07`, with its zeros: the model's list, and what a vendor has besides. */
export function serviceItemWith(more: readonly string[]): ValueType {
  return narrowed(literals(...LISTED, ...more), { expected: 'um item da lista de serviços como 01.07, com os zeros' });
}

export const serviceItem = serviceItemWith([]);
