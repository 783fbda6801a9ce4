import * as z from 'zod/mini';
import { LAST_DPS_NUMBER } from '../commands/ports.ts';
import type { Amounts, Corrections, Emission } from '../events/emission.ts';
import { type Cents, formatCents, parseCents } from '../nfse/cents.ts';
import { type Cnpj, parseCnpj } from '../nfse/cnpj.ts';
import { parseCpf } from '../nfse/cpf.ts';
import { parseMunicipalityCode } from '../nfse/municipality.ts';
import { fail, field, parse } from './request-fields.ts';

/**
 * An emission as the API takes and gives it: money in decimal strings, rates in percent, everything optional that has an
 * obvious default. Both directions are here, so that what a client reads is what it may send again.
 */
const text = (max: number, min = 1) => z.string().check(z.trim(), z.minLength(min), z.maxLength(max));
const digits = (pattern: RegExp, code: string) => z.string().check(z.regex(pattern, field(code)));
const municipality = z
  .string()
  .check(z.refine((value) => parseMunicipalityCode(value) !== undefined, field('municipality')));
const money = z.string().check(z.refine((value) => parseCents(value) !== undefined, field('money')));
const date = z.iso.date(field('date'));

const AddressRequest = z.strictObject({
  street: text(255),
  number: text(60),
  complement: z.optional(text(156)),
  district: text(60),
  municipalityCode: municipality,
  postalCode: digits(/^\d{8}$/, 'postal-code'),
});

const CustomerRequest = z
  .strictObject({
    cnpj: z.optional(z.string().check(z.refine((value) => parseCnpj(value) !== undefined, field('cnpj')))),
    cpf: z.optional(z.string().check(z.refine((value) => parseCpf(value) !== undefined, field('cpf')))),
    name: text(300),
    email: z.optional(z.email(field('email')).check(z.maxLength(80))),
    phone: z.optional(digits(/^\d{6,20}$/, 'phone')),
    address: z.optional(AddressRequest),
  })
  .check(z.refine(({ cnpj, cpf }) => (cnpj === undefined) !== (cpf === undefined), field('one-document')));

const ServiceRequest = z.strictObject({
  code: digits(/^\d{6}$/, 'service-code'),
  description: text(2000),
  nbsCode: z.optional(digits(/^\d{9}$/, 'nbs-code')),
  municipalityCode: z.optional(municipality),
  reference: z.optional(digits(/^[A-Za-z0-9]{1,20}$/, 'reference')),
});

const IssuerRequest = z.strictObject({
  municipalRegistration: z.optional(digits(/^[A-Za-z0-9]{1,15}$/, 'municipal-registration')),
  simplesNacional: z._default(z.enum(['NONE', 'MEI', 'ME_EPP']), 'NONE'),
});

const AmountsRequest = z
  .strictObject({
    service: money.check(z.refine((value) => value !== '0.00', field('zero-amount'))),
    unconditionalDiscount: z.optional(money),
    conditionalDiscount: z.optional(money),
    issWithheldBy: z._default(z.enum(['NOBODY', 'CUSTOMER']), 'NOBODY'),
    issRate: z.optional(z.string().check(z.regex(/^([0-4]\.\d{2}|5\.00)$/, field('iss-rate')))),
  })
  .check(
    z.refine(({ service, unconditionalDiscount = '0.00', conditionalDiscount = '0.00' }) => {
      const [price, first, second] = [service, unconditionalDiscount, conditionalDiscount].map(parseCents);
      // A field that is no amount has its own error already.
      return price === undefined || first === undefined || second === undefined || first + second < price;
    }, field('discount-too-large')),
  );

const parts = {
  competenceDate: z.optional(date),
  issuer: z._default(IssuerRequest, { simplesNacional: 'NONE' }),
  service: ServiceRequest,
  customer: z.optional(CustomerRequest),
  amounts: AmountsRequest,
};

export const EmitBody = z.strictObject({
  requestId: z.optional(z.string()),
  companyCnpj: z.string().check(z.refine((value) => parseCnpj(value) !== undefined, field('cnpj'))),
  municipalityCode: municipality,
  dps: z._default(
    z.strictObject({
      series: z._default(digits(/^(?:[1-9]\d{0,3}|[1-4]\d{4})$/, 'series'), '1'),
      number: z.optional(z.int().check(z.gte(1), z.lte(LAST_DPS_NUMBER))),
    }),
    { series: '1' },
  ),
  ...parts,
});

const EmissionParts = z.strictObject(parts);
type EmissionParts = z.infer<typeof EmissionParts>;

export interface IssuerPlace {
  readonly companyCnpj: Cnpj;
  readonly municipalityCode: string;
  /** `YYYY-MM-DD` in the municipality: the default, and the latest competence date there may be. */
  readonly today: string;
}

/**
 * The emission that a request describes.
 *
 * @param pointer where the parts stand in the request, for the errors
 * @throws Problem 422 with pointers
 */
export function emissionOf(body: EmissionParts, place: IssuerPlace, pointer = ''): Emission & { companyCnpj: Cnpj } {
  const { competenceDate = place.today, issuer, service, customer, amounts } = body;
  if (competenceDate > place.today) fail(`${pointer}/competenceDate`, 'future-competence');
  const { issRate, ...money } = amounts;
  return defined({
    companyCnpj: place.companyCnpj,
    municipalityCode: place.municipalityCode,
    competenceDate,
    issuer,
    service: { ...service, municipalityCode: service.municipalityCode ?? place.municipalityCode },
    customer,
    amounts: {
      service: amount(money.service),
      unconditionalDiscount: discount(money.unconditionalDiscount),
      conditionalDiscount: discount(money.conditionalDiscount),
      issWithheldBy: money.issWithheldBy,
      issRateBasisPoints: issRate === undefined ? undefined : Math.round(Number(issRate) * 100),
    },
  });
}

/** The emission in the API's form: what a client may read, change and send again. */
export function emissionToJson(emission: Emission): object {
  const { competenceDate, issuer, service, customer, amounts } = emission;
  return { competenceDate, issuer, service, ...(customer ? { customer } : {}), amounts: amountsToJson(amounts) };
}

/** Corrections in the API's form: whole parts, as the event keeps them. */
export function correctionsToJson(corrections: Corrections): object {
  const { amounts, ...rest } = corrections;
  return { ...rest, ...(amounts ? { amounts: amountsToJson(amounts) } : {}) };
}

function amountsToJson({ service, issWithheldBy, issRateBasisPoints, ...discounts }: Amounts): object {
  const { unconditionalDiscount, conditionalDiscount } = discounts;
  return defined({
    service: decimal(service),
    unconditionalDiscount: decimal(unconditionalDiscount),
    conditionalDiscount: decimal(conditionalDiscount),
    issWithheldBy,
    // A rate in hundredths of a percent is written like an amount in hundredths of a real.
    issRate: decimal(issRateBasisPoints),
  });
}

function decimal(hundredths: number | undefined): string | undefined {
  return hundredths === undefined ? undefined : formatCents(hundredths as Cents);
}

/**
 * The emission that corrections lead to. They are a JSON merge patch (RFC 7396) over the emission in the API's form: only
 * what changes is sent, `null` removes.
 *
 * @throws Problem 422 with pointers below `/corrections`
 */
export function correctedEmission(emission: Emission, patch: unknown, today: string): Emission {
  const companyCnpj = parseCnpj(emission.companyCnpj);
  if (!companyCnpj) throw new RangeError('An emitted invoice has a valid CNPJ');
  const body = parse(EmissionParts, mergePatch(emissionToJson(emission), patch), '/corrections');
  return emissionOf(body, { companyCnpj, municipalityCode: emission.municipalityCode, today }, '/corrections');
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const merged = new Map<string, unknown>(Object.entries(base));
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), change));
  }
  return Object.fromEntries(merged);
}

function amount(value: string): number {
  const read = parseCents(value);
  if (read === undefined) throw new RangeError(`${value} was checked to be an amount`);
  return read;
}

/** A discount of nothing is no discount: the layout refuses a zero. */
function discount(value: string | undefined): number | undefined {
  return value === undefined || amount(value) === 0 ? undefined : amount(value);
}

/** Without the members that were left out, so that equal emissions are equal as JSON. */
function defined<T>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(value)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
