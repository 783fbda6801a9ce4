import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { standInProfiles } from '../../../local/municipality-profiles.ts';
import { noteQuestion } from '../abrasf/messages.ts';
import { buildRps } from '../abrasf/rps-document.ts';
import { parseMunicipalityCode } from '../municipality.ts';
import { forCityHall } from '../tax/any-sale.fixtures.ts';
import { software } from '../tax/sales.fixtures.ts';
import { builtInFile, builtInProfiles } from './built-in.ts';
import { messageStyleOf, rpsStyleOf } from './dialect-styles.ts';
import { endpointOf, filled } from './endpoint.ts';
import { type AbrasfProfile, issuesOn, ProfilesError, profilesFrom } from './profiles.ts';
import { ProfilesSchema } from './schema.ts';

const file = ProfilesSchema.parse(builtInFile);

function abrasf(code: string, ...files: readonly unknown[]): AbrasfProfile {
  const profile = files.length > 0 ? profilesFrom(builtInFile, ...files)(code) : builtInProfiles(code);
  return profile.provider === 'abrasf' ? profile : expect.fail(`${code} speaks no ABRASF`);
}

const city = { code: '3118601', name: 'Contagem', provider: 'abrasf', dialect: 'abrasf-2.04' };
const addresses = { test: 'https://nfse.example.gov.br/ws/nfse.asmx' };

describe('the directory of municipalities', () => {
  it('sends everyone without a profile to the national system', () => {
    expect(builtInProfiles('3106200')).toEqual({ provider: 'national' });
    expect(builtInProfiles('')).toEqual({ provider: 'national' });
    expect(builtInProfiles('toString')).toEqual({ provider: 'national' });
  });

  it('names each municipality once, by a code that exists', () => {
    const codes = file.municipalities.map(({ code }) => code);
    expect(codes).toHaveLength(new Set(codes).size);
    expect(codes.filter((code) => parseMunicipalityCode(code) === undefined)).toEqual([]);
    expect(codes).toEqual(codes.toSorted());
  });

  it('says of each dialect and each municipality since when, and how well, it is known', () => {
    const evidence = [...Object.values(file.dialects), ...file.municipalities];
    for (const { asOf, confidence } of evidence) {
      expect({ asOf, confidence }).toEqual({ asOf: expect.any(String), confidence: expect.any(String) });
    }
  });

  it.each(file.municipalities.map(({ code, name }) => [name, code]))('knows where %s is reached', (_, code) => {
    const profile = builtInProfiles(code);
    if (profile.provider === 'national') {
      expect(profile.front?.addresses.production).toMatch(/^https:/);
      return;
    }
    const endpoint = endpointOf(profile, '1');
    expect(endpoint?.baseUrl).toMatch(/^https:\/\/[a-z0-9.-]+/);
    expect(endpoint?.path('ConsultarNfsePorRps')).toMatch(/^(\/[A-Za-z0-9_.-]+)+$/);
    const sale = { ...forCityHall(software), municipalityCode: code, dps: { series: '1', number: 1 } };
    const rps = buildRps({ ...sale, issuedAt: '2026-11-10T09:30:00-03:00' }, rpsStyleOf(profile.dialect));
    expect(rps).toContain('<Numero>1</Numero>');
  });

  it('lets no city issue that went national, and still knows where its old notes are', () => {
    expect(issuesOn(builtInProfiles('1302603'), '2026-01-01')).toBe(false);
    expect(issuesOn(builtInProfiles('4314902'), '2025-10-31')).toBe(true);
    expect(issuesOn(builtInProfiles('4314902'), '2025-11-01')).toBe(false);
    expect(abrasf('4314902').addresses.production).toMatch(/^https:/);
  });

  it('leads two cities to fronts of their own that speak the national contract', () => {
    expect(builtInProfiles('3501608')).toMatchObject({ provider: 'national', front: { issuePath: '/dps/recepcao' } });
    expect(builtInProfiles('3547304')).toMatchObject({ provider: 'national', front: { issuePath: '/nfse' } });
  });

  it('has the namespaces of GISS Online in each message', () => {
    const question = noteQuestion(
      { series: '1', number: 1 },
      { companyCnpj: '11222333000181' },
      messageStyleOf(abrasf('3518800').dialect),
    );
    expect(question).toContain(
      '<ConsultarNfseRpsEnvio xmlns="http://www.giss.com.br/consultar-nfse-rps-envio-v2_04.xsd">',
    );
    expect(question).toContain('<Prestador><CpfCnpj xmlns="http://www.giss.com.br/tipos-v2_04.xsd">');
  });

  it('asks ISSNet for a note in a Pedido', () => {
    const question = noteQuestion(
      { series: '1', number: 1 },
      { companyCnpj: '11222333000181' },
      messageStyleOf(abrasf('5208707').dialect),
    );
    expect(question).toMatch(
      /<ConsultarNfseRpsEnvio [^>]*><Pedido><IdentificacaoRps>.*<\/Prestador><\/Pedido><\/ConsultarNfseRpsEnvio>$/,
    );
  });

  it('names an operation in a path as the vendor does', () => {
    const added = {
      municipalities: [{ ...city, addresses: { production: 'https://e-gov.example/ws' }, dialect: 'betha-1' }],
    };
    expect(endpointOf(abrasf('3118601', added), '1')?.path('CancelarNfse')).toBe('/cancelarNfseV02');
  });

  it('fills in a path for each operation of a vendor that has one address an operation', () => {
    expect(endpointOf(abrasf('1302603'), '2')?.path('ConsultarLoteRps')).toBe('/aconsultarloterps');
    expect(filled('{namespace}action/A{operationUpper}.Execute', 'GerarNfse', { namespace: 'n' })).toBe(
      'naction/AGERARNFSE.Execute',
    );
  });
});

describe('a file that adds to the directory', () => {
  it('may use the dialects that come with the service, with differences of its own', () => {
    const added = { municipalities: [{ ...city, addresses, differences: { emission: 'sync-batch', lineBreak: '|' } }] };
    expect(abrasf('3118601', added)).toMatchObject({
      name: 'Contagem',
      dialect: { layout: '2.04', emission: 'sync-batch', lineBreak: '|', soap: { payload: 'cdata' } },
    });
  });

  it('may take the place of a profile that comes with the service', () => {
    const added = { municipalities: [{ ...city, code: '4314902', addresses }] };
    expect(abrasf('4314902', added)).toMatchObject({ name: 'Contagem', dialect: { layout: '2.04' } });
  });

  it('is what the local stack writes for its stand-ins', () =>
    expect(abrasf('3118601', standInProfiles('http://127.0.0.1:4287'))).toMatchObject({ provider: 'abrasf' }));

  it('may have a dialect like another, but for what it says itself', () => {
    const dialects = {
      mine: { like: 'webiss', soap: { namespace: 'urn:mine', header: null }, lineBreak: '|' },
      'mine-2': { like: 'mine', soap: { version: '1.1' } },
    };
    const added = { dialects, municipalities: [{ ...city, addresses, dialect: 'mine-2' }] };
    const { soap, ...rest } = abrasf('3118601', added).dialect;
    expect(rest).toMatchObject({ layout: '2.03', version: '2.02', lineBreak: '|' });
    expect(soap).toMatchObject({ version: '1.1', namespace: 'urn:mine', wrapper: '{operation}Request' });
    expect(soap).not.toHaveProperty('header');
  });

  it.each([
    ['a model that there is not', { like: 'klingon' }, '/dialects/mine/like'],
    ['a member of another type', { like: 'webiss', soap: { version: '2' } }, '/dialects/mine/soap/version'],
    ['a member that it does not have', { like: 'webiss', soap: { colour: 'blue' } }, '/dialects/mine/soap'],
    ['what it needs taken out', { like: 'webiss', soap: null }, '/dialects/mine/soap'],
  ])('is refused for a dialect with %s, which is named', (_, mine, place) =>
    expect(() => profilesFrom(builtInFile, { dialects: { mine }, municipalities: [] })).toThrow(place),
  );

  it.each([
    ['an address without encryption', { addresses: { test: 'http://nfse.example.gov.br/x' } }],
    ['an address with a query', { addresses: { test: 'https://nfse.example.gov.br/x?wsdl' } }],
    ['an address with a user', { addresses: { test: 'https://me@nfse.example.gov.br/x' } }],
    ['an unknown field', { addresses, colour: 'blue' }],
    ['a dialect that there is not', { addresses, dialect: 'klingon' }],
    ['a code that is none', { addresses, code: '31' }],
    ['an unknown provider', { addresses, provider: 'own' }],
  ])('is refused for %s', (_, change) =>
    expect(() => profilesFrom(builtInFile, { municipalities: [{ ...city, ...change }] })).toThrow(ProfilesError),
  );
});

describe('the guide "add a municipality"', () => {
  const guide = readFileSync(new URL('../../../docs/add-a-municipality.md', import.meta.url), 'utf8');
  const examples = [...guide.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json) as unknown);

  it('has examples that the service takes', () => {
    expect(examples.length).toBeGreaterThan(1);
    for (const example of examples) expect(() => profilesFrom(builtInFile, example)).not.toThrow();
  });

  it('has entries for cities of which it is not certain where they issue, which are taken when asked for', () => {
    const url = new URL('../../../examples/municipality-profiles.json', import.meta.url);
    const example: unknown = JSON.parse(readFileSync(url, 'utf8'));
    for (const { code } of ProfilesSchema.parse(example).municipalities) {
      expect(parseMunicipalityCode(code)).toBe(code);
      expect(builtInProfiles(code)).toEqual({ provider: 'national' });
      expect(endpointOf(abrasf(code, example), '1')?.baseUrl).toMatch(/^https:/);
    }
  });

  it('names every dialect that comes with the service', () => {
    for (const name of Object.keys(file.dialects)) expect(guide).toContain(`\`${name}\``);
  });
});
