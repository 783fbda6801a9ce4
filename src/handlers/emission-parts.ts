import * as z from 'zod/mini';
import { isOperationCode } from '../nfse/operation-codes.ts';
import {
  accessKey,
  cnpj,
  country,
  cpf,
  date,
  flag,
  issRate,
  money,
  moneyIfAny,
  municipality,
  pattern,
  placeOfService,
  rate,
  rateBelowAll,
  text,
} from './emission-fields.ts';
import { field } from './request-fields.ts';

/** Exactly one of some members, or at most one. */
const count = (...members: readonly unknown[]) => members.filter((member) => member !== undefined).length;

const street = {
  street: text(255),
  number: z._default(text(60), 'S/N'),
  complement: z.optional(text(156)),
  district: text(60),
};
/** As the city wrote it: `40325-3`, `12.345/6`. */
const municipalRegistration = pattern(/^[A-Za-z0-9][A-Za-z0-9./-]{0,14}$/, 'municipal-registration');
const postalCode = pattern(/^\d{8}$/, 'postal-code');
const cityAbroad = { postalCode: text(11), city: text(60), region: text(60) };

const AddressRequest = z.strictObject({ ...street, municipalityCode: municipality, postalCode });
const ForeignAddressRequest = z.strictObject({ ...street, ...cityAbroad, country });
const PlaceRequest = z
  .strictObject({ ...street, postalCode: z.optional(postalCode), foreign: z.optional(z.strictObject(cityAbroad)) })
  .check(z.refine((place) => count(place.postalCode, place.foreign) === 1, field('one-place')));

const party = (longestName: number) =>
  z
    .strictObject({
      cnpj: z.optional(cnpj),
      cpf: z.optional(cpf),
      nif: z.optional(text(40)),
      noNif: z.optional(z.enum(['NOT_INFORMED', 'EXEMPT', 'NOT_REQUIRED'])),
      caepf: z.optional(pattern(/^\d{14}$/, 'caepf')),
      municipalRegistration: z.optional(municipalRegistration),
      name: text(longestName),
      email: z.optional(z.email(field('email')).check(z.maxLength(80))),
      phone: z.optional(pattern(/^\d{6,20}$/, 'phone')),
      address: z.optional(AddressRequest),
      foreignAddress: z.optional(ForeignAddressRequest),
    })
    .check(
      z.refine((who) => count(who.cnpj, who.cpf, who.nif, who.noNif) === 1, field('one-document')),
      z.refine((who) => count(who.address, who.foreignAddress) < 2, field('one-address')),
    );

const PartyRequest = party(300);

const ForeignTradeRequest = z.strictObject({
  deliveryMode: pattern(/^[0-4]$/, 'value'),
  relationship: pattern(/^[0-69]$/, 'value'),
  currency: pattern(/^\d{3}$/, 'currency-code'),
  amountInCurrency: money,
  providerSupport: pattern(/^0[0-8]$/, 'value'),
  customerSupport: pattern(/^(?:[01]\d|2[0-6])$/, 'value'),
  goodsMovement: pattern(/^[0-3]$/, 'value'),
  importDeclaration: z.optional(text(12)),
  exportRegistration: z.optional(text(12)),
  shareWithMdic: z._default(flag, false),
});

const WorkRequest = z
  .strictObject({
    propertyRegistration: z.optional(text(30)),
    number: z.optional(text(30)),
    cib: z.optional(pattern(/^[A-Z0-9]{8}$/, 'cib')),
    place: z.optional(PlaceRequest),
    art: z.optional(text(30)),
  })
  .check(z.refine((work) => count(work.number, work.cib, work.place) === 1, field('one-work')));

const EventRequest = z
  .strictObject({
    name: text(255),
    startDate: date,
    endDate: date,
    number: z.optional(text(30)),
    place: z.optional(PlaceRequest),
  })
  .check(z.refine((event) => count(event.number, event.place) === 1, field('one-event')));

const InformationRequest = z.strictObject({
  technicalDocument: z.optional(text(40)),
  document: z.optional(text(255)),
  order: z.optional(text(60)),
  orderItems: z.optional(z.array(text(60)).check(z.minLength(1), z.maxLength(99))),
  text: z.optional(text(2000)),
});

const ServiceRequest = z
  .strictObject({
    code: pattern(/^\d{6}$/, 'service-code'),
    municipalCode: z.optional(pattern(/^\d{3}$/, 'municipal-service-code')),
    description: text(2000),
    nbsCode: z.optional(pattern(/^\d{9}$/, 'nbs-code')),
    municipalityCode: z.optional(placeOfService),
    country: z.optional(country),
    reference: z.optional(pattern(/^[A-Za-z0-9]{1,20}$/, 'reference')),
    foreignTrade: z.optional(ForeignTradeRequest),
    work: z.optional(WorkRequest),
    event: z.optional(EventRequest),
    information: z.optional(InformationRequest),
  })
  .check(z.refine((service) => count(service.municipalityCode, service.country) < 2, field('one-place')));

/** Who issues, and how it is taxed. */
export const IssuerRequest = z.strictObject({
  municipalRegistration: z.optional(municipalRegistration),
  simplesNacional: z._default(z.enum(['NONE', 'MEI', 'ME_EPP']), 'NONE'),
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

const kinds = (codes: RegExp) => ({ kind: pattern(codes, 'value'), otherKind: z.optional(text(150)) });

const DeductionDocumentRequest = z
  .strictObject({
    accessKey: z.optional(accessKey),
    goodsAccessKey: z.optional(pattern(/^[0-9]{6}[0-9A-Z]{14}[0-9]{24}$/, 'goods-key')),
    municipalNote: z.optional(
      z.strictObject({
        municipalityCode: municipality,
        number: pattern(/^\d{1,15}$/, 'value'),
        verificationCode: pattern(/^[A-Za-z0-9]{1,9}$/, 'value'),
      }),
    ),
    paperNote: z.optional(
      z.strictObject({
        number: pattern(/^\d{1,7}$/, 'value'),
        model: pattern(/^\d{1,15}$/, 'value'),
        series: pattern(/^[A-Za-z0-9]{1,15}$/, 'value'),
      }),
    ),
    fiscalDocument: z.optional(text(255)),
    otherDocument: z.optional(text(255)),
    ...kinds(/^(?:[1-9]|99)$/),
    issueDate: date,
    deductible: money,
    deduction: money,
    supplier: z.optional(PartyRequest),
  })
  .check(
    z.refine(
      (one) =>
        count(
          one.accessKey,
          one.goodsAccessKey,
          one.municipalNote,
          one.paperNote,
          one.fiscalDocument,
          one.otherDocument,
        ) === 1,
      field('one-proof'),
    ),
  );

const AmountsRequest = z
  .strictObject({
    service: money.check(z.refine((value) => value !== 0, field('zero-amount'))),
    unconditionalDiscount: z.optional(moneyIfAny),
    conditionalDiscount: z.optional(moneyIfAny),
    deduction: z.optional(moneyIfAny),
    deductionRate: z.optional(rate),
    deductionDocuments: z.optional(z.array(DeductionDocumentRequest).check(z.minLength(1), z.maxLength(1000))),
    issWithheldBy: z._default(z.enum(['NOBODY', 'CUSTOMER', 'INTERMEDIARY']), 'NOBODY'),
    issRate: z.optional(issRate),
  })
  .check(
    z.refine(
      (amounts) => count(amounts.deduction, amounts.deductionRate, amounts.deductionDocuments) < 2,
      field('one-deduction'),
    ),
  );

const IssRequest = z.strictObject({
  taxation: z.optional(z.enum(['TAXABLE', 'IMMUNE', 'EXPORT', 'NOT_SUBJECT', 'EXEMPT'])),
  immunity: z.optional(pattern(/^[1-5]$/, 'value')),
  resultCountry: z.optional(country),
  suspension: z.optional(
    z.strictObject({ kind: z.enum(['COURT', 'ADMINISTRATIVE']), process: pattern(/^\d{30}$/, 'process') }),
  ),
  benefit: z.optional(
    z
      .strictObject({
        number: pattern(/^\d{14}$/, 'benefit'),
        reduction: z.optional(moneyIfAny),
        reductionRate: z.optional(rate),
      })
      .check(z.refine((benefit) => count(benefit.reduction, benefit.reductionRate) < 2, field('one-deduction'))),
  ),
  municipalityActive: z.optional(flag),
});

const FederalTaxesRequest = z.strictObject({
  pisCofins: z.optional(
    z.strictObject({
      cst: pattern(/^(?:0\d|49|5[0-6]|6[0-7]|7[0-5]|9[89])$/, 'cst'),
      base: z.optional(money),
      pisRate: z.optional(rateBelowAll),
      cofinsRate: z.optional(rateBelowAll),
      pis: z.optional(money),
      cofins: z.optional(money),
      withheld: z.optional(
        z.enum(['NONE', 'PIS', 'COFINS', 'CSLL', 'PIS_COFINS', 'PIS_CSLL', 'COFINS_CSLL', 'PIS_COFINS_CSLL']),
      ),
    }),
  ),
  inssWithheld: z.optional(moneyIfAny),
  irrfWithheld: z.optional(moneyIfAny),
  csrfWithheld: z.optional(moneyIfAny),
});

const ApproximateTaxesRequest = z
  .strictObject({
    federal: z.optional(money),
    state: z.optional(money),
    municipal: z.optional(money),
    federalRate: z.optional(rate),
    stateRate: z.optional(rate),
    municipalRate: z.optional(rate),
    simplesRate: z.optional(rateBelowAll),
  })
  .check(
    z.refine(({ federal, state, municipal, federalRate, stateRate, municipalRate, simplesRate }) => {
      const forms = [
        count(federal, state, municipal),
        count(federalRate, stateRate, municipalRate),
        count(simplesRate),
      ];
      return forms.filter((members) => members > 0).length === 1;
    }, field('one-form')),
  );

const cst = pattern(/^\d{3}$/, 'value');
const classification = pattern(/^\d{6}$/, 'value');

const PropertyRequest = z
  .strictObject({
    propertyRegistration: z.optional(text(30)),
    cib: z.optional(pattern(/^[A-Z0-9]{8}$/, 'cib')),
    place: z.optional(PlaceRequest),
  })
  .check(z.refine((property) => count(property.cib, property.place) === 1, field('one-property')));

const ReimbursementRequest = z
  .strictObject({
    electronicDocument: z.optional(
      z.strictObject({ kind: pattern(/^[1239]$/, 'value'), otherKind: z.optional(text(255)), key: text(50) }),
    ),
    fiscalDocument: z.optional(
      z.strictObject({ municipalityCode: municipality, number: text(255), description: text(255) }),
    ),
    otherDocument: z.optional(z.strictObject({ number: text(255), description: text(255) })),
    supplier: z.optional(party(150)),
    issueDate: date,
    competenceDate: date,
    ...kinds(/^(?:0[1-4]|99)$/),
    amount: money,
  })
  .check(
    z.refine((one) => count(one.electronicDocument, one.fiscalDocument, one.otherDocument) === 1, field('one-proof')),
  );

const IbsCbsRequest = z.strictObject({
  operationCode: z.string().check(z.refine(isOperationCode, field('operation-code'))),
  cst,
  classification,
  personalUse: z.optional(flag),
  governmentOperation: z.optional(pattern(/^[1-5]$/, 'value')),
  governmentEntity: z.optional(pattern(/^[1-4]$/, 'value')),
  referencedNotes: z.optional(z.array(accessKey).check(z.minLength(1), z.maxLength(99))),
  presumedCredit: z.optional(pattern(/^\d{2}$/, 'value')),
  regular: z.optional(z.strictObject({ cst, classification })),
  deferral: z.optional(z.strictObject({ stateRate: rate, municipalRate: rate, cbsRate: rate })),
  recipient: z.optional(party(150)),
  property: z.optional(PropertyRequest),
  reimbursements: z.optional(z.array(ReimbursementRequest).check(z.minLength(1), z.maxLength(1000))),
});

const ReplacementRequest = z.strictObject({
  /** Of a note issued elsewhere. One that was issued here is named by its invoice, which knows its key. */
  accessKey,
  invoiceId: z.optional(z.string()),
  reasonCode: z.enum(['01', '02', '03', '04', '05', '99']),
  reason: z.optional(text(255, 15)),
});

/**
 * The parts of an emission as the API takes them, before defaults that need the company or the day. Form only: what the fiscal
 * rules say of the whole is judged afterwards.
 */
export const emissionParts = {
  competenceDate: z.optional(date),
  issuer: z._default(IssuerRequest, { simplesNacional: 'NONE' }),
  service: ServiceRequest,
  customer: z.optional(PartyRequest),
  intermediary: z.optional(PartyRequest),
  amounts: AmountsRequest,
  iss: z.optional(IssRequest),
  federalTaxes: z.optional(FederalTaxesRequest),
  approximateTaxes: z.optional(ApproximateTaxesRequest),
  ibsCbs: z.optional(IbsCbsRequest),
  replaces: z.optional(ReplacementRequest),
};
