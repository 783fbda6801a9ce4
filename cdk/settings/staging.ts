import type { Settings } from '../settings.ts';

/** Production's shape in the national system's restricted production. */
export const staging: Settings = {
  environment: 'staging',
  region: 'sa-east-1',
  tags: { 'cost-center': 'nfse-staging', 'data-classification': 'test' },
  keepData: true,
  logRetentionDays: 90,
  network: { cidr: '10.50.0.0/16', natGateways: 1, interfaceEndpoints: true },
  tables: {},
  documents: { retentionYears: 6, glacierAfterDays: 90, sealLock: 'GOVERNANCE' },
  api: {
    domainName: 'api.staging.nfse.example.com',
    origins: ['https://staging.nfse.example.com', 'http://localhost:5173'],
    throttle: { perSecond: 200, burst: 400 },
    clients: [
      { name: 'admin', throttle: { perSecond: 20, burst: 40 }, requestsPerDay: 200_000 },
      { name: 'erp', throttle: { perSecond: 100, burst: 200 }, requestsPerDay: 2_000_000 },
      { name: 'audit-export', throttle: { perSecond: 10, burst: 20 }, requestsPerDay: 100_000 },
    ],
    mostPerAddress: 30_000,
  },
  identity: {
    mfa: 'optional',
    webCallbacks: ['https://staging.nfse.example.com/callback'],
    mobileCallbacks: ['nfse-ledger://callback'],
    machines: [
      { name: 'erp', role: 'client' },
      { name: 'audit-export', role: 'auditor' },
    ],
  },
  national: {
    url: 'https://sefin.producaorestrita.nfse.gov.br/SefinNacional',
    parametersUrl: 'https://adn.producaorestrita.nfse.gov.br/parametrizacao',
    environment: '2',
    signature: 'rsa-sha1',
  },
  files: {},
  functions: { reservedConcurrency: true, registrationRequired: true, maxDpsNumberJump: 1000, replayDlq: false },
  workflow: { type: 'EXPRESS' },
  worker: {
    services: 'one',
    tasks: { least: 1, most: 10 },
    cpu: 512,
    memoryMb: 1024,
    concurrency: 32,
    backlogPerTask: 200,
    oldestMessageSeconds: 60,
    egressPorts: [443],
  },
  reporting: { minCapacity: 0, maxCapacity: 4, readers: 0, backupDays: 7 },
  bastion: true,
  web: { domainName: 'staging.nfse.example.com', apiBehindIt: true, mostPerAddress: 2000 },
  observability: { tracedShare: 0.05, certificateDays: 30, deferredHours: 24 },
};
