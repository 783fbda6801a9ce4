import { describe, expect, it } from 'vitest';
import { localTime } from './local-time.ts';
import { parseMunicipalityCode, stateOf, utcOffsetOf } from './municipality.ts';

function city(code: string) {
  return parseMunicipalityCode(code) ?? expect.fail(`${code} is no municipality`);
}

describe('a municipality', () => {
  it.each([
    ['São Paulo', '3550308', 'SP', '-03:00'],
    ['Manaus', '1302603', 'AM', '-04:00'],
    ['Tabatinga, at the border with Peru', '1304062', 'AM', '-05:00'],
    ['Tabatinga in São Paulo', '3552700', 'SP', '-03:00'],
    ['Rio Branco', '1200401', 'AC', '-05:00'],
    ['Cuiabá', '5103403', 'MT', '-04:00'],
    ['Recife', '2611606', 'PE', '-03:00'],
    ['Fernando de Noronha', '2605459', 'PE', '-02:00'],
  ])('%s has its state and its time', (_, code, state, offset) => {
    expect([stateOf(city(code)), utcOffsetOf(city(code))]).toEqual([state, offset]);
  });

  it.each(['0000000', '9950308', '355030', '35503080', '355030a', '', undefined, 3550308])('%s is none', (code) =>
    expect(parseMunicipalityCode(code)).toBeUndefined(),
  );
});

describe('local time', () => {
  it('changes the date with the municipality', () => {
    const midnightInBrasilia = Date.parse('2026-11-10T03:00:00.999Z');
    expect(localTime(midnightInBrasilia, utcOffsetOf(city('3550308')))).toBe('2026-11-10T00:00:00-03:00');
    expect(localTime(midnightInBrasilia, utcOffsetOf(city('1200401')))).toBe('2026-11-09T22:00:00-05:00');
  });
});
