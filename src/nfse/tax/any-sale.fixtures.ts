import * as fc from 'fast-check';
import type { Sale } from '../sale.ts';
import { brokenRules } from './broken-rules.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const text = (max: number) =>
  fc.string({ unit: fc.constantFrom(...'aÇ "—&<é1'), maxLength: max }).map((tail) => `x${tail}`);
const money = (max = 99_999_999) => fc.integer({ min: 1, max });
const percent = fc.integer({ min: 1, max: 9_999 });
const street = {
  street: text(60),
  number: fc.constantFrom('10', 'S/N'),
  complement: maybe(text(20)),
  district: text(20),
};
const address = fc.record({
  ...street,
  municipalityCode: fc.constantFrom('3106200', '3550308'),
  postalCode: fc.constant('01310100'),
});
const foreignAddress = fc.record({
  ...street,
  country: fc.constantFrom('US', 'PT', 'CN'),
  postalCode: text(9),
  city: text(20),
  region: text(20),
});
const place = fc.oneof(
  fc.record({ ...street, postalCode: fc.constant('01310100') }),
  fc.record({ ...street, foreign: fc.record({ postalCode: text(9), city: text(20), region: text(20) }) }),
);
const contact = {
  name: text(60),
  municipalRegistration: maybe(fc.constantFrom('0001', '1234567')),
  caepf: maybe(fc.constant('12345678901234')),
  email: maybe(fc.constant('a@b.example')),
  phone: maybe(fc.constant('3133330000')),
};
const party = fc.oneof(
  fc.record({ ...contact, cnpj: fc.constantFrom('12345678000195', '11444777000161'), address: maybe(address) }),
  fc.record({ ...contact, cpf: fc.constant('52998224725'), address: maybe(address) }),
  fc.record({ ...contact, nif: text(30), foreignAddress: maybe(foreignAddress) }),
  fc.record({
    ...contact,
    noNif: fc.constantFrom('NOT_INFORMED', 'EXEMPT', 'NOT_REQUIRED'),
    foreignAddress: maybe(foreignAddress),
  }),
);
/** Who gets the service in the customer's place: the layout has no room for a registration with a city or of an activity. */
const recipient = party.map(({ municipalRegistration: _, caepf: __, ...rest }) => rest);
/** Who supplied what is reimbursed: document and name are all that the layout has room for. */
const supplier = fc.oneof(
  fc.record({ name: text(60), cnpj: fc.constant('12345678000195') }),
  fc.record({ name: text(60), cpf: fc.constant('52998224725') }),
  fc.record({ name: text(60), nif: text(30) }),
);
const foreignTrade = fc.record({
  deliveryMode: fc.constantFrom('0', '1', '4'),
  relationship: fc.constantFrom('0', '6', '9'),
  currency: fc.constantFrom('220', '978'),
  amountInCurrency: money(),
  providerSupport: fc.constantFrom('00', '08'),
  customerSupport: fc.constantFrom('00', '26'),
  goodsMovement: fc.constantFrom('0', '3'),
  importDeclaration: maybe(fc.constant('DI123')),
  exportRegistration: maybe(fc.constant('RE123')),
  shareWithMdic: fc.boolean(),
});
const registration = { propertyRegistration: maybe(text(20)) };
const work = fc.oneof(
  fc.record({ ...registration, number: text(20) }),
  fc.record({ ...registration, cib: fc.constant('12345678') }),
  fc.record({ ...registration, place }),
);
const period = { name: text(60), startDate: fc.constant('2026-11-01'), endDate: fc.constant('2026-11-10') };
const event = fc.oneof(fc.record({ ...period, number: text(20) }), fc.record({ ...period, place }));
const service = fc.constantFrom('010101', '070201', '120101', '160101', '170501', '220101', '990101').chain((code) =>
  fc.record({
    code: fc.constant(code),
    municipalCode: maybe(fc.constant('001')),
    description: text(300),
    nbsCode: maybe(fc.constant('115022000')),
    municipalityCode: fc.constantFrom('3106200', '3550308', '0000000'),
    country: maybe(fc.constantFrom('US', 'AR')),
    reference: maybe(fc.constantFrom('7', 'PED20261110', 'aZ0'.repeat(6), 'Z'.repeat(20))),
    foreignTrade: maybe(foreignTrade),
    work: code === '070201' ? work : fc.constant(undefined),
    event: code === '120101' ? event : fc.constant(undefined),
    information: maybe(
      fc.record({
        technicalDocument: maybe(text(30)),
        document: maybe(text(60)),
        order: maybe(text(30)),
        orderItems: maybe(fc.array(text(10), { minLength: 1, maxLength: 3 })),
        text: maybe(text(100)),
      }),
    ),
  }),
);
const accessKeys = fc.constant('31062002211222333000181000000000010126110000000176');
const kinds = (plainKinds: readonly string[]) =>
  fc.oneof(
    fc.record({ kind: fc.constantFrom(...plainKinds) }),
    fc.record({ kind: fc.constant('99'), otherKind: text(40) }),
  );
const proof = fc.oneof(
  fc.record({ accessKey: accessKeys }),
  fc.record({ goodsAccessKey: fc.constant('31261111222333000181550010000001231000001234') }),
  fc.record({
    municipalNote: fc.constant({ municipalityCode: '3106200', number: '20260001', verificationCode: 'AB12' }),
  }),
  fc.record({ paperNote: fc.constant({ number: '77', model: '1', series: 'A' }) }),
  fc.record({ fiscalDocument: text(40) }),
  fc.record({ otherDocument: text(40) }),
);
const documentsOver = (price: number) =>
  fc.array(
    fc.tuple(proof, kinds(['1', '2', '9']), maybe(party)).map(([which, kind, supplier]) => ({
      ...which,
      ...kind,
      supplier,
      issueDate: '2026-10-31',
      deductible: price,
      deduction: Math.floor(price / 20),
    })),
    { minLength: 1, maxLength: 3 },
  );
const reimbursement = fc
  .tuple(
    fc.oneof(
      fc.record({ electronicDocument: fc.record({ kind: fc.constantFrom('1', '2', '3'), key: text(40) }) }),
      fc.record({ electronicDocument: fc.record({ kind: fc.constant('9'), otherKind: text(20), key: text(40) }) }),
      fc.record({
        fiscalDocument: fc.record({
          municipalityCode: fc.constant('3106200'),
          number: text(20),
          description: text(20),
        }),
      }),
      fc.record({ otherDocument: fc.record({ number: text(20), description: text(20) }) }),
    ),
    kinds(['01', '04']),
    fc.record({ amount: money(100), supplier: maybe(supplier) }),
  )
  .map(([which, kind, rest]) => ({
    ...which,
    ...kind,
    ...rest,
    issueDate: '2026-10-31',
    competenceDate: '2026-10-31',
  }));
const amounts = money(999_999_999_999).chain((price) =>
  fc
    .record({
      service: fc.constant(price),
      unconditionalDiscount: maybe(fc.integer({ min: 0, max: Math.ceil(price / 3) })),
      conditionalDiscount: maybe(fc.integer({ min: 0, max: Math.ceil(price / 3) })),
      deduction: maybe(
        fc.oneof(
          fc.constantFrom({ deduction: 0 }, { deduction: Math.ceil(price / 5) }, { deductionBasisPoints: 2_000 }),
          documentsOver(price).map((deductionDocuments) => ({ deductionDocuments })),
        ),
      ),
      issWithheldBy: fc.constantFrom('NOBODY', 'NOBODY', 'CUSTOMER', 'INTERMEDIARY'),
      issRateBasisPoints: maybe(fc.integer({ min: 150, max: 500 })),
    })
    .map(({ deduction, ...rest }) => ({ ...rest, ...deduction })),
);
const pisCofins = fc.oneof(
  fc.record({ cst: fc.constantFrom('00', '08', '09') }),
  fc.record({
    cst: fc.constantFrom('01', '49', '99'),
    base: money(10_000),
    pisRateBasisPoints: fc.constantFrom(0, 65, 165),
    cofinsRateBasisPoints: fc.constantFrom(0, 300, 760),
    withheld: maybe(fc.constantFrom('NONE', 'PIS', 'CSLL', 'PIS_COFINS', 'PIS_COFINS_CSLL')),
  }),
);
const approximate = fc.oneof(
  fc.record({ federal: money(), municipal: maybe(money()) }),
  fc.record({ federalRateBasisPoints: percent, stateRateBasisPoints: percent, municipalRateBasisPoints: percent }),
  fc.record({ simplesRateBasisPoints: percent }),
);

/** Sales of every kind, most of which no authority would take: filter by the rules where that matters. */
const anySale: fc.Arbitrary<Sale> = fc.record({
  companyCnpj: fc.constantFrom('11222333000181', '12ABC34501DE35'),
  municipalityCode: fc.constantFrom('3106200', '3550308', '1200401', '2605459'),
  competenceDate: fc.constantFrom('2026-11-10', '2027-01-31', '2033-06-01'),
  issuer: fc.record({
    municipalRegistration: maybe(fc.constantFrom('1234567', '0001')),
    simplesNacional: fc.constantFrom('NONE', 'NONE', 'MEI', 'ME_EPP'),
    simplesRegime: maybe(fc.constantFrom('ALL_INSIDE', 'ISS_OUTSIDE', 'ALL_OUTSIDE')),
    specialRegime: fc.option(fc.constantFrom('COOPERATIVE_ACT', 'NOTARY', 'AUTONOMOUS_PROFESSIONAL', 'OTHER'), {
      nil: undefined,
      freq: 1,
    }),
  }),
  service,
  customer: maybe(party),
  intermediary: maybe(party),
  amounts,
  iss: maybe(
    fc.oneof(
      fc.record({ municipalityActive: maybe(fc.boolean()) }),
      fc.constant({ taxation: 'NOT_SUBJECT' as const }),
      fc.constant({ taxation: 'EXPORT' as const, resultCountry: 'US' }),
      fc.constant({ taxation: 'IMMUNE' as const, immunity: '3' }),
      fc.constant({ suspension: { kind: 'COURT' as const, process: '1'.repeat(30) } }),
      fc.constant({ benefit: { number: '31062000200012', reductionBasisPoints: 500 } }),
      fc.constant({ benefit: { number: '31062000200012' } }),
    ),
  ),
  federalTaxes: maybe(
    fc.record({
      pisCofins: maybe(pisCofins),
      inssWithheld: maybe(money(1_000)),
      irrfWithheld: maybe(money(1_000)),
      csrfWithheld: maybe(money(1_000)),
    }),
  ),
  approximateTaxes: maybe(approximate),
  ibsCbs: maybe(
    fc.record({
      operationCode: fc.constantFrom('100301', '020201'),
      cst: fc.constant('200'),
      classification: fc.constant('200001'),
      personalUse: maybe(fc.boolean()),
      governmentOperation: maybe(fc.constantFrom('1', '5')),
      governmentEntity: maybe(fc.constantFrom('1', '4')),
      referencedNotes: maybe(fc.constant(['31062002211222333000181000000000010126110000000176'])),
      presumedCredit: maybe(fc.constant('01')),
      regular: maybe(fc.constant({ cst: '000', classification: '000001' })),
      deferral: maybe(
        fc.record({ stateRateBasisPoints: percent, municipalRateBasisPoints: percent, cbsRateBasisPoints: percent }),
      ),
      recipient: maybe(recipient),
      property: maybe(
        fc.oneof(fc.record({ ...registration, cib: fc.constant('ABCD1234') }), fc.record({ ...registration, place })),
      ),
      reimbursements: maybe(fc.array(reimbursement, { minLength: 1, maxLength: 2 })),
    }),
  ),
  replaces: maybe(
    fc.record({
      accessKey: fc.constant('31062002211222333000181000000000010126110000000176'),
      reasonCode: fc.constantFrom('01', '05', '99'),
      reason: maybe(fc.constant('Correção do valor do serviço')),
    }),
  ),
});

const SOME_TRADE: NonNullable<Sale['service']['foreignTrade']> = {
  deliveryMode: '1',
  relationship: '0',
  currency: '220',
  amountInCurrency: 1_000,
  providerSupport: '01',
  customerSupport: '01',
  goodsMovement: '1',
  shareWithMdic: false,
};

/** What takes each complaint away: the part it is about is left out, or made plain. */
const MENDING: readonly (readonly [start: string, mend: (sale: Sale) => Partial<Sale>])[] = [
  ['/service/foreignTrade', ({ service }) => ({ service: { ...service, foreignTrade: SOME_TRADE } })],
  ['/issuer', ({ issuer: { simplesNacional } }) => ({ issuer: { simplesNacional } })],
  [
    '/service',
    ({ service: { description, municipalityCode } }) => ({
      service: { code: '010101', description, municipalityCode },
      ibsCbs: undefined,
      iss: undefined,
    }),
  ],
  ['/customer', () => ({ customer: undefined })],
  ['/intermediary', () => ({ intermediary: undefined })],
  ['/amounts/issWithheldBy', ({ amounts }) => ({ amounts: { ...amounts, issWithheldBy: 'NOBODY' } })],
  ['/amounts/issRate', ({ amounts }) => ({ amounts: { ...amounts, issRateBasisPoints: 300 } })],
  [
    '/amounts',
    ({ amounts: { service: price, issWithheldBy } }) => ({
      amounts: { service: price, issWithheldBy, issRateBasisPoints: 300 },
      iss: undefined,
      federalTaxes: undefined,
    }),
  ],
  ['/iss', () => ({ iss: undefined })],
  ['/federalTaxes', () => ({ federalTaxes: undefined })],
  ['/approximateTaxes', () => ({ approximateTaxes: undefined })],
  ['/ibsCbs', () => ({ ibsCbs: undefined })],
  ['/replaces', () => ({ replaces: undefined })],
];

function mended(sale: Sale): Sale {
  let current = sale;
  for (let round = 0; round < 6; round++) {
    const [first] = brokenRules(current);
    const mend = first && MENDING.find(([start]) => first.pointer.startsWith(start))?.[1];
    if (!mend) break;
    current = { ...current, ...mend(current) };
  }
  return current;
}

/** Sales of every kind that no rule refuses. */
export const acceptableSale = anySale.map(mended).filter((sale) => brokenRules(sale).length === 0);

/** A sale without the parts that no city hall has a place for. */
export function forCityHall({ replaces: _, ibsCbs: __, ...sale }: Sale): Sale {
  const { deductionDocuments, ...amounts } = sale.amounts;
  const { foreignTrade, ...service } = sale.service;
  const { immunity, ...iss } = sale.iss ?? {};
  return { ...sale, amounts, service, ...(sale.iss && { iss }) };
}
