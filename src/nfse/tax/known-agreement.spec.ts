import { describe, expect, it } from 'vitest';
import { type MunicipalAgreement, UNKNOWN_AGREEMENT } from '../routing/agreement.ts';
import type { Sale } from '../sale.ts';
import { decidesAboutRate, lacksRate, leavesRateOut, withAgreement } from './known-agreement.ts';
import { rateStatement } from './stated-rate.ts';

const BELO_HORIZONTE = '3106200';
const CONTAGEM = '3118601';
const active: MunicipalAgreement = { status: 'active', nationalIssuer: false, enabledByDefault: false };
const absent: MunicipalAgreement = { status: 'absent' };

/** A company outside the Simples Nacional, with a rate. */
const sale: Sale = {
  companyCnpj: '11222333000181',
  municipalityCode: BELO_HORIZONTE,
  competenceDate: '2026-12-01',
  issuer: { simplesNacional: 'NONE' },
  service: { code: '010701', description: 'Suporte', municipalityCode: BELO_HORIZONTE },
  amounts: { service: 100_000, issWithheldBy: 'NOBODY', issRateBasisPoints: 250 },
};
const withoutRate: Sale = { ...sale, amounts: { service: 100_000, issWithheldBy: 'NOBODY' } };
/** Construction: the ISS is due where the work is. */
const elsewhere: Sale = { ...sale, service: { ...sale.service, code: '070201', municipalityCode: CONTAGEM } };

describe('the municipality that decides about the rate', () => {
  it.each<[string, Sale, string | undefined]>([
    ['the provider’s', sale, BELO_HORIZONTE],
    ['where the work is, for construction', elsewhere, CONTAGEM],
    ['none for a MEI, who never states one', { ...sale, issuer: { simplesNacional: 'MEI' } }, undefined],
    [
      'none inside the Simples Nacional, where the withholding decides',
      { ...sale, issuer: { simplesNacional: 'ME_EPP' } },
      undefined,
    ],
    ['none where the client says it', { ...sale, iss: { municipalityActive: false } }, undefined],
  ])('is %s', (_, of, municipality) => expect(decidesAboutRate(of)).toBe(municipality));
});

describe('what is known of the agreement', () => {
  it.each<[string, Sale, MunicipalAgreement, ReturnType<typeof rateStatement>, boolean]>([
    ['leaves the rate out where the municipality keeps it in the national system', sale, active, 'omitted', false],
    ['has it written where it does not', sale, absent, 'required', false],
    ['misses it where it does not and none is given', withoutRate, absent, 'required', true],
    ['changes nothing where nothing is known', sale, UNKNOWN_AGREEMENT, 'as-given', false],
    [
      'counts for less than what the client says',
      { ...sale, iss: { municipalityActive: false } },
      active,
      'required',
      false,
    ],
    [
      'keeps what else the client says of the ISS',
      { ...sale, iss: { taxation: 'IMMUNE', immunity: '1' } },
      active,
      'omitted',
      false,
    ],
  ])('%s', (_, of, agreement, statement, lacks) => {
    const completed = withAgreement(of, agreement);
    expect(rateStatement(completed)).toBe(statement);
    expect(lacksRate(completed)).toBe(lacks);
    expect(completed.iss).toEqual(expect.objectContaining(of.iss ?? {}));
  });
});

describe('a rate that the client gave', () => {
  it.each<[string, Sale, MunicipalAgreement, boolean]>([
    ['is left out where the municipality keeps its own', sale, active, true],
    ['is declared where it does not', sale, absent, false],
    ['is declared where nothing is known', sale, UNKNOWN_AGREEMENT, false],
    ['is left out by the client’s own word', { ...sale, iss: { municipalityActive: true } }, active, false],
    ['cannot be left out where there is none', withoutRate, active, false],
    ['is left out by the layout, whatever is known', { ...sale, issuer: { simplesNacional: 'MEI' } }, active, false],
  ])('%s', (_, of, agreement, leftOut) => expect(leavesRateOut(of, agreement)).toBe(leftOut));
});
