import * as z from 'zod/mini';
import { canonicalJson } from './canonical-json.ts';

/**
 * What is invoiced, as the `Emitted` event keeps it: who serves whom, what, for how much. Amounts are integer centavos
 * (`Cents`), rates are basis points (200 is 2.00 %). The same shape, which `Sale` in the
 * fiscal rules explains member by member, feeds the documents and the API's resource.
 */
const cents = z.int().check(z.gte(0));
const optionalCents = z.optional(cents);
const rate = z.int().check(z.gte(0), z.lte(10_000));
const optionalRate = z.optional(rate);
const text = z.string();
const optionalText = z.optional(text);

const AddressSchema = z.object({
  street: text,
  number: text,
  complement: optionalText,
  district: text,
  municipalityCode: text,
  postalCode: text,
});

/** In another country. `country` is ISO 3166, two letters. */
const ForeignAddressSchema = z.object({
  country: text,
  postalCode: text,
  city: text,
  region: text,
  street: text,
  number: text,
  complement: optionalText,
  district: text,
});

/** Who has a part in the sale besides the issuer, by one of `cnpj`, `cpf`, `nif` (foreign number) and `noNif` (why there is none). */
const CustomerSchema = z.object({
  cnpj: optionalText,
  cpf: optionalText,
  nif: optionalText,
  noNif: z.optional(z.enum(['NOT_INFORMED', 'EXEMPT', 'NOT_REQUIRED'])),
  caepf: optionalText,
  municipalRegistration: optionalText,
  name: text,
  email: optionalText,
  phone: optionalText,
  address: z.optional(AddressSchema),
  foreignAddress: z.optional(ForeignAddressSchema),
});

const PlaceSchema = z.object({
  postalCode: optionalText,
  foreign: z.optional(z.object({ postalCode: text, city: text, region: text })),
  street: text,
  number: text,
  complement: optionalText,
  district: text,
});

const ServiceSchema = z.object({
  code: text,
  municipalCode: optionalText,
  description: text,
  nbsCode: optionalText,
  municipalityCode: text,
  country: optionalText,
  reference: optionalText,
  foreignTrade: z.optional(
    z.object({
      deliveryMode: text,
      relationship: text,
      currency: text,
      amountInCurrency: cents,
      providerSupport: text,
      customerSupport: text,
      goodsMovement: text,
      importDeclaration: optionalText,
      exportRegistration: optionalText,
      shareWithMdic: z.boolean(),
    }),
  ),
  work: z.optional(
    z.object({
      propertyRegistration: optionalText,
      number: optionalText,
      cib: optionalText,
      place: z.optional(PlaceSchema),
      art: optionalText,
    }),
  ),
  event: z.optional(
    z.object({
      name: text,
      startDate: text,
      endDate: text,
      number: optionalText,
      place: z.optional(PlaceSchema),
    }),
  ),
  information: z.optional(
    z.object({
      technicalDocument: optionalText,
      document: optionalText,
      order: optionalText,
      orderItems: z.optional(z.array(text)),
      text: optionalText,
    }),
  ),
});

const IssuerSchema = z.object({
  municipalRegistration: optionalText,
  simplesNacional: z.enum(['NONE', 'MEI', 'ME_EPP']),
  simplesRegime: z.optional(z.enum(['ALL_INSIDE', 'ISS_OUTSIDE', 'ALL_OUTSIDE'])),
  specialRegime: z.optional(
    z.enum([
      'COOPERATIVE_ACT',
      'ESTIMATE',
      'MUNICIPAL_MICRO',
      'NOTARY',
      'AUTONOMOUS_PROFESSIONAL',
      'PROFESSIONAL_PARTNERSHIP',
      'OTHER',
    ]),
  ),
});

/** What proves a deduction from the base of the ISS. */
const DeductionDocumentSchema = z.object({
  accessKey: optionalText,
  goodsAccessKey: optionalText,
  municipalNote: z.optional(z.object({ municipalityCode: text, number: text, verificationCode: text })),
  paperNote: z.optional(z.object({ number: text, model: text, series: text })),
  fiscalDocument: optionalText,
  otherDocument: optionalText,
  kind: text,
  otherKind: optionalText,
  issueDate: text,
  deductible: cents,
  deduction: cents,
  supplier: z.optional(CustomerSchema),
});

const AmountsSchema = z.object({
  service: cents,
  unconditionalDiscount: optionalCents,
  conditionalDiscount: optionalCents,
  deduction: optionalCents,
  deductionBasisPoints: optionalRate,
  deductionDocuments: z.optional(z.array(DeductionDocumentSchema)),
  issWithheldBy: z.enum(['NOBODY', 'CUSTOMER', 'INTERMEDIARY']),
  issRateBasisPoints: z.optional(z.int().check(z.gte(0), z.lte(500))),
});

/** How the ISS takes the service, where that is not simply taxable. */
const IssSchema = z.object({
  taxation: z.optional(z.enum(['TAXABLE', 'IMMUNE', 'EXPORT', 'NOT_SUBJECT', 'EXEMPT'])),
  immunity: optionalText,
  resultCountry: optionalText,
  suspension: z.optional(z.object({ kind: z.enum(['COURT', 'ADMINISTRATIVE']), process: text })),
  benefit: z.optional(z.object({ number: text, reduction: optionalCents, reductionBasisPoints: optionalRate })),
  municipalityActive: z.optional(z.boolean()),
});

/** The provider's own debits of PIS and COFINS, and what the customer withholds. */
const FederalTaxesSchema = z.object({
  pisCofins: z.optional(
    z.object({
      cst: text,
      base: optionalCents,
      pisRateBasisPoints: optionalRate,
      cofinsRateBasisPoints: optionalRate,
      pis: optionalCents,
      cofins: optionalCents,
      withheld: z.optional(
        z.enum(['NONE', 'PIS', 'COFINS', 'CSLL', 'PIS_COFINS', 'PIS_CSLL', 'COFINS_CSLL', 'PIS_COFINS_CSLL']),
      ),
    }),
  ),
  inssWithheld: optionalCents,
  irrfWithheld: optionalCents,
  csrfWithheld: optionalCents,
});

const ApproximateTaxesSchema = z.object({
  federal: optionalCents,
  state: optionalCents,
  municipal: optionalCents,
  federalRateBasisPoints: optionalRate,
  stateRateBasisPoints: optionalRate,
  municipalRateBasisPoints: optionalRate,
  simplesRateBasisPoints: optionalRate,
});

/** What was paid to a third party for the customer. */
const ReimbursementSchema = z.object({
  electronicDocument: z.optional(z.object({ kind: text, otherKind: optionalText, key: text })),
  fiscalDocument: z.optional(z.object({ municipalityCode: text, number: text, description: text })),
  otherDocument: z.optional(z.object({ number: text, description: text })),
  supplier: z.optional(CustomerSchema),
  issueDate: text,
  competenceDate: text,
  kind: text,
  otherKind: optionalText,
  amount: cents,
});

const IbsCbsSchema = z.object({
  operationCode: text,
  cst: text,
  classification: text,
  personalUse: z.optional(z.boolean()),
  governmentOperation: optionalText,
  governmentEntity: optionalText,
  referencedNotes: z.optional(z.array(text)),
  presumedCredit: optionalText,
  regular: z.optional(z.object({ cst: text, classification: text })),
  deferral: z.optional(
    z.object({ stateRateBasisPoints: rate, municipalRateBasisPoints: rate, cbsRateBasisPoints: rate }),
  ),
  recipient: z.optional(CustomerSchema),
  property: z.optional(
    z.object({ propertyRegistration: optionalText, cib: optionalText, place: z.optional(PlaceSchema) }),
  ),
  reimbursements: z.optional(z.array(ReimbursementSchema)),
});

/** The note that this one takes the place of, and its own invoice where it was issued here. */
const ReplacementSchema = z.object({
  accessKey: text,
  invoiceId: optionalText,
  reasonCode: z.enum(['01', '02', '03', '04', '05', '99']),
  reason: optionalText,
});

export const EmissionSchema = z.object({
  companyCnpj: text,
  municipalityCode: text,
  competenceDate: text,
  issuer: IssuerSchema,
  service: ServiceSchema,
  customer: z.optional(CustomerSchema),
  intermediary: z.optional(CustomerSchema),
  amounts: AmountsSchema,
  iss: z.optional(IssSchema),
  federalTaxes: z.optional(FederalTaxesSchema),
  approximateTaxes: z.optional(ApproximateTaxesSchema),
  ibsCbs: z.optional(IbsCbsSchema),
  replaces: z.optional(ReplacementSchema),
});

/** What a retry puts in place of parts of an emission that the authority refused. `null` takes an optional part out. */
export const CorrectionsSchema = z.partial(
  z.object({
    competenceDate: text,
    issuer: IssuerSchema,
    service: ServiceSchema,
    customer: z.nullable(CustomerSchema),
    intermediary: z.nullable(CustomerSchema),
    amounts: AmountsSchema,
    iss: z.nullable(IssSchema),
    federalTaxes: z.nullable(FederalTaxesSchema),
    approximateTaxes: z.nullable(ApproximateTaxesSchema),
    ibsCbs: z.nullable(IbsCbsSchema),
    replaces: z.nullable(ReplacementSchema),
  }),
);

export type Service = z.infer<typeof ServiceSchema>;
export type Issuer = z.infer<typeof IssuerSchema>;
export type Amounts = z.infer<typeof AmountsSchema>;
export type Emission = z.infer<typeof EmissionSchema>;
export type Corrections = z.infer<typeof CorrectionsSchema>;

/** The parts of an emission that a correction may change: everything but who issues it, and where. */
const CORRECTABLE = [
  'competenceDate',
  'issuer',
  'service',
  'customer',
  'intermediary',
  'amounts',
  'iss',
  'federalTaxes',
  'approximateTaxes',
  'ibsCbs',
  'replaces',
] as const satisfies readonly (keyof Corrections)[];

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
  const changed = CORRECTABLE.filter(
    (part) => canonicalJson(before[part] ?? null) !== canonicalJson(after[part] ?? null),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((part) => [part, after[part] ?? null]));
}
