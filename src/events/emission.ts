import * as z from 'zod/mini';
import { canonicalJson } from './canonical-json.ts';

/**
 * What is invoiced, as the `Emitted` event keeps it: who serves whom, what, for how much. Amounts are integer centavos
 * (`Cents`), rates are basis points (200 is 2.00 %). The same shape feeds the DPS document and the API's resource.
 */
const cents = z.int().check(z.gte(0));
const optionalCents = z.optional(cents);

const AddressSchema = z.object({
  street: z.string(),
  number: z.string(),
  complement: z.optional(z.string()),
  district: z.string(),
  municipalityCode: z.string(),
  postalCode: z.string(),
});

const CustomerSchema = z.object({
  cnpj: z.optional(z.string()),
  cpf: z.optional(z.string()),
  name: z.string(),
  email: z.optional(z.string()),
  phone: z.optional(z.string()),
  address: z.optional(AddressSchema),
});

const ServiceSchema = z.object({
  code: z.string(),
  description: z.string(),
  nbsCode: z.optional(z.string()),
  municipalityCode: z.string(),
  reference: z.optional(z.string()),
});

const IssuerSchema = z.object({
  municipalRegistration: z.optional(z.string()),
  simplesNacional: z.enum(['NONE', 'MEI', 'ME_EPP']),
});

const AmountsSchema = z.object({
  service: cents,
  unconditionalDiscount: optionalCents,
  conditionalDiscount: optionalCents,
  issWithheldBy: z.enum(['NOBODY', 'CUSTOMER']),
  issRateBasisPoints: z.optional(z.int().check(z.gte(0), z.lte(500))),
});

export const EmissionSchema = z.object({
  companyCnpj: z.string(),
  municipalityCode: z.string(),
  competenceDate: z.string(),
  issuer: IssuerSchema,
  service: ServiceSchema,
  customer: z.optional(CustomerSchema),
  amounts: AmountsSchema,
});

/** What a retry puts in place of parts of an emission that the authority refused. `null` takes the customer out. */
export const CorrectionsSchema = z.partial(
  z.object({
    competenceDate: z.string(),
    issuer: IssuerSchema,
    service: ServiceSchema,
    customer: z.nullable(CustomerSchema),
    amounts: AmountsSchema,
  }),
);

export type Service = z.infer<typeof ServiceSchema>;
export type Issuer = z.infer<typeof IssuerSchema>;
export type Amounts = z.infer<typeof AmountsSchema>;
export type Emission = z.infer<typeof EmissionSchema>;
export type Corrections = z.infer<typeof CorrectionsSchema>;

/** The emission with the corrections in place. Each part that is given replaces the whole part. */
export function corrected<T extends Emission>(emission: T, corrections: Corrections | undefined): T {
  const given = Object.entries(corrections ?? {}).filter(([, part]) => part !== undefined);
  const changed = Object.entries({ ...emission, ...Object.fromEntries(given) });
  return Object.fromEntries(changed.filter(([, part]) => part !== null)) as T;
}

/** What the customer owes: the price less the discount that depends on nothing. Withheld taxes do not change it. */
export function totalOf(amounts: Amounts): number {
  return amounts.service - (amounts.unconditionalDiscount ?? 0);
}

/** The parts in which an emission differs from the one before; `undefined` when it does not. */
export function correctionsTo(before: Emission, after: Emission): Corrections | undefined {
  const parts = ['competenceDate', 'issuer', 'service', 'customer', 'amounts'] as const;
  const changed = parts.filter((part) => canonicalJson(before[part] ?? null) !== canonicalJson(after[part] ?? null));
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((part) => [part, after[part] ?? null]));
}
