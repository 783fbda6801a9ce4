import type { Settings } from '../settings.ts';

/** Where notes have legal effect. The domains are examples: put your own before the first deployment. */
export const prod: Settings = {
  environment: 'prod',
  region: 'sa-east-1',
  tags: { 'cost-center': 'nfse', 'data-classification': 'fiscal' },
  keepData: true,
  logRetentionDays: 365,
  network: { cidr: '10.60.0.0/16', natGateways: 2, interfaceEndpoints: true },
  tables: { warmThroughput: { reads: 12_000, writes: 4_000 } },
  documents: { retentionYears: 6, glacierAfterDays: 90, sealLock: 'COMPLIANCE' },
  api: {
    domainName: 'api.nfse.example.com',
    origins: ['https://nfse.example.com'],
    throttle: { perSecond: 1000, burst: 2000 },
    clients: [
      { name: 'admin', throttle: { perSecond: 50, burst: 100 }, requestsPerDay: 1_000_000 },
      { name: 'erp', throttle: { perSecond: 500, burst: 1000 }, requestsPerDay: 20_000_000 },
      { name: 'audit-export', throttle: { perSecond: 20, burst: 40 }, requestsPerDay: 500_000 },
    ],
    mostPerAddress: 150_000,
  },
  identity: {
    mfa: 'optional',
    webCallbacks: ['https://nfse.example.com/callback'],
    mobileCallbacks: ['nfse-ledger://callback'],
    machines: [
      { name: 'erp', role: 'client' },
      { name: 'audit-export', role: 'auditor' },
    ],
  },
  national: {
    url: 'https://sefin.nfse.gov.br/SefinNacional',
    parametersUrl: 'https://adn.nfse.gov.br/parametrizacao',
    environment: '1',
    signature: 'rsa-sha1',
  },
  files: {},
  functions: { reservedConcurrency: true, registrationRequired: true, maxDpsNumberJump: 1000, replayDlq: false },
  workflow: { type: 'EXPRESS' },
  worker: {
    services: 'one',
    tasks: { least: 2, most: 40 },
    cpu: 512,
    memoryMb: 1024,
    concurrency: 32,
    backlogPerTask: 200,
    oldestMessageSeconds: 60,
    egressPorts: [443],
  },
  reporting: { minCapacity: 0.5, maxCapacity: 16, readers: 1, backupDays: 35 },
  bastion: true,
  web: { domainName: 'nfse.example.com', apiBehindIt: true, mostPerAddress: 2000 },
  observability: { tracedShare: 0.05, certificateDays: 30, deferredHours: 24 },
};
