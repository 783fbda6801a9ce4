import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../test/facts.ts';
import { needing } from '../../test/needs.ts';
import { serviceCode, serviceCodes } from './service-codes.ts';

const official = factFile('tables/service-codes-incidence.csv')?.trim().split(/\r?\n/).slice(1);
const TABLE_WORDS = { PROVIDER: 'PROVIDER', PLACE_OF_SERVICE: 'PLACE_OF_SERVICE', CUSTOMER: 'TAKER', NONE: 'NONE' };
const TABLE_GROUPS = { work: 'obra', event: 'atvEvento' };

describe('the national service list', () => {
  needing(WITHOUT_FACTS, it)('is the official one', () => {
    const rows = serviceCodes().map(({ code, incidence, requires }) => {
      const item = `${Number(code.slice(0, 2))}.${code.slice(2, 4)}`;
      return [code, item, TABLE_WORDS[incidence], requires ? TABLE_GROUPS[requires] : ''].join();
    });
    expect(rows).toEqual(official);
  });

  it.each([
    ['software development', '010101', 'PROVIDER', undefined],
    ['construction', '070201', 'PLACE_OF_SERVICE', 'work'],
    ['a show', '120101', 'PLACE_OF_SERVICE', 'event'],
    ['labour hire', '170501', 'CUSTOMER', undefined],
    ['a service without ISS', '990101', 'NONE', undefined],
  ])('knows of %s where its ISS is due and what else is to be told', (_, code, incidence, requires) => {
    expect(serviceCode(code)).toEqual({ code, incidence, requires });
  });

  it.each(['010102', '000000', '1.01', 'constructor', ''])('has no %j', (code) => {
    expect(serviceCode(code)).toBeUndefined();
  });
});
