import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiGateway } from './server.ts';
import { type ApiClient, usagePlans } from './usage-plans.ts';

const noisy: ApiClient = { name: 'noisy', key: 'k1', throttle: { perSecond: 2, burst: 3 }, requestsPerDay: 6 };
const START = Date.UTC(2026, 10, 30, 12);

describe('the usage plan of a client', () => {
  it('lets its burst through, then its rate', () => {
    const check = usagePlans([noisy]);
    const at = (ms: number) => check(noisy.key, START + ms);
    expect([at(0), at(0), at(0), at(0)]).toEqual([undefined, undefined, undefined, 'throttled']);
    expect([at(500), at(500)]).toEqual([undefined, 'throttled']);
  });

  it('ends with the quota of the day, and begins anew with the next', () => {
    const check = usagePlans([noisy]);
    const answers = Array.from({ length: 7 }, (_, second) => check(noisy.key, START + second * 1_000));
    expect(answers).toEqual([...Array(6).fill(undefined), 'quota']);
    expect(check(noisy.key, START + 86_400_000)).toBeUndefined();
  });

  it('knows no other key', () => expect(usagePlans([noisy])('k', START)).toBe('api-key'));
});

describe('the gateway, with a client that runs wild', () => {
  let gateway: Awaited<ReturnType<typeof startApiGateway>>;
  const slow: ApiClient = { name: 'noisy', key: 'k1', throttle: { perSecond: 1, burst: 2 } };
  beforeAll(async () => {
    gateway = await startApiGateway({
      port: 0,
      routes: [{ method: 'GET', path: '/invoices', handler: 'list' }],
      handlers: { list: async () => ({ statusCode: 200, body: '{}' }) },
      clients: [slow, { name: 'quiet', key: 'k2', throttle: { perSecond: 1_000, burst: 1_000 } }],
      checkToken: async () => ({ claims: {} }),
      onFailure: () => undefined,
    });
  });
  afterAll(() => gateway.stop());
  const ask = (key: string) => fetch(`${gateway.url}/invoices`, { headers: { 'x-api-key': key } });

  it('tells that one to wait, and serves the others', async () => {
    const [wild, others] = await Promise.all([
      Promise.all(Array.from({ length: 40 }, () => ask('k1'))),
      Promise.all(Array.from({ length: 40 }, () => ask('k2'))),
    ]);
    const refused = wild.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(await refused[0]?.json()).toMatchObject({ type: 'urn:nfse-ledger:problem:too-many-requests' });
    expect(others.map(({ status }) => status)).toEqual(Array(40).fill(200));
  });
});
