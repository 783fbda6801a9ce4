import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/platform/config.ts';
import { childEnvironment, environmentFor } from './environment.ts';

const stack = {
  endpoints: {
    dynamodb: 'http://127.0.0.1:1',
    sqs: 'http://127.0.0.1:2',
    s3: 'http://127.0.0.1:2',
    sfn: 'http://127.0.0.1:3',
    secrets: 'http://127.0.0.1:5',
    nationalApi: 'https://127.0.0.1:4',
    nationalControl: 'http://127.0.0.1:6',
    nationalParameters: 'https://127.0.0.1:9/parametrizacao',
    cityHall: 'http://127.0.0.1:7',
    postgres: 'postgres://postgres@127.0.0.1:8/postgres',
  },
  standIns: { authorityFile: '/data/certificates/authority.pem', profilesFile: '/tmp/profiles.json' },
  queueUrl: 'http://127.0.0.1:2/000000000000/RequestsQueue',
  deadLetterQueueUrl: 'http://127.0.0.1:2/000000000000/RequestsDlq',
};

describe('the environment of our processes', () => {
  it('is a configuration they accept', () => {
    expect(readConfig(environmentFor(stack))).toMatchObject({
      requestsQueueUrl: stack.queueUrl,
      deadLetters: { queueUrl: stack.deadLetterQueueUrl },
      national: {
        url: stack.endpoints.nationalApi,
        parametersUrl: stack.endpoints.nationalParameters,
        timeoutMs: 3_000,
      },
      s3: { region: 'sa-east-1', endpoint: stack.endpoints.s3, forcePathStyle: true },
    });
  });

  it('keeps what the caller tuned', () => {
    expect(environmentFor(stack, { RETRY_BASE_SECONDS: '1' })).toMatchObject({ RETRY_BASE_SECONDS: '1' });
  });

  it('lets the worker call loopback addresses alone, whatever the caller has set', () => {
    const caller = {
      LOOPBACK_AUTHORITIES_ONLY: 'false',
      NATIONAL_API_URL: 'https://sefin.nfse.gov.br/SefinNacional',
      NATIONAL_PARAMETERS_URL: 'https://adn.nfse.gov.br/parametrizacao',
      MUNICIPALITY_PROFILES_FILE: '/home/ana/profiles.json',
    };
    expect(readConfig(childEnvironment(environmentFor(stack, caller), caller) as Record<string, string>)).toMatchObject(
      {
        loopbackAuthoritiesOnly: true,
        national: { url: stack.endpoints.nationalApi, parametersUrl: stack.endpoints.nationalParameters },
        municipalityProfilesFile: stack.standIns.profilesFile,
      },
    );
  });

  it('leads to the test systems of real authorities when asked to, never to production, with the certificates that Node trusts', () => {
    const caller = { NATIONAL_ENVIRONMENT: '1', MUNICIPALITY_PROFILES_FILE: '/home/ana/profiles.json' };
    const real = environmentFor({ ...stack, standIns: undefined }, caller);
    const config = readConfig(childEnvironment(real, caller) as Record<string, string>);
    expect(config).toMatchObject({
      loopbackAuthoritiesOnly: false,
      municipalityProfilesFile: '/home/ana/profiles.json',
      national: {
        environment: '2',
        url: 'https://sefin.producaorestrita.nfse.gov.br/SefinNacional',
        parametersUrl: 'https://adn.producaorestrita.nfse.gov.br/parametrizacao',
      },
    });
    expect(config.national.serverCaFile).toBeUndefined();
    expect(config.certificates.authoritiesFile).toBeUndefined();
  });

  it("never lets the caller's AWS account through", () => {
    const caller = { AWS_PROFILE: 'production', AWS_SESSION_TOKEN: 'secret', HOME: '/home/ana', DOCS_BUCKET: 'real' };
    const environment = childEnvironment(environmentFor(stack, caller), caller);
    expect(environment).toMatchObject({ HOME: '/home/ana', DOCS_BUCKET: 'nfse-docs', AWS_ACCESS_KEY_ID: 'local' });
    expect(environment).not.toHaveProperty('AWS_PROFILE');
    expect(environment).not.toHaveProperty('AWS_SESSION_TOKEN');
  });
});
