import { describe, expect, it } from 'vitest';
import type { Sale } from './sale.ts';
import { exported, software } from './tax/sales.fixtures.ts';
import { warningsOf } from './warnings.ts';

const ibsCbs = { operationCode: '100301', cst: '000', classification: '000001' };
const sale = (
  code: string,
  competenceDate: string,
  simplesNacional: Sale['issuer']['simplesNacional'] = 'NONE',
): Sale => ({
  ...software,
  competenceDate,
  issuer: { ...software.issuer, simplesNacional },
  service: { ...software.service, code },
  ibsCbs: undefined,
});
const codes = (...args: Parameters<typeof sale>) => warningsOf(sale(...args), {}).map(({ code }) => code);

describe('a note that does not tell its IBS and CBS', () => {
  it.each<[string, Parameters<typeof sale>, boolean]>([
    ['of a service in September 2026', ['010101', '2026-09-30'], false],
    ['of a service from October 2026 on', ['010101', '2026-10-01'], true],
    ['of data processing in November', ['010301', '2026-11-30'], false],
    ['of data processing from December on', ['010301', '2026-12-01'], true],
    ['of licensed software from December on', ['010501', '2026-12-01'], true],
    ['of streaming in November', ['010901', '2026-11-30'], false],
    ['of municipal transport from December on', ['160102', '2026-12-01'], true],
    ['of a rental in November', ['990101', '2026-11-30'], false],
    ['of a rental from December on', ['990101', '2026-12-01'], true],
    ['of an ME/EPP in December', ['010101', '2026-12-31', 'ME_EPP'], false],
    ['of an ME/EPP from 2027 on', ['010301', '2027-01-01', 'ME_EPP'], true],
    ['of a MEI from 2027 on', ['010101', '2027-01-01', 'MEI'], true],
  ])('%s', (_, args, warned) => expect(codes(...args)).toEqual(warned ? ['ibs-cbs-missing'] : []));

  it('is told since when it should, and where', () =>
    expect(warningsOf(sale('010101', '2026-11-10'), {})).toMatchObject([
      { pointer: '/ibsCbs', message: expect.stringContaining('01/10/2026') },
    ]));

  it('is not warned of when it does', () => {
    expect(warningsOf({ ...sale('010101', '2026-11-10'), ibsCbs }, {})).toEqual([]);
  });
});

describe('a note for somebody abroad', () => {
  const abroad = { ...exported, competenceDate: '2026-09-30' };
  const nameless = { ...abroad.customer, name: 'Example Foreign Inc', nif: undefined, noNif: 'NOT_INFORMED' } as const;

  it.each([
    ['as customer', { customer: nameless }, '/customer/noNif'],
    ['as intermediary', { intermediary: nameless }, '/intermediary/noNif'],
    ['as recipient', { ibsCbs: { ...ibsCbs, recipient: nameless } }, '/ibsCbs/recipient/noNif'],
  ])('%s warns that the number is not told', (_, changes, pointer) =>
    expect(warningsOf({ ...abroad, ...changes }, {})).toMatchObject([
      { pointer, code: 'foreign-number-not-informed', message: expect.stringContaining('NIF') },
    ]),
  );

  it('does not warn where it says why there is none', () =>
    expect(warningsOf({ ...abroad, customer: { ...nameless, noNif: 'EXEMPT' } }, {})).toEqual([]));

  it('warns in the national layout that the foreign-trade group may be asked for', () => {
    const service = { ...abroad.service, foreignTrade: undefined };
    expect(warningsOf({ ...abroad, service }, { provider: 'national' })).toMatchObject([
      { pointer: '/service/foreignTrade', code: 'foreign-trade-missing' },
    ]);
    expect(warningsOf({ ...abroad, service }, { provider: 'abrasf' })).toEqual([]);
  });
});

describe('a rate that the national layout leaves out', () => {
  const rated = { ...software, iss: { municipalityActive: true } };
  it('is warned of, where it was given', () =>
    expect(warningsOf(rated, { provider: 'national' })).toMatchObject([
      { pointer: '/amounts/issRate', code: 'iss-rate-left-out' },
    ]));

  it('is warned of, where what is known of the municipality decided it', () =>
    expect(warningsOf({ ...software, iss: undefined }, { provider: 'national', rateLeftOut: true })).toMatchObject([
      { pointer: '/amounts/issRate', code: 'iss-rate-left-out' },
    ]));

  it('is none where it is written', () => {
    expect(warningsOf({ ...rated, iss: { municipalityActive: false } }, { provider: 'national' })).toEqual([]);
    expect(warningsOf(rated, { provider: 'abrasf' })).toEqual([]);
  });
});

describe('a note for the national system', () => {
  it('warns where its city is not ready for it', () =>
    expect(warningsOf(sale('010101', '2026-09-30'), { cityUnprepared: true })).toMatchObject([
      { pointer: '/municipalityCode', code: 'city-unprepared' },
    ]));
});
