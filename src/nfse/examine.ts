import { parseAccessKey } from './access-key.ts';
import { cnpjCheckDigits, parseCnpj } from './cnpj.ts';
import { cpfCheckDigits, parseCpf } from './cpf.ts';
import { parseDpsId } from './dps-id.ts';
import { modulo11Digit } from './modulo-11.ts';
import { isMunicipality, municipalityCheckDigit } from './municipality-table.ts';

export const EXAMINED_KINDS = ['cpf', 'cnpj', 'access-key', 'dps-id', 'municipality'] as const;
export type ExaminedKind = (typeof EXAMINED_KINDS)[number];

/** What a support person learns of a number: whether it is right, how it is written, and if not, why not. */
export interface Examination {
  readonly kind: ExaminedKind;
  /** As it was given. */
  readonly value: string;
  readonly valid: boolean;
  /** As documents write it, where it is valid. */
  readonly canonical?: string;
  /** The check digit or digits that belong to the rest of it, where the rest has the right form. */
  readonly checkDigit?: string;
  /** In Portuguese, where it is not valid. */
  readonly reason?: string;
}

type Finding = Omit<Examination, 'kind' | 'value'>;

const EXAMINERS: Readonly<Record<ExaminedKind, (bare: string) => Finding>> = {
  cpf: (bare) => {
    if (!/^\d{11}$/.test(bare)) return wrong(lengthOr(bare, 11, 'um CPF só tem dígitos'));
    const checkDigit = cpfCheckDigits(bare.slice(0, 9));
    if (parseCpf(bare)) return right(bare, checkDigit);
    return bare.endsWith(checkDigit)
      ? wrong('onze dígitos iguais nunca são um CPF', checkDigit)
      : wrong(`os dígitos verificadores são ${bare.slice(9)} e deveriam ser ${checkDigit}`, checkDigit);
  },

  cnpj: (bare) => {
    if (!/^[0-9A-Z]{12}\d{2}$/.test(bare)) {
      return wrong(lengthOr(bare, 14, 'um CNPJ tem 12 letras ou dígitos e, no fim, 2 dígitos'));
    }
    const checkDigit = cnpjCheckDigits(bare.slice(0, 12));
    if (parseCnpj(bare)) return right(bare, checkDigit);
    return bare.endsWith(checkDigit)
      ? wrong('catorze dígitos iguais nunca são um CNPJ', checkDigit)
      : wrong(`os dígitos verificadores são ${bare.slice(12)} e deveriam ser ${checkDigit}`, checkDigit);
  },

  'access-key': (given) => {
    const bare = given.replace(/^NFS/, '');
    if (bare.length !== 50) return wrong(lengthOr(bare, 50, ''));
    const form = /^(\d{7})([12])(?:1000(\d{11})|2([0-9A-Z]{12}\d{2}))(\d{13})(\d{2})(\d{2})\d{10}$/.exec(bare);
    if (!form)
      return wrong('a composição não é a de uma chave: município, ambiente, tipo, inscrição, número, mês, código');
    const [, municipality = '', , cpf, cnpj, number, , month] = form;
    const checkDigit = modulo11Digit(bare.slice(0, 49));
    const reason =
      (isMunicipality(municipality) ? undefined : `o município ${municipality} não existe`) ??
      registrationFault(cpf, cnpj) ??
      (Number(number) > 0 ? undefined : 'o número da nota é zero') ??
      (Number(month) >= 1 && Number(month) <= 12 ? undefined : `o mês ${month} não existe`);
    if (reason) return wrong(reason, checkDigit);
    return parseAccessKey(bare)
      ? right(bare, checkDigit)
      : wrong(`o dígito verificador é ${bare[49]} e deveria ser ${checkDigit}`, checkDigit);
  },

  'dps-id': (bare) => {
    if (bare.length !== 45) return wrong(lengthOr(bare, 45, ''));
    const form = /^DPS(\d{7})(?:1000(\d{11})|2([0-9A-Z]{12}\d{2}))\d{5}(\d{15})$/.exec(bare);
    if (!form) return wrong('a composição não é a de um identificador: DPS, município, tipo, inscrição, série, número');
    const [, municipality = '', cpf, cnpj, number] = form;
    const reason =
      (isMunicipality(municipality) ? undefined : `o município ${municipality} não existe`) ??
      registrationFault(cpf, cnpj) ??
      (Number(number) > 0 ? undefined : 'o número da DPS é zero');
    return reason === undefined && parseDpsId(bare) ? right(bare) : wrong(reason ?? 'o identificador não existe');
  },

  municipality: (bare) => {
    if (!/^\d{7}$/.test(bare)) return wrong(lengthOr(bare, 7, 'um código de município só tem dígitos'));
    // Nine codes have another digit than the rule gives, so a digit that is off is a hint and never the reason.
    const checkDigit = municipalityCheckDigit(bare.slice(0, 6));
    return isMunicipality(bare) ? right(bare, checkDigit) : wrong('o código não está na tabela do IBGE', checkDigit);
  },
};

/**
 * Examines a number as a person typed it: punctuation and blanks are left out, letters count as capitals.
 *
 * @param value anything; long text is refused, not searched
 */
export function examine(kind: ExaminedKind, value: string): Examination {
  const bare = value
    .slice(0, 200)
    .replace(/[\s./-]/g, '')
    .toUpperCase();
  return { kind, value, ...EXAMINERS[kind](bare) };
}

function registrationFault(cpf: string | undefined, cnpj: string | undefined): string | undefined {
  if (cpf !== undefined) return parseCpf(cpf) ? undefined : `o CPF ${cpf} não é válido`;
  return parseCnpj(cnpj) ? undefined : `o CNPJ ${cnpj} não é válido`;
}

function right(canonical: string, checkDigit?: string): Finding {
  return { valid: true, canonical, ...(checkDigit !== undefined && { checkDigit }) };
}

function wrong(reason: string, checkDigit?: string): Finding {
  return { valid: false, ...(checkDigit !== undefined && { checkDigit }), reason };
}

function lengthOr(bare: string, length: number, form: string): string {
  return bare.length === length ? form : `tem ${bare.length} caracteres e deveria ter ${length}`;
}
