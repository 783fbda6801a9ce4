import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type NationalApi, startNationalApi } from '../../local/authorities/national-api.ts';
import { localTime } from '../../src/nfse/local-time.ts';
import { buildDps } from '../../src/nfse/national/dps-document.ts';
import { httpTransport } from '../../src/worker/providers/http-transport.ts';
import { nationalProvider } from '../../src/worker/providers/national/provider.ts';
import type { Submission } from '../../src/worker/providers/provider.ts';
import { companyCnpj, emission, invoiceId } from '../invoices.ts';
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts';

const TIMEOUT_MS = 400;
let authority: NationalApi;
let proxy: TcpProxy;
let lastNumber = 0;

beforeAll(async () => {
  authority = await startNationalApi({});
  proxy = await tcpProxy(new URL(authority.url).origin);
});
afterEach(() => proxy.delayAnswers(0));
afterAll(async () => {
  await proxy.stop();
  await authority.stop();
});

/** A sale of this minute, for the stand-in looks at the date. */
function sale(): Submission {
  const issuedAt = localTime(Date.now() - 60_000, '-03:00');
  const dps = { series: '1', number: ++lastNumber };
  const competenceDate = issuedAt.slice(0, 10);
  const settings = { environment: '2', softwareVersion: 'test' } as const;
  const document = buildDps({ ...emission, companyCnpj, competenceDate, dps, issuedAt, ...settings });
  return { invoiceId, companyCnpj, municipalityCode: emission.municipalityCode, dps, attempt: 0, document };
}

describe('an authority behind a bad line', () => {
  it.each<[string, () => void]>([
    ['is cut before the answer', () => proxy.cutAnswers(1)],
    ['is cut within the answer', () => proxy.cutWithinAnswers(1)],
    ['corrupts the answer', () => proxy.corruptAnswers(1)],
    ['is so slow that nobody waits', () => proxy.delayAnswers(2 * TIMEOUT_MS)],
  ])('that %s leaves the outcome unknown, and one note to be found', async (_title, harm) => {
    const baseUrl = new URL(new URL(authority.url).pathname, proxy.url).href;
    const transport = httpTransport({ baseUrl, timeoutMs: TIMEOUT_MS });
    const provider = nationalProvider({ transport, environment: '2', softwareVersion: 'test' });
    const submission = sale();
    harm();
    expect(await provider.issue(submission)).toMatchObject({ kind: 'unknown' });
    proxy.delayAnswers(0);
    expect(await provider.find(submission)).toMatchObject({ kind: 'found', matches: true });
    expect(await provider.issue(submission)).toMatchObject({ kind: 'already-used' });
    transport.close();
  });
});
