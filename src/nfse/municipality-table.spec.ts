import { describe, expect, it } from 'vitest';
import { factFile, WITHOUT_FACTS } from '../../test/facts.ts';
import { needing } from '../../test/needs.ts';
import { parseMunicipalityCode, stateOf } from './municipality.ts';
import { municipalityName } from './municipality-names.ts';
import { isMunicipality, municipalitiesByState, municipalityCheckDigit } from './municipality-table.ts';

const official = factFile('tables/municipios-ibge.csv')
  ?.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));
const ours = [...municipalitiesByState().values()].flat();

describe('the table of municipalities', () => {
  it('has each of the 5570 once', () => {
    expect(ours).toHaveLength(5570);
    expect(new Set(ours).size).toBe(5570);
  });

  needing(WITHOUT_FACTS, it)('is the official one, names and states included', () => {
    const rows = ours.map((code) => {
      const known = parseMunicipalityCode(code) ?? expect.fail(code);
      return [code, municipalityName(code), stateOf(known)].join();
    });
    expect(rows.sort()).toEqual(official?.map(([code, name, state]) => [code, name, state].join()).sort());
  });

  it('has nine codes that break the rule of the check digit', () => {
    expect(ours.filter((code) => municipalityCheckDigit(code.slice(0, 6)) !== code[6])).toEqual([
      '2201919',
      '2201988',
      '2202251',
      '2611533',
      '3117836',
      '3152131',
      '4305871',
      '5203939',
      '5203962',
    ]);
  });

  it.each(['3106201', '3106209', '2201910', '0000000', '9999999', '310620', '31062000', 'constructor', '3100000'])(
    'has no %s',
    (code) => {
      expect(isMunicipality(code)).toBe(false);
      expect(municipalityName(code)).toBeUndefined();
    },
  );
});
