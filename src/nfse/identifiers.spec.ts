import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessKey, hasAccessKeyShape, nfseNumberOf, parseAccessKey } from './access-key.ts';
import { parseCnpj } from './cnpj.ts';
import { parseCpf } from './cpf.ts';
import { dpsId, parseDpsId } from './dps-id.ts';
import { parseMunicipalityCode } from './municipality.ts';

const belohorizonte = parseMunicipalityCode('3106200') ?? expect.fail();
const company = parseCnpj('11222333000181') ?? expect.fail();
const newCompany = parseCnpj('12ABC34501DE35') ?? expect.fail();
const person = parseCpf('52998224725') ?? expect.fail();

const issuers = fc.constantFrom({ companyCnpj: company }, { companyCnpj: newCompany }, { cpf: person });
const series = fc.integer({ min: 1, max: 49_999 }).map(String);

describe('a DPS id', () => {
  it('is put together from municipality, company, series and number', () => {
    const id = dpsId({ municipalityCode: belohorizonte, companyCnpj: company, series: '1', number: 1 });
    expect(id).toBe('DPS310620021122233300018100001000000000000001');
  });

  it('of a natural person is padded to the length of a CNPJ', () => {
    const id = dpsId({ municipalityCode: belohorizonte, cpf: person, series: '900', number: 12 });
    expect(id).toBe('DPS310620010005299822472500900000000000000012');
  });

  it('taken apart gives what it was put together from', () => {
    const parts = fc.tuple(issuers, series, fc.integer({ min: 1, max: 999_999_999_999_999 }));
    fc.assert(
      fc.property(parts, ([issuer, series, number]) => {
        const given = { ...issuer, municipalityCode: belohorizonte, series, number };
        const id = dpsId(given);
        expect(id).toHaveLength(45);
        expect(parseDpsId(id)).toEqual({ ...given, id });
      }),
    );
  });

  it.each([0, -1, 1.5, 1e15, Number.NaN])('has no room for the number %s', (number) => {
    expect(() => dpsId({ municipalityCode: belohorizonte, companyCnpj: company, series: '1', number })).toThrow(
      RangeError,
    );
  });

  it.each(['DPS', 'DPS310620021122233300018200001000000000000001', 'DPS310620021122233300018100001000000000000000', 7])(
    'is not %s',
    (text) => expect(parseDpsId(text)).toBeUndefined(),
  );
});

describe('an access key', () => {
  const known = '31062002211222333000181000000000010126110000000176';

  it('ends in the check digit of the rest', () => {
    const key = accessKey({
      municipalityCode: belohorizonte,
      companyCnpj: company,
      generatedBy: '2',
      nfseNumber: 101,
      yearMonth: '2611',
      random: '000000017',
    });
    expect(key).toBe(known);
    expect(parseAccessKey(key)).toBe(known);
  });

  it('carries the number of its note', () => {
    expect(nfseNumberOf(parseAccessKey(known) ?? expect.fail())).toBe('101');
  });

  it('put together is valid, with letters too', () => {
    const parts = fc.tuple(issuers, fc.integer({ min: 1, max: 9_999_999_999_999 }), fc.stringMatching(/^\d{9}$/));
    fc.assert(
      fc.property(parts, ([issuer, nfseNumber, random]) => {
        const given = { ...issuer, municipalityCode: belohorizonte, nfseNumber, random };
        const key = accessKey({ ...given, generatedBy: '2', yearMonth: '2611' });
        expect(key).toHaveLength(50);
        expect(parseAccessKey(key)).toBe(key);
        expect(nfseNumberOf(key)).toBe(String(nfseNumber));
      }),
    );
  });

  it('with another check digit has the shape of a key and is none', () => {
    const forged = `${known.slice(0, 49)}7`;
    expect(hasAccessKeyShape(forged)).toBe(true);
    expect(parseAccessKey(forged)).toBeUndefined();
  });

  it.each(['', '../nfse', `${known}0`, known.replace('2211', '3211'), undefined])('is not %s', (text) =>
    expect(hasAccessKeyShape(text)).toBe(false),
  );
});
