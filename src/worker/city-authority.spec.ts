import { describe, expect, it } from 'vitest';
import { LOGIN, standInProfiles } from '../../local/municipality-profiles.ts';
import { companyCnpj } from '../../test/invoices.ts';
import type { CityLogin } from '../commands/company-ports.ts';
import { builtInFile } from '../nfse/municipality-profiles/built-in.ts';
import { profilesFrom } from '../nfse/municipality-profiles/profiles.ts';
import { cityAuthority } from './city-authority.ts';

const profile = profilesFrom(builtInFile, standInProfiles('http://127.0.0.1:4287'))(LOGIN);

const authority = (credentialsOf: (company: string, city: string) => Promise<CityLogin | undefined>) =>
  cityAuthority(
    {
      nationalApi: 'http://127.0.0.1:4280',
      environment: '2',
      softwareVersion: 'test',
      certificateOf: () => expect.fail('no certificate is asked for without TLS'),
      credentialsOf,
      connect: () => async (request) => ({ status: 200, headers: {}, body: request.body ?? '' }),
    },
    profile,
    companyCnpj,
  );

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
