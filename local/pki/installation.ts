import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readJson, replaceFile } from '../durable-file.ts';
import { pfxFile } from './pkcs12.ts';
import { issueCertificate, type Purpose, pem } from './x509.ts';

/** A key and what vouches for it, in PEM: the holder's own certificate first, then the authority's. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** The certification authority of one installation, and whom it vouches for. */
export interface Pki {
  /** Certificate of the authority, PEM, and the file that holds it. */
  readonly authority: string;
  readonly authorityFile: string;
  readonly server: Identity;
  /** By CNPJ. */
  readonly companies: Readonly<Record<string, Identity>>;
  /** The same as files to send to the API, as a certification authority would hand them out. */
  readonly files: readonly { readonly companyCnpj: string; readonly pfx: string; readonly password: string }[];
}

interface Kept {
  readonly authority: Identity;
  readonly server: Identity;
  readonly companies: Readonly<Record<string, Identity>>;
  readonly passwords: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** An A1 certificate lasts a year. */
const HOLDER_DAYS = 365;
const RENEWED_DAYS_BEFORE = 30;
const CLOCK_MARGIN_MS = 3_600_000;
const AUTHORITY = 'AC de Exemplo';

/**
 * The authority and the certificates kept in the folder. They are drawn when there are none, anew when one is about to end, so that
 * an installation that rested for a year starts all the same; no two installations trust each other.
 *
 * @param companies CNPJs that get a certificate
 */
export async function openPki(dataDir: string, companies: readonly string[], now: Date): Promise<Pki> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'installation.json');
  const found = (await readJson(file)) as Kept | undefined;
  const kept = found && stillGood(found, companies, now) ? found : await draw(companies, now);
  const authorityFile = join(dataDir, 'authority.pem');
  if (kept !== found) {
    await replaceFile(file, JSON.stringify(kept), 0o600);
    await replaceFile(authorityFile, kept.authority.certificate);
  }
  const files = companies.map((companyCnpj) => ({
    companyCnpj,
    pfx: join(dataDir, `${companyCnpj}.pfx`),
    password: kept.passwords[companyCnpj] ?? '',
  }));
  if (kept !== found) {
    for (const { companyCnpj, pfx, password } of files) await writePfx(pfx, kept.companies[companyCnpj], password);
  }
  const { server } = kept;
  return { authority: kept.authority.certificate, authorityFile, server, companies: kept.companies, files };
}

function stillGood({ authority, server, companies }: Kept, wanted: readonly string[], now: Date): boolean {
  const all = [authority, server, ...wanted.map((cnpj) => companies[cnpj])];
  const limit = now.getTime() + RENEWED_DAYS_BEFORE * DAY_MS;
  return all.every((one) => one && Date.parse(new X509Certificate(one.certificate).validTo) > limit);
}

async function draw(companies: readonly string[], now: Date): Promise<Kept> {
  const from = new Date(now.getTime() - CLOCK_MARGIN_MS);
  const until = (days: number) => new Date(now.getTime() + days * DAY_MS);
  const root = await newKey();
  const issuer = { subject: AUTHORITY, ...root };
  const certify = (purpose: Purpose, subject: string, publicKey: KeyObject, days: number) =>
    pem(issueCertificate({ purpose, subject, publicKey, issuer, serial: newSerial(), from, to: until(days) }));
  const authority = certify({ kind: 'authority' }, AUTHORITY, root.publicKey, AUTHORITY_DAYS);
  const holder = async (purpose: Purpose, subject: string): Promise<Identity> => {
    const { privateKey, publicKey } = await newKey();
    return {
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: certify(purpose, subject, publicKey, HOLDER_DAYS) + authority,
    };
  };
  const company = async (cnpj: string) =>
    [cnpj, await holder({ kind: 'company', cnpj }, `EMPRESA DE EXEMPLO:${cnpj}`)] as const;
  return {
    authority: { key: root.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: authority },
    server: await holder({ kind: 'server' }, 'localhost'),
    companies: Object.fromEntries(await Promise.all(companies.map(company))),
    passwords: Object.fromEntries(companies.map((cnpj) => [cnpj, randomBytes(9).toString('base64url')])),
  };
}

function newKey(): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  return promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
}

/** Positive, and too long to come twice. */
function newSerial(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  return serial;
}

async function writePfx(path: string, identity: Identity | undefined, password: string): Promise<void> {
  if (!identity) return;
  const drawn = { keySalt: randomBytes(16), iv: randomBytes(16), macSalt: randomBytes(16) };
  const certificates = certificatesIn(identity.certificate).map((one) => new X509Certificate(one).raw);
  await writeFile(path, pfxFile(createPrivateKey(identity.key), certificates, password, drawn), { mode: 0o600 });
}

/** The certificates of a PEM text, one by one. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
}
