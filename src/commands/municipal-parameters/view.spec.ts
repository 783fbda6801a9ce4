import { describe, expect, it } from 'vitest';
import type { ParameterQuestion } from '../../nfse/municipal-parameters/questions.ts';
import { ageOf, expiryOf, type ParameterRecord } from './records.ts';
import { parametersView } from './view.ts';

const now = new Date('2026-12-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR_MS).toISOString();
const companyCnpj = '11222333000181';
const set = { kind: 'set', value: { nationalIssuers: true } } as const;
const notSet = { kind: 'not-set', message: 'inativo' } as const;
const WEEK = 7 * 24;

describe('the age of an answer', () => {
  it.each([
    ['fresh for a day', set, 24, 'fresh'],
    ['stale after a day', set, 24.01, 'stale'],
    ['stale for a week', set, 24 + WEEK, 'stale'],
    ['expired after that', set, 24.01 + WEEK, 'expired'],
    ['fresh for an hour where nothing is set', notSet, 1, 'fresh'],
    ['stale after an hour where nothing is set', notSet, 1.01, 'stale'],
    ['expired a week after that', notSet, 1.01 + WEEK, 'expired'],
  ] as const)('is %s', (_, answer, hours, age) =>
    expect(ageOf({ answer, answeredAt: hoursAgo(hours) }, now)).toBe(age),
  );

  it('is expired where there was none', () => expect(ageOf({}, now)).toBe('expired'));

  it('ends when the item may go', () => {
    expect(ageOf({ answer: set, answeredAt: now.toISOString() }, expiryOf(set, now))).toBe('stale');
  });
});

describe('what a reader is told', () => {
  const agreement: ParameterQuestion = { kind: 'agreement' };
  const rates: ParameterQuestion = { kind: 'rates', service: '01.07.01.000' };
  const record = (parts: Partial<ParameterRecord>): ParameterRecord => ({
    municipalityCode: '3106200',
    parameter: 'agreement',
    ...parts,
  });
  const view = (records: readonly ParameterRecord[], questions: readonly ParameterQuestion[] = [agreement]) =>
    parametersView(records, questions, { now, date: '2026-12-01', companyCnpj });

  it('of a fresh answer: the value, and nobody needs to be asked', () =>
    expect(view([record({ answer: set, answeredAt: hoursAgo(2) })])).toEqual({
      parameters: { agreement: { status: 'SET', fetchedAt: hoursAgo(2), value: { nationalIssuers: true } } },
      wanting: [],
      complete: true,
    }));

  it('of an old one: that it is stale, why, and the worker is to be asked', () =>
    expect(
      view([record({ answer: set, answeredAt: hoursAgo(30), failure: { at: hoursAgo(1), code: 'NO_ANSWER' } })]),
    ).toEqual({
      parameters: {
        agreement: {
          status: 'SET',
          fetchedAt: hoursAgo(30),
          stale: true,
          lastFailure: { at: hoursAgo(1), code: 'NO_ANSWER' },
          value: { nationalIssuers: true },
        },
      },
      wanting: [agreement],
      complete: true,
    }));

  it('of an expired one: nothing', () =>
    expect(view([record({ answer: set, answeredAt: hoursAgo(1000) })])).toEqual({
      parameters: { agreement: { status: 'UNKNOWN' } },
      wanting: [agreement],
      complete: false,
    }));

  it('of an agreement that is not active: what the national system says', () =>
    expect(view([record({ answer: notSet, answeredAt: hoursAgo(0) })]).parameters.agreement).toEqual({
      status: 'NOT_SET',
      fetchedAt: hoursAgo(0),
      message: 'inativo',
    }));

  it.each([
    ['its own certificate', companyCnpj, { status: 'UNKNOWN', lastFailure: { at: hoursAgo(0), code: 'CERTIFICATE' } }],
    ['nobody else’s', '77001122000127', { status: 'UNKNOWN' }],
  ])('of trouble with a certificate: %s', (_, company, expected) =>
    expect(
      view([record({ failure: { at: hoursAgo(0), code: 'CERTIFICATE', companyCnpj: company } })]).parameters.agreement,
    ).toEqual(expected),
  );

  it('of rates: the one in force, and all of them', () => {
    const periods = [
      { percent: '2.50', from: '2026-01-01' },
      { percent: '5.00', from: '2023-01-01', to: '2025-12-31' },
    ];
    const known = record({
      parameter: 'rates#01.07.01.000',
      answer: { kind: 'set', value: periods },
      answeredAt: hoursAgo(1),
    });
    expect(view([known], [rates]).parameters.rates?.value).toEqual({ inForce: periods[0], periods });
  });
});
