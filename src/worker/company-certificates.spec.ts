import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPki, type Pki } from '../../local/pki/installation.ts';
import { companyCnpj } from '../../test/invoices.ts';
import type { CertificateSecret } from '../commands/company-ports.ts';
import { companyCertificates, type HeldCertificate } from './company-certificates.ts';

const DAY_MS = 86_400_000;
let folder: string;
let pki: Pki;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
  pki = await openPki(folder, [companyCnpj], new Date());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A worker's certificates over a store whose content the test changes. */
function worker() {
  const store = { version: 'v1', secret: pki.companies[companyCnpj] as CertificateSecret | undefined, down: false };
  const clock = { now: Date.now() };
  const read: HeldCertificate[] = [];
  const dropped: HeldCertificate[] = [];
  let reads = 0;
  const certificateOf = companyCertificates({
    secrets: {
      async get() {
        reads++;
        if (store.down) throw new Error('the store does not answer');
        return store.secret && { version: store.version, secret: store.secret };
      },
    },
    now: () => new Date(clock.now),
    freshMs: 60_000,
    onRead: (held) => void read.push(held),
    onDropped: (held) => void dropped.push(held),
  });
  return { certificateOf: () => certificateOf(companyCnpj), store, clock, read, dropped, reads: () => reads };
}

describe("a company's certificate at the worker", () => {
  it('is read once while it is fresh, also by many at once', async () => {
    const it = worker();
    const held = await Promise.all(Array.from({ length: 20 }, () => it.certificateOf()));
    await it.certificateOf();
    expect(it.reads()).toBe(1);
    expect(new Set(held).size).toBe(1);
    expect(held[0]?.certificate.checkPrivateKey(held[0].key)).toBe(true);
  });

  it('stays the same one, and so do its connections, while its version does', async () => {
    const it = worker();
    const first = await it.certificateOf();
    it.clock.now += 61_000;
    expect(await it.certificateOf()).toBe(first);
    expect(it.reads()).toBe(2);
    expect(it.dropped).toEqual([]);
  });

  it('gives way to its successor, and is let go', async () => {
    const it = worker();
    const first = await it.certificateOf();
    it.store.version = 'v2';
    expect(await it.certificateOf()).toBe(first);
    it.clock.now += 61_000;
    expect((await it.certificateOf()).version).toBe('v2');
    expect(it.dropped).toEqual([first]);
  });

  it('that is missing is not remembered as missing', async () => {
    const it = worker();
    const { secret } = it.store;
    it.store.secret = undefined;
    await expect(it.certificateOf()).rejects.toMatchObject({ error: { code: 'CERTIFICATE_MISSING' } });
    it.store.secret = secret;
    await expect(it.certificateOf()).resolves.toMatchObject({ version: 'v1' });
  });

  it('that has ended is said to have, and asked for again each time', async () => {
    const it = worker();
    it.clock.now += 400 * DAY_MS;
    await expect(it.certificateOf()).rejects.toMatchObject({ error: { code: 'CERTIFICATE_EXPIRED' } });
    await expect(it.certificateOf()).rejects.toMatchObject({ error: { code: 'CERTIFICATE_EXPIRED' } });
    expect(it.reads()).toBe(2);
  });

  it('is used on while the store does not answer', async () => {
    const it = worker();
    const first = await it.certificateOf();
    it.store.down = true;
    it.clock.now += 61_000;
    expect(await it.certificateOf()).toBe(first);
  });

  it('says nothing of its key when it is refused', async () => {
    const it = worker();
    it.clock.now += 400 * DAY_MS;
    const error = await it.certificateOf().catch((refusal: unknown) => refusal);
    expect(JSON.stringify(error) + String(error)).not.toContain('PRIVATE');
  });
});
