import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sale } from '../sale.ts';
import { acceptableSale } from './any-sale.fixtures.ts';
import { brokenRules } from './broken-rules.ts';
import { cleaning, exported, software } from './sales.fixtures.ts';
import { share } from './share.ts';
import { rateStatement } from './stated-rate.ts';
import { workOut } from './work-out.ts';

/** The amount of one line. */
const told = (sale: Sale, code: string) => workOut(sale).lines.find((line) => line.code === code)?.amount;
const withIssuer = (issuer: Sale['issuer'], sale: Sale = software): Sale => ({
  ...sale,
  issuer,
  federalTaxes: undefined,
});

describe('a share of an amount', () => {
  it.each([
    ['half a centavo up', 5_050, 100, 'half-up', 51],
    ['half a centavo to the even neighbour below', 5_050, 100, 'half-even', 50],
    ['half a centavo to the even neighbour above', 5_150, 100, 'half-even', 52],
    ['more than half up, either way', 5_051, 100, 'half-even', 51],
    ['an amount whose product no double holds', 99_999_999_999_999, 999, 'half-up', 9_990_000_000_000],
  ] as const)('takes %s', (_, amount, rate, rounding, expected) =>
    expect(share(amount, rate, rounding)).toBe(expected),
  );

  it('is never further than half a centavo from the exact product', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.constantFrom('half-up' as const, 'half-even' as const),
        (amount, rate, rounding) => {
          const off = BigInt(share(amount, rate, rounding)) * 10_000n - BigInt(amount) * BigInt(rate);
          expect(off <= 5_000n && off >= -5_000n).toBe(true);
        },
      ),
    ));
});

describe('the worked examples', () => {
  it('a plain note: ISS stated, nothing withheld, IBS and CBS at the rates of 2026', () => {
    expect(workOut(software)).toMatchObject({ issBase: 150_000, iss: 3_000, totalWithheld: 0, net: 150_000 });
    const lines = ['pis', 'cofins', 'ibs-cbs-base', 'ibs-state', 'ibs-municipal', 'cbs', 'note-total'];
    expect(lines.map((code) => told(software, code))).toEqual([975, 4_500, 141_525, 142, 0, 1_274, 150_000]);
  });

  it('a note with everything withheld: the base without the conditional discount, the net without own debits', () => {
    expect(workOut(cleaning)).toMatchObject({
      issBase: 950_000,
      iss: 47_500,
      issWithheld: 47_500,
      federallyWithheld: 158_175,
      totalWithheld: 205_675,
      net: 734_325,
    });
    const lines = ['pis', 'cofins', 'ibs-cbs-base', 'ibs-state', 'cbs'];
    expect(lines.map((code) => told(cleaning, code))).toEqual([15_675, 72_200, 814_625, 815, 7_332]);
  });

  it('a city note with PIS, COFINS, CSLL, IR and ISS withheld', () => {
    const sale: Sale = {
      ...software,
      amounts: { service: 500_000, issWithheldBy: 'CUSTOMER', issRateBasisPoints: 500 },
      federalTaxes: { irrfWithheld: 7_500, csrfWithheld: 3_250 + 15_000 + 5_000 },
    };
    expect(workOut(sale)).toMatchObject({ issBase: 500_000, iss: 25_000, totalWithheld: 55_750, net: 444_250 });
  });

  it('recognises the usual rates in what is withheld', () => {
    const { lines } = workOut(cleaning);
    const rate = (code: string) => lines.find((line) => line.code === code)?.rateBasisPoints;
    expect(['inss-withheld', 'irrf-withheld', 'csrf-withheld'].map(rate)).toEqual([1100, 100, 465]);
  });

  it('breaks no rule', () => {
    for (const sale of [software, cleaning, exported]) expect(brokenRules(sale)).toEqual([]);
  });
});

describe('the ISS of a note', () => {
  it.each([
    ['MEI', withIssuer({ simplesNacional: 'MEI' })],
    ['ME/EPP inside Simples, not withheld', withIssuer({ simplesNacional: 'ME_EPP' })],
    ['a special regime', withIssuer({ simplesNacional: 'NONE', specialRegime: 'PROFESSIONAL_PARTNERSHIP' })],
    ['an export', exported],
    ['an immune service', { ...software, iss: { taxation: 'IMMUNE', immunity: '2' } } as Sale],
    ['a suspended tax', { ...software, iss: { suspension: { kind: 'COURT', process: '1'.repeat(30) } } } as Sale],
  ])('is not stated for %s', (_, sale) => {
    const { iss, issBase, net } = workOut(sale);
    expect([iss, issBase, net]).toEqual([undefined, undefined, sale.amounts.service]);
  });

  it('is stated for ME/EPP when withheld, and lowers the net', () => {
    const amounts = { service: 100_000, issWithheldBy: 'CUSTOMER' as const, issRateBasisPoints: 201 };
    const sale = withIssuer({ simplesNacional: 'ME_EPP' }, { ...software, amounts });
    expect(workOut(sale)).toMatchObject({ iss: 2_010, net: 97_990 });
  });

  it('takes a deduction in percent after the unconditional discount', () => {
    const amounts = {
      service: 100_000,
      unconditionalDiscount: 10_000,
      deductionBasisPoints: 4_000,
      issRateBasisPoints: 500,
    };
    expect(workOut({ ...software, amounts: { ...amounts, issWithheldBy: 'NOBODY' } })).toMatchObject({
      issBase: 54_000,
      iss: 2_700,
      net: 90_000,
    });
  });

  it('takes the sum of the documents that prove a deduction', () => {
    const document = { otherDocument: 'Recibo 7', kind: '2', issueDate: '2026-10-31', deductible: 20_000 };
    const deductionDocuments = [
      { ...document, deduction: 20_000 },
      { ...document, deduction: 10_000 },
    ];
    const amounts = { service: 100_000, deductionDocuments, issRateBasisPoints: 500, issWithheldBy: 'NOBODY' as const };
    expect(workOut({ ...software, amounts })).toMatchObject({ issBase: 70_000, iss: 3_500 });
    expect(told({ ...software, amounts }, 'deduction')).toBe(30_000);
  });

  it('taxes nothing that was paid to others for the customer, neither with ISS nor with IBS and CBS', () => {
    const reimbursement = { kind: '01', issueDate: '2026-10-31', competenceDate: '2026-10-31', amount: 50_000 };
    const otherDocument = { number: '1', description: 'Passagem aérea' };
    const ibsCbs = { operationCode: '100301', cst: '000', classification: '000001' };
    const sale = { ...software, ibsCbs: { ...ibsCbs, reimbursements: [{ ...reimbursement, otherDocument }] } };
    expect(workOut(sale)).toMatchObject({ issBase: 100_000, iss: 2_000, net: 150_000 });
    expect(told(sale, 'reimbursed')).toBe(50_000);
    expect(told(sale, 'ibs-cbs-base')).toBe(100_000 - 2_000 - 975 - 4_500);
  });

  it('takes a benefit from what deductions leave', () => {
    const amounts = { service: 100_000, deduction: 20_000, issRateBasisPoints: 500, issWithheldBy: 'NOBODY' as const };
    const iss = { benefit: { number: '31062000200012', reductionBasisPoints: 2_500 } };
    expect(workOut({ ...software, amounts, iss })).toMatchObject({ issBase: 60_000, iss: 3_000 });
  });

  it('is unknown without a rate, and the net too when it is withheld', () => {
    const { issRateBasisPoints: _, ...amounts } = cleaning.amounts;
    const { iss, net, totalWithheld, lines } = workOut({ ...cleaning, amounts });
    expect([iss, net, totalWithheld]).toEqual([undefined, undefined, undefined]);
    expect(lines.find(({ code }) => code === 'net')?.note).toMatch(/depende do ISS/);
  });
});

describe('the rate of the ISS is', () => {
  const by = (issuer: Sale['issuer'], municipalityActive: boolean | undefined, withheld: boolean) =>
    rateStatement({
      issuer,
      iss: { municipalityActive },
      amounts: { service: 1, issWithheldBy: withheld ? 'CUSTOMER' : 'NOBODY' },
    });
  const outside = { simplesNacional: 'ME_EPP', simplesRegime: 'ISS_OUTSIDE' } as const;
  const all = { simplesNacional: 'ME_EPP', simplesRegime: 'ALL_OUTSIDE' } as const;
  it.each([
    ['omitted', 'MEI', { simplesNacional: 'MEI' }, false, false],
    ['omitted', 'a special regime', { simplesNacional: 'NONE', specialRegime: 'OTHER' }, false, true],
    ['omitted', 'no Simples, active municipality', { simplesNacional: 'NONE' }, true, true],
    ['required', 'no Simples, municipality not active', { simplesNacional: 'NONE' }, false, false],
    ['as-given', 'no Simples, nobody knows', { simplesNacional: 'NONE' }, undefined, true],
    ['required', 'ME/EPP inside, withheld', { simplesNacional: 'ME_EPP' }, true, true],
    ['omitted', 'ME/EPP inside, not withheld', { simplesNacional: 'ME_EPP' }, false, false],
    ['omitted', 'ME/EPP with ISS outside, active municipality', outside, true, true],
    ['required', 'ME/EPP with ISS outside, municipality not active', outside, false, false],
    ['required', 'ME/EPP all outside, municipality not active', all, false, true],
  ] as const)('%s for %s', (expected, _, issuer, active, withheld) => {
    expect(by(issuer, active, withheld)).toBe(expected);
  });
});

describe('a sale that no rule refuses', () => {
  it('leaves a net amount that is price less discounts and what is withheld, never below zero', () => {
    let seen = 0;
    fc.assert(
      fc.property(acceptableSale, (sale) => {
        const { net, issWithheld = 0, federallyWithheld, iss = 0, issBase = 0 } = workOut(sale);
        const { service, unconditionalDiscount = 0, conditionalDiscount = 0 } = sale.amounts;
        const { inssWithheld = 0, irrfWithheld = 0, csrfWithheld = 0 } = sale.federalTaxes ?? {};
        expect(federallyWithheld).toBe(inssWithheld + irrfWithheld + csrfWithheld);
        if (net !== undefined) {
          seen++;
          expect(net).toBe(service - unconditionalDiscount - conditionalDiscount - federallyWithheld - issWithheld);
          expect(net).toBeGreaterThanOrEqual(0);
        }
        expect(issBase).toBeGreaterThanOrEqual(0);
        expect(iss).toBeLessThanOrEqual(Math.ceil(service * 0.05) + 1);
        if (sale.amounts.issWithheldBy === 'NOBODY') expect(issWithheld).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(100);
  });

  it('is told in whole centavos, each line once', () =>
    fc.assert(
      fc.property(acceptableSale, (sale) => {
        const { lines } = workOut(sale);
        expect(new Set(lines.map(({ code }) => code)).size).toBe(lines.length);
        for (const { amount, note } of lines)
          expect(amount === undefined ? note : Number.isInteger(amount)).toBeTruthy();
      }),
      { numRuns: 200 },
    ));
});

describe('IBS and CBS', () => {
  it.each([
    ['2027-06-01', 145_500 + 1_500, 74, 74, undefined],
    ['2029-06-01', 147_000, undefined, undefined, undefined],
    ['2033-06-01', 150_000, undefined, undefined, undefined],
  ])('of %s stand on their year’s base, at the rates that are known', (competenceDate, base, state, municipal, cbs) => {
    const sale = { ...software, competenceDate };
    const lines = ['ibs-cbs-base', 'ibs-state', 'ibs-municipal', 'cbs'];
    expect(lines.map((code) => told(sale, code))).toEqual([base, state, municipal, cbs]);
  });

  it('are the authority’s to reduce where the classification is not full taxation', () => {
    const sale: Sale = { ...software, ibsCbs: { operationCode: '100301', cst: '200', classification: '200028' } };
    expect(told(sale, 'cbs')).toBeUndefined();
  });
});
