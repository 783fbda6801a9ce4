import { describe, expect, it } from 'vitest';
import { checked, environmentNames, SettingsError, settingsOf } from './settings.ts';

const prod = settingsOf('prod');

describe('the settings of an environment', () => {
  it.each(environmentNames)('of %s are right', (environment) =>
    expect(settingsOf(environment).environment).toBe(environment),
  );

  it('are none for an environment that nobody has described', () =>
    expect(() => settingsOf('production')).toThrow(/no environment "production".*dev, staging, prod/));

  it.each([
    ['worker.tasks', { worker: { ...prod.worker, tasks: { least: 5, most: 2 } } }],
    ['Fargate', { worker: { ...prod.worker, cpu: 256, memoryMb: 4096 } }],
    ['reporting', { reporting: { ...prod.reporting, minCapacity: 32 } }],
    ['api.domainName', { api: { ...prod.api, domainName: undefined } }],
    ['national.environment', { national: { ...prod.national, environment: '2' } }],
    ['keepData', { keepData: false }],
    ['sealLock', { documents: { ...prod.documents, sealLock: 'GOVERNANCE' } }],
    ['retentionYears', { documents: { ...prod.documents, retentionYears: 5 } }],
    ['retentionYears', { documents: { ...prod.documents, retentionYears: 12 } }],
    [
      'api.clients: no key and share of its own for audit-export',
      { api: { ...prod.api, clients: prod.api.clients.slice(0, 2) } },
    ],
    ['api.clients: a name stands twice', { api: { ...prod.api, clients: [...prod.api.clients, ...prod.api.clients] } }],
    ['api.origins.0', { api: { ...prod.api, origins: ['*'] } }],
    ['api.origins.0', { api: { ...prod.api, origins: ['http://nfse.example.com'] } }],
    ['observability.tracedShare', { observability: { ...prod.observability, tracedShare: 5 } }],
    ['logRetentionDays', { logRetentionDays: 31 }],
    ['worker.services', { worker: { ...prod.worker, services: 'two' } }],
    ['files.municipalityProfiles', { files: { municipalityProfiles: '/etc/profiles.json' } }],
    ['files.municipalityProfiles', { files: { municipalityProfiles: 'cdk/../../profiles.json' } }],
  ])('are refused by name: %s', (name, change) => {
    expect(() => checked({ ...prod, ...change })).toThrow(SettingsError);
    expect(() => checked({ ...prod, ...change })).toThrow(name);
  });

  it('know no setting that is misspelt', () =>
    expect(() => checked({ ...prod, regoin: 'sa-east-1' })).toThrow('regoin'));
});
