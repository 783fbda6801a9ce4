import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesIn, openPki, type Pki } from './installation.ts';

const company = '11222333000181';
const now = new Date();
let folder: string;
let pki: Pki;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
  pki = await openPki(folder, [company], now);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ownOf = (identity: { certificate: string } | undefined) =>
  new X509Certificate(certificatesIn(identity?.certificate ?? '')[0] ?? '');

describe('the certification authority of an installation', () => {
  it('vouches for the server and for the companies', () => {
    const authority = new X509Certificate(pki.authority);
    for (const holder of [pki.server, pki.companies[company]]) {
      const own = ownOf(holder);
      expect(own.checkIssued(authority)).toBe(true);
      expect(own.verify(authority.publicKey)).toBe(true);
    }
  });

  it("writes the company's registration where ICP-Brasil has it, and the uses of an e-CNPJ", () => {
    const own = ownOf(pki.companies[company]);
    expect(own.subject).toContain(`CN=EMPRESA DE EXEMPLO:${company}`);
    expect(own.raw.toString('latin1')).toContain(company);
    expect(own.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4']);
    expect(own.ca).toBe(false);
  });

  it('is understood by OpenSSL', (test) => {
    const { stdout, error } = spawnSync('openssl', ['x509', '-noout', '-ext', 'subjectAltName'], {
      input: pki.server.certificate,
      encoding: 'utf8',
    });
    if (error) test.skip('there is no openssl command here');
    expect(stdout).toContain('IP Address:127.0.0.1');
  });

  it('hands out files that open with their password, and with no other', async () => {
    const [file] = pki.files;
    const pfx = await readFile(file?.pfx ?? '');
    expect((await stat(file?.pfx ?? '')).mode & 0o077).toBe(0);
    expect(() => createSecureContext({ pfx, passphrase: file?.password ?? '' })).not.toThrow();
    expect(() => createSecureContext({ pfx, passphrase: 'errada' })).toThrow();
  });

  it('is kept', async () => {
    expect(await openPki(folder, [company], now)).toEqual({ ...pki, drawn: [] });
  });

  it('vouches for another company when asked, and leaves the others as they are', async () => {
    const more = await openPki(folder, ['12345678000195'], now);
    expect(more.drawn).toEqual(['12345678000195']);
    expect(more.companies[company]).toEqual(pki.companies[company]);
    expect(more.authority).toBe(pki.authority);
  });

  it('renews what is about to end', async () => {
    const later = new Date(now.getTime() + 350 * 86_400_000);
    const renewed = await openPki(folder, [company], later);
    expect(renewed.authority).toBe(pki.authority);
    expect(Date.parse(ownOf(renewed.server).validTo)).toBeGreaterThan(later.getTime());
  });
});
