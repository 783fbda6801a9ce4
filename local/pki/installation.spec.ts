import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holderOf } from '../../src/nfse/certificate/holder.ts';
import { certificatesIn, type Identity, openPki, type Pki } from './installation.ts';
import { issueCertificate, pem } from './x509.ts';

const company = '11222333000181';
const now = new Date();
let folder: string;
let pki: Pki;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
  pki = await openPki(folder, [company], now);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function authorityCalled(commonName: string): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const subject = { organization: 'nfse-ledger', units: [], commonName };
  const certificate = issueCertificate({
    purpose: { kind: 'authority' },
    subject,
    publicKey,
    issuer: { subject, privateKey, publicKey },
    serial: Buffer.from([1]),
    from: now,
    to: new Date(now.getTime() + 1000 * 86_400_000),
  });
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: pem(certificate) };
}

const ownOf = (identity: { certificate: string } | undefined) =>
  new X509Certificate(certificatesIn(identity?.certificate ?? '')[0] ?? '');

describe('the certification authority of an installation', () => {
  it('vouches for the server and for the companies', () => {
    const authority = new X509Certificate(pki.authority);
    for (const holder of [pki.server, pki.national, pki.companies[company]]) {
      const own = ownOf(holder);
      expect(own.checkIssued(authority)).toBe(true);
      expect(own.verify(authority.publicKey)).toBe(true);
    }
  });

  it("writes the company's registration where ICP-Brasil has it, and the uses of an e-CNPJ", () => {
    const own = ownOf(pki.companies[company]);
    expect(own.subject).toContain(`CN=EMPRESA DE EXEMPLO SERVICOS LTDA:${company}`);
    expect(holderOf(own).cnpj).toBe(company);
    expect(own.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4']);
    expect(own.ca).toBe(false);
  });

  it('makes certificates of companies as large as those of ICP-Brasil, which every document carries', () => {
    const bytes = ownOf(pki.companies[company]).raw.length;
    expect(bytes).toBeGreaterThanOrEqual(1900);
    expect(bytes).toBeLessThanOrEqual(2100);
  });

  it('writes every extension of theirs so that OpenSSL reads it', (test) => {
    const { stdout, error } = spawnSync('openssl', ['x509', '-noout', '-text'], {
      input: pki.companies[company]?.certificate,
      encoding: 'utf8',
    });
    if (error) test.skip('there is no openssl command here');
    for (const said of [
      'CPS: http://icp.ac-exemplo.example/',
      'URI:http://icp.outra-ac-exemplo.example/',
      'CA Issuers - URI:http://',
      'OCSP - URI:http://',
      'email:fiscal@empresa-de-exemplo.example',
      ...['2.16.76.1.3.2', '2.16.76.1.3.3', '2.16.76.1.3.4', '2.16.76.1.3.7'].map((id) => `othername: ${id}`),
    ]) {
      expect(stdout).toContain(said);
    }
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

  it('of a name it no longer has is replaced, with all that it vouched for', async () => {
    const old = join(folder, 'old');
    const before = await openPki(old, [company], now);
    const file = join(old, 'installation.json');
    const kept = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...kept, authority: authorityCalled('AC de Outrora') }));
    const after = await openPki(old, [], now);
    expect(after.drawn).toEqual([company]);
    for (const holder of ['server', 'national'] as const) expect(after[holder]).not.toEqual(before[holder]);
    expect(ownOf(after.companies[company]).verify(new X509Certificate(after.authority).publicKey)).toBe(true);
    expect(await openPki(old, [], now)).toEqual({ ...after, drawn: [] });
  });

  it('renews what is about to end', async () => {
    const later = new Date(now.getTime() + 350 * 86_400_000);
    const renewed = await openPki(folder, [company], later);
    expect(renewed.authority).toBe(pki.authority);
    expect(Date.parse(ownOf(renewed.server).validTo)).toBeGreaterThan(later.getTime());
  });
});
