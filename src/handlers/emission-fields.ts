import * as z from 'zod/mini';
import { parseAccessKey } from '../nfse/access-key.ts';
import { parseCents } from '../nfse/cents.ts';
import { parseCnpj } from '../nfse/cnpj.ts';
import { isForeignCountry } from '../nfse/countries.ts';
import { parseCpf } from '../nfse/cpf.ts';
import { parseMunicipalityCode } from '../nfse/municipality.ts';
import { field } from './request-fields.ts';

/** The single values an emission request is made of. Money and rates come out as integers: centavos and basis points. */
export const text = (max: number, min = 1) => z.string().check(z.trim(), z.minLength(min), z.maxLength(max));

/** A code of fixed form, blamed by the name of its message. */
export const pattern = (form: RegExp, code: string) => z.string().check(z.regex(form, field(code)));

const known = (is: (value: string) => boolean, code: string) => z.string().check(z.refine(is, field(code)));

export const cnpj = known((value) => parseCnpj(value) !== undefined, 'cnpj');
export const cpf = known((value) => parseCpf(value) !== undefined, 'cpf');
export const municipality = known((value) => parseMunicipalityCode(value) !== undefined, 'municipality');
export const country = known(isForeignCountry, 'country');
export const accessKey = known((value) => parseAccessKey(value) !== undefined, 'access-key');
export const date = z.iso.date(field('date'));
export const flag = z.boolean();

/** Where a service is rendered: a municipality, or `0000000` for the territorial sea. */
export const placeOfService = known(
  (value) => value === '0000000' || parseMunicipalityCode(value) !== undefined,
  'municipality',
);

/** `"1500.00"` → 150000. */
export const money = z.pipe(
  known((value) => parseCents(value) !== undefined, 'money'),
  z.transform((value) => parseCents(value)),
);

/** An amount that is the same as none when it is zero: the layout refuses to have it written. */
export const moneyIfAny = z.pipe(
  known((value) => parseCents(value) !== undefined, 'money'),
  z.transform((value) => parseCents(value) || undefined),
);

const percentage = (form: RegExp, code: string) =>
  z.pipe(
    pattern(form, code),
    z.transform((value) => parseCents(value)),
  );

/** `"9.25"` → 925. */
export const rate = percentage(/^(?:100\.00|(?:0|[1-9]\d?)\.\d{2})$/, 'rate');

/** A rate of less than 100 %, which is what the layout has room for. */
export const rateBelowAll = percentage(/^(?:0|[1-9]\d?)\.\d{2}$/, 'rate');

export const issRate = percentage(/^(?:[0-4]\.\d{2}|5\.00)$/, 'iss-rate');

/** A series of own software: 1 to 49999. */
export const SERIES = /^(?:[1-9]\d{0,3}|[1-4]\d{4})$/;
