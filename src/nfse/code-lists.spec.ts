import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../test/facts.ts';
import { needing } from '../../test/needs.ts';
import { centralBankCountry, isForeignCountry } from './countries.ts';
import { isOperationCode } from './operation-codes.ts';

const official = factFile('tables/cindop.csv')
  ?.trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => line.slice(0, 6));
const sixDigits = Array.from({ length: 110_000 }, (_, number) => String(number).padStart(6, '0'));

describe('a country abroad', () => {
  it.each(['US', 'PT', 'AR', 'CN'])('may be %s', (code) => expect(isForeignCountry(code)).toBe(true));
  it.each(['BR', 'ZZ', 'us', '', 'USA'])('is not %j', (code) => expect(isForeignCountry(code)).toBe(false));
});

describe('the Central Bank’s number of a country', () => {
  it.each([
    ['US', '2496'],
    ['GB', '6289'],
    ['FR', '2755'],
    ['DE', '0230'],
    ['CN', '1600'],
  ])('of %s is %s', (code, number) => expect(centralBankCountry(code)).toBe(number));

  it('is unknown of what is no country, or has no number', () =>
    expect([centralBankCountry('BR'), centralBankCountry('ZZ'), centralBankCountry('UM')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]));
});

describe('the operations of IBS and CBS', () => {
  needing(WITHOUT_FACTS, it)('are the official ones, and no others', () =>
    expect(sixDigits.filter(isOperationCode)).toEqual(official),
  );
});
