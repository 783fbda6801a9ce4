import { describe, expect, it } from 'vitest';
import type { Sale } from '../sale.ts';
import { brokenRules } from './broken-rules.ts';
import { cleaning, exported, issuedBy, software, untaxed } from './sales.fixtures.ts';

type Row = readonly [what: string, sale: Sale, pointer: string, code: string];

const { amounts, service, customer } = software;
const withheld = { ...amounts, issWithheldBy: 'CUSTOMER' as const };
const suspension = { kind: 'ADMINISTRATIVE' as const, process: '1'.repeat(30) };
const receipt = { otherDocument: 'Recibo 7', kind: '2', issueDate: '2026-10-31', deductible: 1_000, deduction: 1_000 };
const { address: _, ...nowhere } = customer ?? { name: '' };
const pisCofins = { cst: '01', base: 150_000, pisRateBasisPoints: 65, cofinsRateBasisPoints: 300 };
const trade = exported.service.foreignTrade as NonNullable<Sale['service']['foreignTrade']>;
const contributions = (changes: object): Sale => ({
  ...software,
  federalTaxes: { pisCofins: { ...pisCofins, ...changes } },
});
const ROWS: readonly Row[] = [
  ['an unknown service', untaxed({ service: { ...service, code: '010102' } }), '/service/code', 'unknown-service'],
  [
    'ISS on a service without',
    untaxed({ service: { ...service, code: '990101' } }),
    '/iss/taxation',
    'not-taxed-service',
  ],
  ['a work untold', untaxed({ service: { ...service, code: '070201' } }), '/service/work', 'work-missing'],
  [
    'a work that is none',
    untaxed({ service: { ...service, work: { number: '1' } } }),
    '/service/work',
    'work-forbidden',
  ],
  ['an event untold', untaxed({ service: { ...service, code: '120101' } }), '/service/event', 'event-missing'],
  [
    'an event that ends before it starts',
    untaxed({
      service: {
        ...service,
        code: '120101',
        event: { name: 'Show', startDate: '2026-11-10', endDate: '2026-11-09', number: '7' },
      },
    }),
    '/service/event/endDate',
    'event-dates',
  ],
  [
    'a rate below 1.80 % of ISS inside Simples that is withheld',
    issuedBy({ simplesNacional: 'ME_EPP' }, untaxed({ amounts: { ...withheld, issRateBasisPoints: 179 } })),
    '/amounts/issRate',
    'iss-rate',
  ],
  ['a rate below 2 %', untaxed({ amounts: { ...amounts, issRateBasisPoints: 199 } }), '/amounts/issRate', 'iss-rate'],
  ['a rate above 5 %', untaxed({ amounts: { ...amounts, issRateBasisPoints: 501 } }), '/amounts/issRate', 'iss-rate'],
  [
    'a rate that only the client knows',
    untaxed({ amounts: { service: 1, issWithheldBy: 'NOBODY' }, iss: { municipalityActive: false } }),
    '/amounts/issRate',
    'iss-rate-required',
  ],
  [
    'the rate of a Simples bracket, withheld',
    issuedBy({ simplesNacional: 'ME_EPP' }, untaxed({ amounts: { service: 1, issWithheldBy: 'CUSTOMER' } })),
    '/amounts/issRate',
    'iss-rate-required',
  ],
  [
    'ISS withheld from MEI',
    issuedBy({ simplesNacional: 'MEI' }, untaxed({ amounts: withheld })),
    '/amounts/issWithheldBy',
    'withholding-mei',
  ],
  [
    'ISS withheld in a special regime',
    issuedBy({ specialRegime: 'NOTARY' }, untaxed({ amounts: withheld })),
    '/amounts/issWithheldBy',
    'withholding-special-regime',
  ],
  [
    'ISS withheld while suspended',
    untaxed({ amounts: withheld, iss: { suspension } }),
    '/amounts/issWithheldBy',
    'withholding-suspended',
  ],
  [
    'ISS withheld of an immune service',
    untaxed({ amounts: withheld, iss: { taxation: 'IMMUNE', immunity: '1' } }),
    '/amounts/issWithheldBy',
    'withholding-not-taxed',
  ],
  [
    'ISS of a motorway withheld',
    untaxed({ amounts: withheld, service: { ...service, code: '220101' } }),
    '/amounts/issWithheldBy',
    'withholding-service',
  ],
  [
    'ISS withheld by nobody known',
    untaxed({ amounts: withheld, customer: undefined }),
    '/amounts/issWithheldBy',
    'withholder-missing',
  ],
  [
    'ISS withheld by an unknown intermediary',
    untaxed({ amounts: { ...amounts, issWithheldBy: 'INTERMEDIARY' } }),
    '/amounts/issWithheldBy',
    'withholder-missing',
  ],
  [
    'ISS withheld by a customer without address',
    untaxed({ amounts: withheld, customer: nowhere }),
    '/customer/address',
    'withholder-address',
  ],
  [
    'labour hired by a customer without address',
    untaxed({ service: { ...service, code: '170501' }, customer: nowhere }),
    '/customer/address',
    'customer-address',
  ],
  [
    'a sale to oneself',
    untaxed({ customer: { name: 'Nós', cnpj: software.companyCnpj } }),
    '/customer/cnpj',
    'customer-is-issuer',
  ],
  [
    'a foreigner without address',
    { ...exported, customer: { nif: '1', name: 'Inc' } },
    '/customer/foreignAddress',
    'foreign-address',
  ],
  [
    'a Simples regime of no optant',
    issuedBy({ simplesRegime: 'ISS_OUTSIDE' }),
    '/issuer/simplesRegime',
    'simples-regime',
  ],
  [
    'a special regime of MEI',
    issuedBy({ simplesNacional: 'MEI', specialRegime: 'OTHER' }),
    '/issuer/specialRegime',
    'special-regime-mei',
  ],
  [
    'a special regime inside Simples',
    issuedBy({ simplesNacional: 'ME_EPP', specialRegime: 'OTHER' }),
    '/issuer/specialRegime',
    'special-regime-simples',
  ],
  [
    'a special regime elsewhere',
    issuedBy(
      { specialRegime: 'OTHER' },
      untaxed({ service: { ...service, code: '071001', municipalityCode: '3550308' } }),
    ),
    '/issuer/specialRegime',
    'special-regime-elsewhere',
  ],
  [
    'a special regime of what is not taxed',
    issuedBy({ specialRegime: 'OTHER' }, untaxed({ iss: { taxation: 'NOT_SUBJECT' } })),
    '/issuer/specialRegime',
    'special-regime-not-taxed',
  ],
  ['immunity of no kind', untaxed({ iss: { taxation: 'IMMUNE' } }), '/iss/immunity', 'immunity-kind'],
  ['a kind of no immunity', untaxed({ iss: { immunity: '1' } }), '/iss/immunity', 'immunity-kind'],
  [
    'an export to nowhere',
    { ...exported, service: { ...exported.service, country: undefined } },
    '/iss/resultCountry',
    'result-country',
  ],
  [
    'an export without its trade',
    { ...exported, service: { ...exported.service, foreignTrade: undefined } },
    '/service/foreignTrade',
    'foreign-trade-missing',
  ],
  [
    'a taxable service for somebody abroad without its trade',
    untaxed({ customer: exported.customer }),
    '/service/foreignTrade',
    'foreign-trade-abroad',
  ],
  [
    'a taxable service rendered abroad without its trade',
    untaxed({ service: { ...service, country: 'US' } }),
    '/service/foreignTrade',
    'foreign-trade-abroad',
  ],
  [
    'a currency by its ISO number',
    { ...exported, service: { ...exported.service, foreignTrade: { ...trade, currency: '840' } } },
    '/service/foreignTrade/currency',
    'currency',
  ],
  [
    'an exemption that is no benefit',
    untaxed({ iss: { taxation: 'EXEMPT' } }),
    '/iss/taxation',
    'exemption-is-a-benefit',
  ],
  [
    'an export without NBS',
    { ...exported, service: { ...exported.service, nbsCode: undefined } },
    '/service/nbsCode',
    'nbs-for-export',
  ],
  ['IBS without NBS', untaxed({ service: { ...service, nbsCode: undefined } }), '/service/nbsCode', 'nbs-for-ibs-cbs'],
  ['IBS before its time', untaxed({ competenceDate: '2025-12-31' }), '/ibsCbs', 'ibs-cbs-too-early'],
  [
    'a classification of another CST',
    untaxed({ ibsCbs: { operationCode: '100301', cst: '000', classification: '200001' } }),
    '/ibsCbs/classification',
    'classification-of-cst',
  ],
  [
    'another kind of deduction without a name',
    untaxed({ amounts: { ...amounts, deductionDocuments: [{ ...receipt, kind: '99' }] } }),
    '/amounts/deductionDocuments/0/otherKind',
    'deduction-kind',
  ],
  [
    'a deduction of more than its document allows',
    untaxed({ amounts: { ...amounts, deductionDocuments: [receipt, { ...receipt, deduction: 1_001 }] } }),
    '/amounts/deductionDocuments/1/deduction',
    'deduction-above',
  ],
  [
    'documents of a deduction of MEI',
    issuedBy({ simplesNacional: 'MEI' }, untaxed({ amounts: { ...amounts, deductionDocuments: [receipt] } })),
    '/amounts/deductionDocuments',
    'deduction-mei',
  ],
  [
    'a deduction of MEI',
    issuedBy({ simplesNacional: 'MEI' }, untaxed({ amounts: { ...amounts, deduction: 1 } })),
    '/amounts/deduction',
    'deduction-mei',
  ],
  [
    'a deduction from nothing',
    untaxed({ amounts: { ...amounts, deductionBasisPoints: 1 }, iss: { taxation: 'NOT_SUBJECT' } }),
    '/amounts/deductionRate',
    'deduction-not-taxed',
  ],
  [
    'a deduction in a special regime',
    issuedBy({ specialRegime: 'OTHER' }, untaxed({ amounts: { ...amounts, deduction: 1 } })),
    '/amounts/deduction',
    'deduction-special-regime',
  ],
  ['federal taxes of MEI', issuedBy({ simplesNacional: 'MEI' }, software), '/federalTaxes', 'federal-taxes-mei'],
  [
    'IRRF of an optant',
    issuedBy({ simplesNacional: 'ME_EPP' }, { ...software, federalTaxes: { irrfWithheld: 1 } }),
    '/federalTaxes/irrfWithheld',
    'federal-withholding-simples',
  ],
  [
    'INSS of the whole price',
    { ...software, federalTaxes: { inssWithheld: 150_000 } },
    '/federalTaxes/inssWithheld',
    'withheld-too-large',
  ],
  [
    'contributions withheld, but no amount',
    contributions({ withheld: 'CSLL' }),
    '/federalTaxes/csrfWithheld',
    'csrf-missing',
  ],
  [
    'an amount withheld, but no contribution',
    { ...software, federalTaxes: { pisCofins: { ...pisCofins, withheld: 'NONE' }, csrfWithheld: 1 } },
    '/federalTaxes/csrfWithheld',
    'csrf-missing',
  ],
  [
    'contributions without a base',
    contributions({ base: undefined }),
    '/federalTaxes/pisCofins/base',
    'contribution-base',
  ],
  [
    'contributions with a base they cannot have',
    contributions({ cst: '08' }),
    '/federalTaxes/pisCofins/base',
    'contribution-base-forbidden',
  ],
  [
    'contributions on more than the price',
    contributions({ base: 150_001 }),
    '/federalTaxes/pisCofins/base',
    'contribution-base-too-large',
  ],
  [
    'contributions that are not base times rate',
    contributions({ pis: 977 }),
    '/federalTaxes/pisCofins/pis',
    'contribution-amount',
  ],
  [
    'a Simples percentage of no optant',
    untaxed({ approximateTaxes: { simplesRateBasisPoints: 600 } }),
    '/approximateTaxes/simplesRate',
    'approximate-taxes',
  ],
  [
    'another reason that is not told',
    untaxed({ replaces: { accessKey: '3'.repeat(50), reasonCode: '99' } }),
    '/replaces/reason',
    'replacement-reason',
  ],
  [
    'discounts of the whole price',
    untaxed({ amounts: { ...amounts, conditionalDiscount: 150_000 } }),
    '/amounts',
    'discount-too-large',
  ],
  [
    'deductions of more than the price',
    untaxed({ amounts: { ...amounts, deduction: 150_001 } }),
    '/amounts',
    'nothing-left-to-tax',
  ],
  [
    'retentions that leave less than nothing',
    {
      ...cleaning,
      amounts: { ...cleaning.amounts, conditionalDiscount: 900_000 },
    },
    '/amounts',
    'negative-net',
  ],
  [
    'a discount that brings the ISS below 2 %',
    untaxed({ amounts: { ...amounts, unconditionalDiscount: 1 } }),
    '/amounts',
    'effective-rate',
  ],
];

describe('the rules refuse', () => {
  it.each(ROWS)('%s', (_what, sale, pointer, code) => {
    const broken = brokenRules(sale);
    expect(broken.map((rule) => [rule.pointer, rule.code])).toContainEqual([pointer, code]);
    for (const { message, howToFix, source } of broken) expect(message && howToFix && source).toMatch(/\S/);
  });

  it('more than one thing at once', () => {
    const sale = issuedBy({ simplesNacional: 'MEI', specialRegime: 'OTHER' }, { ...software, amounts: withheld });
    expect(brokenRules(sale).map(({ code }) => code)).toEqual([
      'special-regime-mei',
      'withholding-mei',
      'federal-taxes-mei',
    ]);
  });
});

describe('the rules allow', () => {
  it.each([
    ['construction below 2 %', { code: '070201', work: { number: '1' } }],
    ['passenger transport below 2 %', { code: '160101' }],
  ])('%s', (_, changes) => {
    const sale = untaxed({
      service: { ...service, ...changes },
      amounts: { service: 100_000, deduction: 60_000, issRateBasisPoints: 150, issWithheldBy: 'NOBODY' },
    });
    expect(brokenRules(sale)).toEqual([]);
  });

  it('the effective rate of a Simples bracket from 1.80 %, where the ISS is withheld', () => {
    const sale = untaxed({ amounts: { service: 100_000, issRateBasisPoints: 180, issWithheldBy: 'CUSTOMER' } });
    expect(brokenRules(issuedBy({ simplesNacional: 'ME_EPP' }, sale))).toEqual([]);
  });

  it('an own debit a centavo off, as the authority does', () =>
    expect(brokenRules(contributions({ pis: 976 }))).toEqual([]));

  it('an autonomous professional whose ISS is due elsewhere', () =>
    expect(
      brokenRules(
        issuedBy(
          { specialRegime: 'AUTONOMOUS_PROFESSIONAL' },
          untaxed({ service: { ...service, code: '071001', municipalityCode: '3550308' } }),
        ),
      ),
    ).toEqual([]));
});
