import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { verifySignatures } from '../src/nfse/xmldsig/verify.ts';
import { makeCertificate, makePfx, makePfxOfSeveral, type TestCertificate } from './certificates.ts';
import { apiAs, example } from './stack/api.ts';
import { certificateFor } from './stack/own-certificate.ts';
import { newCnpj, newCompany } from './stack/own-company.ts';
import { eventually } from './stack/own-worker.ts';

const admin = await apiAs('admin');
const data = path.dirname(inject('credentials'));

const put = (cnpj: string, body: unknown) => admin.request('PUT', `/companies/${cnpj}/certificate`, body);

describe('the certificate of a company', () => {
  it('is taken, shown by its dates, and signs from then on', async () => {
    const cnpj = await newCompany();
    const invoice = { ...example('emit-invoice'), companyCnpj: cnpj };
    const before = await admin.post('/invoices', invoice);
    expect((await admin.until(before.body.invoiceId, 'FAILED')).error.code).toBe('CERTIFICATE_MISSING');

    const { status, headers, body } = await put(cnpj, await certificateFor(cnpj));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    expect(body.certificate).toMatchObject({ holder: expect.stringContaining(cnpj), status: 'VALID', daysLeft: 364 });
    expect((await admin.get(`/companies/${cnpj}`)).body).toEqual(body);

    // What failed for the want of it goes through when it is sent again.
    expect((await admin.post(`/invoices/${before.body.invoiceId}/retry`, {})).status).toBe(202);
    const issued = await admin.until(before.body.invoiceId, 'ISSUED');
    expect(await signerOf(issued.invoiceId)).toBe(body.certificate.fingerprint);
  });

  it('is replaced by a newer one, which signs from then on', async () => {
    const cnpj = await newCompany();
    const issuedBy = async () => {
      const { body } = await admin.post('/invoices', { ...example('emit-invoice'), companyCnpj: cnpj });
      return signerOf((await admin.until(body.invoiceId, 'ISSUED')).invoiceId);
    };
    const first = await put(cnpj, await certificateFor(cnpj));
    expect(await issuedBy()).toBe(first.body.certificate.fingerprint);
    const second = await put(cnpj, renewed(cnpj));
    expect(second.status, JSON.stringify(second.body)).toBe(200);
    expect(second.body.certificate.fingerprint).not.toBe(first.body.certificate.fingerprint);
    await eventually(async () => (await issuedBy()) === second.body.certificate.fingerprint, 20_000);
  });

  it("of a file with several is the company's own that is valid", async () => {
    const cnpj = await newCompany();
    const expired = { from: '2024-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' };
    const own = trusted({ cnpj });
    const pairs = [trusted({ cnpj: '12345678000195' }), trusted({ cnpj, ...expired }), own];
    const pfx = makePfxOfSeveral(pairs, 'Açaí-2026').toString('base64');
    const { status, body } = await put(cnpj, { pfx, password: 'Açaí-2026' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.certificate.fingerprint).toBe(own.certificate.fingerprint256);
  });

  it.each<[string, (cnpj: string) => Promise<object>, string, string]>([
    ['of another company', async () => certificateFor('11222333000181'), '/pfx', 'certificate-owner'],
    [
      'under another password',
      async (cnpj) => ({ ...(await certificateFor(cnpj)), password: 'errada' }),
      '/password',
      'certificate-password',
    ],
    ['that is no file of the kind', async () => ({ pfx: 'AAAA', password: '' }), '/pfx', 'certificate-unreadable'],
    ['that is no Base64', async () => ({ pfx: '***', password: '' }), '/pfx', 'base64'],
    ['of blanks alone', async () => ({ pfx: ' '.repeat(128 * 1024), password: '' }), '/pfx', 'base64'],
    ['from an authority that nobody knows', async (cnpj) => selfSigned(cnpj), '/pfx', 'certificate-untrusted'],
    [
      'that has ended',
      async (cnpj) => selfSigned(cnpj, { from: '2024-01-01T00:00:00Z', to: '2025-01-01T00:00:00Z' }),
      '/pfx',
      'certificate-expired',
    ],
  ])('%s is refused with what to do', async (_title, file, pointer, code) => {
    const cnpj = await newCompany();
    const { status, body } = await put(cnpj, await file(cnpj));
    expect(status).toBe(422);
    expect(body.errors).toEqual([expect.objectContaining({ pointer, code, howToFix: expect.any(String) })]);
    expect((await admin.get(`/companies/${cnpj}`)).body).not.toHaveProperty('certificate');
  });

  it('is not taken for a company that is not registered', async () => {
    const cnpj = newCnpj();
    expect((await put(cnpj, await certificateFor(cnpj))).status).toBe(404);
  });

  it('is in no log and in no answer: neither its key, nor its password, nor the file', async () => {
    const cnpj = await newCompany();
    const { pfx, password } = await certificateFor(cnpj);
    const answers = [await put(cnpj, { pfx, password }), await put(cnpj, { pfx, password: `${password}x` })];
    answers.push(await admin.get(`/companies/${cnpj}`));
    const { body } = await admin.post('/invoices', { ...example('emit-invoice'), companyCnpj: cnpj });
    answers.push({ ...answers[0], body: await admin.until(body.invoiceId, 'ISSUED') } as (typeof answers)[number]);
    const logs = readdirSync(path.join(data, 'logs')).map((file) =>
      readFileSync(path.join(data, 'logs', file), 'utf8'),
    );
    const said = [...logs, ...answers.map((answer) => JSON.stringify(answer.body))].join('\n');
    expect(said).toContain(cnpj);
    for (const secret of [password, pfx.slice(200, 260), 'PRIVATE KEY']) expect(said).not.toContain(secret);
    expect(logs.join('\n')).toMatch(/"CertificateDaysLeft":36[45]/);
  });
});

/** Whose signature the declaration in an issued note bears. */
async function signerOf(invoiceId: string): Promise<string | undefined> {
  const link = await admin.get(`/invoices/${invoiceId}/xml`);
  const [finding] = verifySignatures(await (await fetch(link.body.url)).text());
  return finding?.good ? finding.certificate.fingerprint256 : undefined;
}

const renewed = (cnpj: string) => pfxOf(trusted({ cnpj }));

/** A certificate of the installation's own authority. */
function trusted(wish: { cnpj: string; from?: string; to?: string }): TestCertificate {
  const { authority } = JSON.parse(readFileSync(path.join(data, 'certificates/installation.json'), 'utf8'));
  const issuer = {
    key: createPrivateKey(authority.key),
    keyPem: createPrivateKey(authority.key).export({ type: 'pkcs1', format: 'pem' }).toString(),
    certificate: new X509Certificate(authority.certificate),
    certificatePem: authority.certificate,
  };
  return makeCertificate({ ...wish, usages: ['clientAuth'], issuer });
}

const selfSigned = (cnpj: string, dates: { from?: string; to?: string } = {}) =>
  pfxOf(makeCertificate({ cnpj, ...dates }));

const pfxOf = (certificate: TestCertificate) => ({
  pfx: makePfx(certificate, 'senha-do-pfx').toString('base64'),
  password: 'senha-do-pfx',
});
