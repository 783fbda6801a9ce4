import type { Issuer } from './dps-id.ts';
import { modulo11Digit } from './modulo-11.ts';
import type { MunicipalityCode } from './municipality.ts';

declare const brand: unique symbol;
/** The name of a note (chave de acesso): 50 characters, the last being the check digit. */
export type AccessKey = string & { readonly [brand]: 'AccessKey' };

export type AccessKeyParts = Issuer & {
  readonly municipalityCode: MunicipalityCode;
  /** 1 the city's own system, 2 the national one. */
  readonly generatedBy: '1' | '2';
  readonly nfseNumber: number;
  /** Year and month of issue, `2611` for November 2026. */
  readonly yearMonth: string;
  /** Nine digits the authority draws. */
  readonly random: string;
};

const SHAPE = /^\d{7}[12](?:1\d{14}|2[0-9A-Z]{12}\d{2})\d{27}$/;

/**
 * Reads an access key, check digit included.
 *
 * @source NFS-e national layout 1.01; that letters count as code − 48 in the digit is inferred from the CNPJ's rule
 */
export function parseAccessKey(text: unknown): AccessKey | undefined {
  return hasAccessKeyShape(text) && modulo11Digit(text.slice(0, 49)) === text[49] ? text : undefined;
}

/**
 * Whether the text could be an access key, its digit unchecked. For keys the authority itself answers: it is the one who
 * knows how the digit comes about, and doubting its note would leave an invoice unsettled for ever.
 */
export function hasAccessKeyShape(text: unknown): text is AccessKey {
  return typeof text === 'string' && SHAPE.test(text);
}

/** Composes a key the way the authority does. */
export function accessKey(parts: AccessKeyParts): AccessKey {
  const registration = 'cpf' in parts ? `1${parts.cpf.padStart(14, '0')}` : `2${parts.companyCnpj}`;
  const number = String(parts.nfseNumber).padStart(13, '0');
  const body = `${parts.municipalityCode}${parts.generatedBy}${registration}${number}${parts.yearMonth}${parts.random}`;
  const key = body + modulo11Digit(body);
  if (!hasAccessKeyShape(key)) throw new RangeError(`${key} is no access key`);
  return key;
}

/** The note's number, as the key carries it: `101`. */
export function nfseNumberOf(key: AccessKey): string {
  return String(Number(key.slice(23, 36)));
}
