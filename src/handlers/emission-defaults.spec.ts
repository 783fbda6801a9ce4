import { describe, expect, it } from 'vitest';
import { completed, defaultSeries } from './emission-defaults.ts';

const registered = {
  municipalityCode: '3106200',
  issuer: { municipalRegistration: '1234567', simplesNacional: 'ME_EPP' as const },
  dps: { series: '7' },
};

describe('an emission of a registered company', () => {
  it('takes what it leaves out from the registration', () =>
    expect(completed({ companyCnpj: '11222333000181' }, registered)).toEqual({
      companyCnpj: '11222333000181',
      ...registered,
    }));

  it('keeps what it says itself', () => {
    const content = {
      municipalityCode: '3550308',
      issuer: { simplesNacional: 'MEI' },
      dps: { series: '9', number: 5 },
    };
    expect(completed(content, registered)).toEqual(content);
  });

  it('may name the number and leave the series to the registration', () =>
    expect(completed({ dps: { number: 5 } }, registered)).toMatchObject({ dps: { series: '7', number: 5 } }));

  it.each([
    ['no dps', {}, '7'],
    ['a number alone', { dps: { number: 5 } }, '7'],
    ['a series', { dps: { series: '9' } }, undefined],
  ])('that names %s takes the series of the registration only where it names none', (_title, content, series) =>
    expect(defaultSeries(content, registered)).toBe(series),
  );

  it('takes the issuer as a whole or not at all', () =>
    expect(completed({ issuer: {} }, registered)).toMatchObject({ issuer: {} }));

  it.each([[null], ['1'], [[]]])('leaves dps %j to be refused', (dps) =>
    expect(completed({ dps }, registered)).toMatchObject({ dps }),
  );

  it('is as it came where nothing is registered', () => {
    const content = { companyCnpj: '11222333000181' };
    expect(completed(content, undefined)).toBe(content);
  });
});
