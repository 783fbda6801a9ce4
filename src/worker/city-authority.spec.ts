import { describe, expect, it } from 'vitest';
import { LOGIN, SINGLE, standInProfiles } from '../../local/municipality-profiles.ts';
import { companyCnpj } from '../../test/invoices.ts';
import { builtInFile } from '../nfse/municipality-profiles/built-in.ts';
import { profilesFrom } from '../nfse/municipality-profiles/profiles.ts';
import { type CityAuthorityDeps, cityAuthority } from './city-authority.ts';

const NATIONAL_API = 'http://127.0.0.1:4280';
const CITY_HALL = 'http://127.0.0.1:4287';
const profileOf = profilesFrom(builtInFile, standInProfiles(CITY_HALL));

function authorityOf(
  municipalityCode: string,
  authority: 'national' | 'city',
  credentialsOf: CityAuthorityDeps['credentialsOf'] = async () => undefined,
) {
  const deps: CityAuthorityDeps = {
    nationalApi: NATIONAL_API,
    environment: '2',
    softwareVersion: 'test',
    certificateOf: () => expect.fail('no certificate is asked for without TLS'),
    credentialsOf,
    connect: (host) => async (request) => ({ status: 200, headers: { host }, body: request.body ?? '' }),
  };
  return cityAuthority(deps, profileOf(municipalityCode), { companyCnpj, municipalityCode, route: { authority } });
}

const authority = (credentialsOf: CityAuthorityDeps['credentialsOf']) => authorityOf(LOGIN, 'city', credentialsOf);

describe('a city hall that asks for user and password', () => {
  it('is not spoken to by a company that has none stored', () =>
    expect(authority(async () => undefined)).rejects.toMatchObject({
      code: 'not-representable',
      error: {
        code: 'CITY_LOGIN_MISSING',
        howToFix: expect.stringContaining(`city-login (municipalityCode ${LOGIN})`),
      },
    }));

  it('is spoken to with those of the company in that city', async () => {
    const asked: string[] = [];
    const { transport } = await authority(async (...of) => {
      asked.push(...of);
      return { user: 'u', password: 'p' };
    });
    const { body } = await transport({ method: 'POST', path: '/nfse', body: '<a><?city-login password?></a>' });
    expect(asked).toEqual([companyCnpj, LOGIN]);
    expect(body).toBe('<a>p</a>');
  });
});

describe('the authority of a note in a city with a system of its own', () => {
  const hostOf = async (municipalityCode: string, taker: 'national' | 'city') => {
    const { transport } = await authorityOf(municipalityCode, taker);
    return (await transport({ method: 'GET', path: '/' })).headers.host;
  };

  it('is the city for what the city took', async () => expect(await hostOf(SINGLE, 'city')).toContain(CITY_HALL));
  it('is the national system for what that took', async () =>
    expect(await hostOf(SINGLE, 'national')).toBe(NATIONAL_API));
  it('is nobody where the city took it, and its system is not known any more', () =>
    expect(authorityOf('3106200', 'city')).rejects.toMatchObject({ error: { code: 'CITY_WITHOUT_SYSTEM' } }));
});
