import type { Settings } from '../settings.ts';

/** Fits into an account that is still empty, costs little when nobody uses it, and can be thrown away. */
export const dev: Settings = {
  environment: 'dev',
  region: 'sa-east-1',
  tags: { 'cost-center': 'nfse-dev', 'data-classification': 'test' },
  keepData: false,
  logRetentionDays: 30,
  network: { cidr: '10.40.0.0/16', natGateways: 1, interfaceEndpoints: false },
  tables: {},
  documents: { retentionYears: 6, glacierAfterDays: 90, sealLock: 'GOVERNANCE' },
  api: {
    origins: ['http://localhost:5173'],
    throttle: { perSecond: 50, burst: 100 },
    clients: [
      { name: 'default', throttle: { perSecond: 20, burst: 40 }, requestsPerDay: 100_000 },
      { name: 'erp', throttle: { perSecond: 20, burst: 40 }, requestsPerDay: 100_000 },
    ],
    mostPerAddress: 3000,
  },
  identity: {
    mfa: 'optional',
    webCallbacks: ['http://localhost:5173/callback'],
    mobileCallbacks: ['nfse-ledger://callback'],
    machines: [{ name: 'erp', role: 'client' }],
  },
  national: {
    url: 'https://sefin.producaorestrita.nfse.gov.br/SefinNacional',
    parametersUrl: 'https://adn.producaorestrita.nfse.gov.br/parametrizacao',
    environment: '2',
    signature: 'rsa-sha1',
  },
  files: {},
  functions: { reservedConcurrency: false, registrationRequired: false, maxDpsNumberJump: 1000, replayDlq: false },
  workflow: { type: 'EXPRESS' },
  worker: {
    services: 'one',
    tasks: { least: 1, most: 2 },
    cpu: 256,
    memoryMb: 512,
    concurrency: 16,
    backlogPerTask: 200,
    oldestMessageSeconds: 120,
    egressPorts: [443],
  },
  reporting: { minCapacity: 0, maxCapacity: 2, readers: 0, backupDays: 1 },
  bastion: false,
  web: { apiBehindIt: false, mostPerAddress: 2000 },
  observability: { tracedShare: 0.05, certificateDays: 30, deferredHours: 24 },
};
