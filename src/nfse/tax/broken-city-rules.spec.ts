import { describe, expect, it } from 'vitest';
import type { Sale } from '../sale.ts';
import { brokenRules } from './broken-rules.ts';
import { exported, issuedBy, software, untaxed } from './sales.fixtures.ts';

const { amounts, service } = software;
const withheld = { ...amounts, issWithheldBy: 'CUSTOMER' as const };

describe('a city hall with a system of its own', () => {
  it('is not held to what only the national layout asks for', () => {
    const sale = { ...exported, service: { ...exported.service, foreignTrade: undefined, nbsCode: undefined } };
    expect(brokenRules(sale).map(({ code }) => code)).toEqual(['foreign-trade-missing', 'nbs-for-export']);
    expect(brokenRules(sale, 'city')).toEqual([]);
  });

  it.each<[string, Sale, string | undefined]>([
    [
      'a rate where the note states no ISS',
      untaxed({ iss: { taxation: 'EXEMPT' }, amounts: { ...amounts, issRateBasisPoints: 200 } }),
      'rate-without-iss',
    ],
    [
      'no rate where the ISS is due to another municipality',
      untaxed({
        service: { ...service, code: '070201', municipalityCode: '3550308', work: { number: '1' } },
        amounts: { service: 1_000, issWithheldBy: 'NOBODY' },
      }),
      'rate-elsewhere',
    ],
    [
      'a benefit that reduces a base which is not taxed',
      untaxed({
        iss: { taxation: 'EXEMPT', benefit: { number: '31062000200012', reduction: 100 } },
        amounts: { service: 1_000, issWithheldBy: 'NOBODY' },
      }),
      'benefit-without-iss',
    ],
    [
      'the share of a benefit in a special regime',
      issuedBy(
        { specialRegime: 'ESTIMATE' },
        untaxed({
          iss: { benefit: { number: '31062000200012', reductionBasisPoints: 100 } },
          amounts: { service: 1_000, issWithheldBy: 'NOBODY' },
        }),
      ),
      'benefit-without-iss',
    ],
    [
      'a cooperative’s act, which is not subject to ISS',
      issuedBy(
        { specialRegime: 'COOPERATIVE_ACT' },
        untaxed({ iss: { taxation: 'NOT_SUBJECT' }, amounts: { service: 1_000, issWithheldBy: 'NOBODY' } }),
      ),
      undefined,
    ],
    [
      'the number of the benefit that exempts',
      untaxed({
        iss: { taxation: 'EXEMPT', benefit: { number: '31062000200012' } },
        amounts: { service: 1_000, issWithheldBy: 'NOBODY' },
      }),
      undefined,
    ],
    [
      'an exemption without a rate',
      untaxed({ iss: { taxation: 'EXEMPT' }, amounts: { service: 1_000, issWithheldBy: 'NOBODY' } }),
      undefined,
    ],
  ])('takes %s for what it is', (_, sale, code) => {
    const broken = brokenRules(sale, 'city');
    expect(broken.map((rule) => rule.code)).toEqual(code === undefined ? [] : [code]);
    expect(brokenRules(sale).map((rule) => rule.code)).not.toContain(code ?? 'none');
  });

  it('is held to the law all the same', () =>
    expect(brokenRules(issuedBy({ simplesNacional: 'MEI' }, untaxed({ amounts: withheld })), 'city')).toMatchObject([
      { pointer: '/amounts/issWithheldBy', code: 'withholding-mei' },
    ]));
});
