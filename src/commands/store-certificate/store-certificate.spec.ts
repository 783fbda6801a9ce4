import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesIn, openPki, type Pki } from '../../../local/pki/installation.ts';
import { companyCnpj } from '../../../test/invoices.ts';
import { type CertificateFacts, type CertificateSecret, type Company, CompanyUnknown } from '../company-ports.ts';
import { comesFrom } from './origin.ts';
import { type OpenedCertificate, storeCertificate, UntrustedCertificate } from './store-certificate.ts';

const now = new Date();
const change = { by: 'ana', at: now.toISOString() };
const folders: string[] = [];
let pki: Pki;
let foreign: Pki;

beforeAll(async () => {
  const draw = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-pki-'));
    folders.push(folder);
    return openPki(folder, [companyCnpj], now);
  };
  [pki, foreign] = await Promise.all([draw(), draw()]);
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

function opened({ companies }: Pki): OpenedCertificate {
  const { key = '', certificate: text = '' } = companies[companyCnpj] ?? {};
  const [own, ...chain] = certificatesIn(text).map((one) => new X509Certificate(one));
  if (!own) throw new Error('The installation has a certificate for the company');
  const [validFrom, validTo] = [new Date(own.validFrom), new Date(own.validTo)];
  return { key: createPrivateKey(key), certificate: own, chain, holder: { name: 'Empresa' }, validFrom, validTo };
}

function stored(
  file: Pki,
  options: { known?: boolean; refuse?: 'open' | 'checkOwner' | 'checkUse' | 'checkValidity' } = {},
) {
  const company = { companyCnpj, version: 1 } as Company;
  const secrets: CertificateSecret[] = [];
  const notes: CertificateFacts[] = [];
  const refuse = (what: string) => {
    if (options.refuse === what) throw new Error(`refused: ${what}`);
  };
  const run = storeCertificate(
    {
      companies: {
        get: async () => (options.known === false ? undefined : company),
        put: async () => company,
        decideRoute: async () => company,
        noteCertificate: async (_cnpj, certificate) => {
          expect(secrets).toHaveLength(1);
          notes.push(certificate);
          return { ...company, certificate };
        },
      },
      secrets: { put: async (_cnpj, secret) => void secrets.push(secret) },
      open: () => {
        refuse('open');
        return [opened(file)];
      },
      checkUse: () => refuse('checkUse'),
      checkOwner: () => refuse('checkOwner'),
      checkValidity: () => refuse('checkValidity'),
      authorities: [new X509Certificate(pki.authority)],
    },
    companyCnpj,
    { file: Buffer.from('pfx'), password: 'senha' },
    change,
  );
  return { run, secrets, notes };
}

describe("a company's certificate", () => {
  it('is put away with its key, and then noted without it', async () => {
    const { run, secrets, notes } = stored(pki);
    const { certificate } = await run;
    const { key, certificate: chain } = pki.companies[companyCnpj] ?? {};
    expect(secrets).toEqual([{ key, certificate: chain }]);
    expect(certificate).toMatchObject({ holder: 'Empresa', storedAt: change.at });
    expect(JSON.stringify(notes)).not.toMatch(/PRIVATE|senha/);
  });

  it.each(['open', 'checkOwner', 'checkUse', 'checkValidity'] as const)(
    'is not put away when %s refuses it',
    async (refuse) => {
      const { run, secrets, notes } = stored(pki, { refuse });
      await expect(run).rejects.toThrow(`refused: ${refuse}`);
      expect([...secrets, ...notes]).toEqual([]);
    },
  );

  it('is not put away when nobody here trusts its authority', async () => {
    const { run, secrets } = stored(foreign);
    await expect(run).rejects.toThrow(UntrustedCertificate);
    expect(secrets).toEqual([]);
  });

  it('is not put away for a company that is not registered', async () => {
    const { run, secrets } = stored(pki, { known: false });
    await expect(run).rejects.toThrow(CompanyUnknown);
    expect(secrets).toEqual([]);
  });
});

describe('where a certificate comes from', () => {
  const authority = () => new X509Certificate(pki.authority);

  it('is known without the chain, where the authority itself is trusted', () =>
    expect(comesFrom([authority()], opened(pki).certificate, [], now)).toBe(true));

  it('is nowhere once the authority has ended', () => {
    const later = new Date(now.getTime() + 11 * 365 * 86_400_000);
    expect(comesFrom([authority()], opened(pki).certificate, [], later)).toBe(false);
  });

  it('is not what a file brings along by itself', () =>
    expect(comesFrom([authority()], opened(foreign).certificate, opened(foreign).chain, now)).toBe(false));
});
