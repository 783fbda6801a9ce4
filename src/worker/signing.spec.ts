import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strictNationalChecks } from '../../local/authorities/national/strict-checks.ts';
import { openPki } from '../../local/pki/installation.ts';
import { accessKey, companyCnpj, emission, invoiceId } from '../../test/invoices.ts';
import { buildDps } from '../nfse/national/dps-document.ts';
import { unpack } from '../nfse/national/packaging.ts';
import type { HeldCertificate } from './company-certificates.ts';
import { nationalProvider } from './providers/national/provider.ts';
import { documentSigning } from './signing.ts';

let folder: string;
let authority: string;
let held: HeldCertificate;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
  const pki = await openPki(folder, [companyCnpj], new Date());
  const pem = pki.companies[companyCnpj] ?? { key: '', certificate: '' };
  const certificate = new X509Certificate(pem.certificate);
  authority = pki.authority;
  const validTo = new Date(certificate.validTo);
  held = { companyCnpj, version: '1', key: createPrivateKey(pem.key), certificate, pem, validTo };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { municipalityCode } = emission;
const dps = { series: '1', number: 118 };
const submission = () => ({
  invoiceId,
  companyCnpj,
  municipalityCode,
  dps,
  attempt: 0,
  document: buildDps({
    ...emission,
    dps,
    issuedAt: '2026-11-10T09:30:00-03:00',
    environment: '2',
    softwareVersion: 'test',
  }),
});
const cancellation = {
  invoiceId,
  companyCnpj,
  municipalityCode,
  dps,
  accessKey,
  nfseNumber: '101',
  issuedAt: '2026-11-10T09:31:02-03:00',
  reasonCode: '2',
  reason: 'Serviço não prestado: o pedido foi desfeito.',
  at: '2026-11-10T13:00:00.000Z',
};

/** What a provider sends that signs, to an authority that never gives an answer one can read. */
function sending(hash: 'sha1' | 'sha256') {
  const documents: string[] = [];
  const bodies: string[] = [];
  const provider = nationalProvider({
    transport: async ({ method, body = '{}' }) => {
      if (method === 'POST') {
        bodies.push(body);
        documents.push(unpack(Object.values(JSON.parse(body))[0]) ?? '');
      }
      return { status: 502, headers: {}, body: '' };
    },
    environment: '2',
    softwareVersion: 'test',
    sign: (xml) => documentSigning(hash).signNational(xml, held),
  });
  return { provider, documents, bodies };
}

describe.each(['sha1', 'sha256'] as const)('a document signed with RSA and %s', (hash) => {
  it('is of its layout, and its signature is good, for a declaration and for a cancellation', async () => {
    const { provider, documents } = sending(hash);
    await provider.issue(submission());
    await provider.cancel(cancellation);
    const { layout, signature } = strictNationalChecks(authority);
    expect(documents).toHaveLength(2);
    for (const xml of documents) {
      expect(layout?.(xml)).toBeUndefined();
      expect(signature?.(xml)).toMatchObject({
        kind: 'good',
        certificate: { fingerprint256: held.certificate.fingerprint256 },
      });
    }
  });

  it('is the same bytes when it is sent again', async () => {
    const { provider, bodies } = sending(hash);
    for (let attempt = 0; attempt < 2; attempt++) {
      await provider.issue(submission());
      await provider.cancel(cancellation);
    }
    expect(bodies.slice(2)).toEqual(bodies.slice(0, 2));
  });

  it('with a byte changed is noticed', async () => {
    const { provider, documents } = sending(hash);
    await provider.issue(submission());
    const changed = documents[0]?.replace('<vServ>1500.00<', '<vServ>1500.01<') ?? '';
    expect(strictNationalChecks(authority).signature?.(changed)).toMatchObject({ kind: 'bad' });
  });
});
