import { describe, expect, it } from 'vitest';
import { isoCurrency } from './currencies.ts';

describe('a currency by its number', () => {
  it.each([
    ['840', ['GB'], 'USD', '220'],
    ['826', [], 'GBP', '540'],
    ['392', ['JP'], 'JPY', '470'],
    ['756', [], 'CHF', '425'],
    ['608', ['PH'], 'PHP', '735'],
    ['986', [], 'BRL', '790'],
  ])('of ISO, %s in a sale to %j, is caught: %s is %s', (number, countries, letters, centralBank) =>
    expect(isoCurrency(number, countries)).toEqual({ letters, number: centralBank }),
  );

  it.each([
    ['the Central Bank’s', '220', ['US']],
    ['the same in both tables', '978', ['PT']],
    ['the Central Bank’s, of the country of the sale', '840', ['MU']],
    ['the Central Bank’s, where ISO means a country that has no part in the sale', '706', ['UY']],
    ['in neither table', '001', []],
  ])('%s stands as it is', (_, number, countries) => expect(isoCurrency(number, countries)).toBeUndefined());
});
