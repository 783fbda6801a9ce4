import { type Cnpj, parseCnpj } from './cnpj.ts';
import { type Cpf, parseCpf } from './cpf.ts';
import { type MunicipalityCode, parseMunicipalityCode } from './municipality.ts';

declare const brand: unique symbol;
/** The name of a declaration (DPS): 45 characters. The authority issues one note for each, ever. */
export type DpsId = string & { readonly [brand]: 'DpsId' };

/** Who declares: a company, or a natural person. */
export type Issuer = { readonly companyCnpj: Cnpj } | { readonly cpf: Cpf };

export type DpsIdParts = Issuer & {
  readonly municipalityCode: MunicipalityCode;
  /** One to five digits, without leading zeros. */
  readonly series: string;
  /** 1 to 999 999 999 999 999. */
  readonly number: number;
};

const SHAPE = /^DPS(\d{7})(?:1000(\d{11})|2([0-9A-Z]{12}\d{2}))(\d{5})(\d{15})$/;

/**
 * `DPS`, issuing municipality (7), kind of registration (1 CPF, 2 CNPJ), registration (14), series (5), number (15).
 *
 * @throws RangeError when series or number do not fit: numbers are given out by us, so this is a defect
 * @source NFS-e national layout 1.01, TSIdDPS
 */
export function dpsId(parts: DpsIdParts): DpsId {
  const { series, number } = parts;
  if (!/^\d{1,5}$/.test(series)) throw new RangeError(`"${series}" is no series`);
  if (!Number.isSafeInteger(number) || number < 1 || number > 999_999_999_999_999) {
    throw new RangeError(`${number} is no DPS number`);
  }
  const registration = 'cpf' in parts ? `1${parts.cpf.padStart(14, '0')}` : `2${parts.companyCnpj}`;
  return `DPS${parts.municipalityCode}${registration}${series.padStart(5, '0')}${String(number).padStart(15, '0')}` as DpsId;
}

/** Takes a DPS id apart, or `undefined` when the text is none (wrong check digits included). */
export function parseDpsId(text: unknown): (DpsIdParts & { readonly id: DpsId }) | undefined {
  const match = typeof text === 'string' ? SHAPE.exec(text) : null;
  const municipalityCode = parseMunicipalityCode(match?.[1]);
  const number = Number(match?.[5]);
  if (!match || !municipalityCode || number < 1) return undefined;
  const rest = { id: match[0] as DpsId, municipalityCode, series: String(Number(match[4])), number };
  const cpf = parseCpf(match[2]);
  if (cpf) return { ...rest, cpf };
  const companyCnpj = parseCnpj(match[3]);
  return companyCnpj ? { ...rest, companyCnpj } : undefined;
}
