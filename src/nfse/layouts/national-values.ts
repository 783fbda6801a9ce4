import { codes, decimal, digits, narrowed, pattern, text, type ValueType } from './values.ts';

/**
 * The kinds of value of the national layout 1.01. Where the official pattern is looser than its prose (a comma for the sign
 * of an offset, digits of other scripts) it is written as it is: what the layout lets through, the rules have to catch.
 *
 * @source NFS-e national layout 1.01 (2026-02-09), simple types
 */

const LATIN = '[!-ÿ](?:[ -ÿ]*[!-ÿ])?';
const NOT_BLANK = '[\\s\\S]*[^ \\t\\r\\n][\\s\\S]*';

/** Printable Latin-1 in one line, no blank at either end. */
export function latin(least: number, most: number): ValueType {
  const expected = `um texto de ${least} a ${most} caracteres latinos, em uma linha, sem espaço no início nem no fim`;
  return narrowed(text(least, most), { expected }, LATIN);
}

const LEAP_DAY = '20(?:[02468][048]|[13579][26])-02-29';
const DAY = `(?:${LEAP_DAY}|20[0-9][0-9]-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\p{Nd}|2[0-8])|(?:0[13578]|1[02])-31|(?:0[1,3-9]|1[0-2])-(?:29|30)))`;
const TIME = '(?:2[0-3]|[01]\\p{Nd}):[0-5]\\p{Nd}:[0-5]\\p{Nd}';

export const date = pattern(DAY, 'uma data AAAA-MM-DD');
export const dateTime = pattern(
  `${DAY}T${TIME}(?:[-,+](?:0[0-9]|10|11):00|\\+12:00)`,
  'uma data e hora AAAA-MM-DDThh:mm:ss com fuso, como -03:00',
);

export const money = pattern('0|0\\.[0-9]{2}|[1-9][0-9]{0,14}(?:\\.[0-9]{2})?', 'um valor como 1500.00, sem sinal');
/** `0` to `9.99`, in percent. */
export const percent1 = pattern('[0-9](?:\\.[0-9]{2})?', 'um percentual como 5.00, com um dígito antes do ponto');
export const percent2 = pattern('0|0\\.[0-9]{2}|[1-9][0-9]?(?:\\.[0-9]{2})?', 'um percentual como 13.45');
export const percent3 = pattern('0|0\\.[0-9]{2}|[1-9][0-9]{0,2}(?:\\.[0-9]{2})?', 'um percentual como 13.45');

export const layoutVersion = codes('1.00 1.01');
export const environment = codes('1 2');
export const softwareVersion = latin(1, 20);
export const cpf = digits(11);
export const caepf = digits(14);
export const foreignNumber = text(1, 40);
export const noForeignNumber = codes('0 1 2');
export const municipalRegistration = text(1, 15);
export const name = text(1, 300);
export const municipality = digits(7);
export const country = pattern('[A-Z]{2}', 'um país em duas letras maiúsculas');
export const postalCode = digits(8);
export const phone = digits(6, 20);
export const email = latin(1, 80);
export const yesNo = codes('0 1');
export const reason = latin(15, 255);
export const replacementReason = codes('01 02 03 04 05 99');
export const propertyRegistration = text(1, 30);
const lines = text(1, 2000);

/** A number that does not start with zero. */
export function counted(most: number): ValueType {
  return pattern(`[1-9][0-9]{0,${most - 1}}`, `um número de 1 a ${most} dígitos, sem zero à esquerda`);
}

/** What the revision for alphanumeric CNPJs changes. */
export interface Revision {
  readonly cnpj: ValueType;
  readonly dpsId: ValueType;
  readonly nfseId: ValueType;
  readonly eventRequestId: ValueType;
  readonly eventId: ValueType;
  /** An event, named by its id without prefix. */
  readonly eventNumber: ValueType;
  readonly accessKey: ValueType;
  /** Key of an NF-e, goods. */
  readonly goodsKey: ValueType;
  readonly dateTime: ValueType;
  readonly series: ValueType;
  readonly municipalServiceCode: ValueType;
  /** The description of the service: the only text that may have line feeds, and any character. */
  readonly lines: ValueType;
}

/** Layout 1.01 as of 2026-02-09. */
export const NUMERIC: Revision = {
  cnpj: digits(14),
  dpsId: pattern('DPS[0-9]{42}', 'DPS seguido de 42 dígitos'),
  nfseId: pattern('NFS[0-9]{50}', 'NFS seguido de 50 dígitos'),
  eventRequestId: pattern('PRE[0-9]{56}', 'PRE seguido de 56 dígitos'),
  eventId: pattern('EVT[0-9]{59}', 'EVT seguido de 59 dígitos'),
  eventNumber: digits(59),
  accessKey: digits(50),
  goodsKey: digits(44),
  dateTime,
  series: narrowed(pattern('0{0,4}\\p{Nd}{1,5}', 'uma série de 1 a 5 dígitos'), { length: [1, 5] }),
  municipalServiceCode: digits(3),
  lines,
};

const REGISTRATION = '(?:1[0-9]{14}|2[0-9A-Z]{14})';

/**
 * The revision for alphanumeric CNPJs. The access key has its letters six characters into the key, where the registration
 * starts at the ninth: the official type is wrong there and is written as it is, since it is what the authority checks with.
 */
export const ALPHANUMERIC: Revision = {
  cnpj: pattern('[0-9A-Z]{14}', '14 dígitos ou letras maiúsculas'),
  dpsId: pattern(`DPS[0-9]{7}${REGISTRATION}[0-9]{20}`, 'DPS seguido de 42 dígitos ou letras do CNPJ'),
  nfseId: pattern('NFS[0-9]{9}[0-9A-Z]{14}[0-9]{27}', 'NFS seguido de uma chave de acesso'),
  eventRequestId: pattern(`PRE[0-9]{8}${REGISTRATION}[0-9]{33}`, 'PRE seguido da chave e do código do evento'),
  eventId: pattern(`EVT[0-9]{8}${REGISTRATION}[0-9]{36}`, 'EVT seguido da chave, do código e da sequência do evento'),
  eventNumber: pattern(`[0-9]{8}${REGISTRATION}[0-9]{33}`, 'a chave, o código e a sequência do evento'),
  accessKey: pattern('[0-9]{6}[0-9A-Z]{14}[0-9]{30}', 'uma chave de acesso de 50 caracteres'),
  goodsKey: pattern('[0-9]{6}[0-9A-Z]{14}[0-9]{24}', 'uma chave de NF-e de 44 caracteres'),
  dateTime: pattern(
    `${DAY.replace('[1,3-9]', '[13-9]')}T${TIME}(?:[-+](?:0[0-9]|10|11):00|\\+12:00)`,
    dateTime.expected,
  ),
  series: pattern('[0-9]{1,4}|[0-8][0-9]{4}', 'uma série de 0 a 89999'),
  municipalServiceCode: decimal({ fraction: 0, digits: 10, least: -2_147_483_648, most: 2_147_483_647 }),
  lines: narrowed(lines, {}, NOT_BLANK),
};
