import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readJson, replaceFile } from '../durable-file.ts';
import type { DistinguishedName } from './distinguished-name.ts';
import { AUTHORITY_NAME, companyName } from './icp-brasil.ts';
import { pfxFile } from './pkcs12.ts';
import { issueCertificate, type Purpose, pem } from './x509.ts';

/** A key and what vouches for it, in PEM: the holder's own certificate first, then the authority's. */
export interface Identity {
  readonly key: string;
  readonly certificate: string;
}

/** A certificate as a file to send to the API, in the form that a certification authority hands it out. */
export interface CertificateFile {
  readonly companyCnpj: string;
  readonly pfx: string;
  readonly password: string;
}

/** The certification authority of one installation, and whom it vouches for. */
export interface Pki {
  /** Certificate of the authority, PEM, and the file that holds it. */
  readonly authority: string;
  readonly authorityFile: string;
  readonly server: Identity;
  /** The stand-in of the national system, as it signs what it authorises. */
  readonly national: Identity;
  /** By CNPJ. */
  readonly companies: Readonly<Record<string, Identity>>;
  /** Whose certificate was drawn just now: what they had before is worth nothing. */
  readonly drawn: readonly string[];
  readonly files: readonly CertificateFile[];
}

interface Kept {
  readonly authority: Identity;
  readonly server: Identity;
  readonly national: Identity;
  readonly companies: Readonly<Record<string, Identity & { readonly password: string }>>;
}

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** An A1 certificate lasts a year. */
const HOLDER_DAYS = 365;
const RENEWED_DAYS_BEFORE = 30;
const CLOCK_MARGIN_MS = 3_600_000;
const SERVER_NAME: DistinguishedName = {
  organization: AUTHORITY_NAME.organization,
  units: [],
  commonName: 'localhost',
};
const NATIONAL_SYSTEM = { name: 'SISTEMA NACIONAL NFS-E DE EXEMPLO', cnpj: '99999999000191' };

/**
 * The authority and the certificates kept in the folder. Each is drawn when it is not there, and anew when it is about to end, so
 * that an installation that rested for a year starts all the same; with the authority, all are. No two installations trust each other.
 *
 * @param wanted CNPJs that get a certificate, besides those that have one
 */
export async function openPki(dataDir: string, wanted: readonly string[], now: Date): Promise<Pki> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'installation.json');
  const authorityFile = join(dataDir, 'authority.pem');
  const pathOf = (companyCnpj: string) => join(dataDir, `${companyCnpj}.pfx`);
  const found = (await readJson(file)) as Kept | undefined;
  const isGood = (one: Identity | undefined): one is Identity =>
    one !== undefined &&
    Date.parse(new X509Certificate(one.certificate).validTo) > now.getTime() + RENEWED_DAYS_BEFORE * DAY_MS;
  const before = isGood(found?.authority) && isOfToday(found.authority) ? found : undefined;
  const authority = before?.authority ?? (await newAuthority(now));
  const server = isGood(before?.server)
    ? before.server
    : await vouchFor(authority, { kind: 'server' }, SERVER_NAME, now);
  const national = isGood(before?.national) ? before.national : await companyIdentity(authority, NATIONAL_SYSTEM, now);
  const cnpjs = [...new Set([...Object.keys(found?.companies ?? {}), ...wanted])];
  const drawn = cnpjs.filter((cnpj) => !isGood(before?.companies[cnpj]));
  const companies = { ...before?.companies, ...Object.fromEntries(await Promise.all(drawn.map(company))) };

  async function company(cnpj: string) {
    const identity = await companyIdentity(authority, { name: 'EMPRESA DE EXEMPLO SERVICOS LTDA', cnpj }, now);
    const password = randomBytes(9).toString('base64url');
    await writeFile(pathOf(cnpj), pfxBytes(identity, password), { mode: 0o600 });
    return [cnpj, { ...identity, password }] as const;
  }

  if (server !== before?.server || national !== before.national || drawn.length > 0) {
    await replaceFile(authorityFile, authority.certificate);
    await replaceFile(file, JSON.stringify({ authority, server, national, companies } satisfies Kept), 0o600);
  }
  const files = cnpjs.map((companyCnpj) => {
    return { companyCnpj, pfx: pathOf(companyCnpj), password: companies[companyCnpj]?.password ?? '' };
  });
  return { authority: authority.certificate, authorityFile, server, national, companies, drawn, files };
}

/** What signs for a stand-in without an installation. Vouched for by an authority that is gone when this returns. */
export async function passingNational(now: Date): Promise<Identity> {
  return companyIdentity(await newAuthority(now), NATIONAL_SYSTEM, now);
}

async function newAuthority(now: Date): Promise<Identity> {
  const { privateKey, publicKey } = await newKey();
  const issuer = { subject: AUTHORITY_NAME, privateKey, publicKey };
  const dates = validity(now, AUTHORITY_DAYS);
  const purpose = { kind: 'authority' } as const;
  const certificate = issueCertificate({
    purpose,
    subject: AUTHORITY_NAME,
    publicKey,
    issuer,
    serial: newSerial(),
    ...dates,
  });
  return { key: pemOfKey(privateKey), certificate: pem(certificate) };
}

function companyIdentity(
  authority: Identity,
  { name, cnpj }: { readonly name: string; readonly cnpj: string },
  now: Date,
): Promise<Identity> {
  return vouchFor(authority, { kind: 'company', cnpj }, companyName(name, cnpj), now);
}

async function vouchFor(
  authority: Identity,
  purpose: Purpose,
  subject: DistinguishedName,
  now: Date,
): Promise<Identity> {
  const { privateKey, publicKey } = await newKey();
  const above = createPrivateKey(authority.key);
  const issuer = { subject: AUTHORITY_NAME, privateKey: above, publicKey: createPublicKey(above) };
  const dates = validity(now, HOLDER_DAYS);
  const certificate = issueCertificate({ purpose, subject, publicKey, issuer, serial: newSerial(), ...dates });
  return { key: pemOfKey(privateKey), certificate: pem(certificate) + authority.certificate };
}

function isOfToday({ certificate }: Identity): boolean {
  return new X509Certificate(certificate).subject.endsWith(`\nCN=${AUTHORITY_NAME.commonName}`);
}

function validity(now: Date, days: number): { readonly from: Date; readonly to: Date } {
  return { from: new Date(now.getTime() - CLOCK_MARGIN_MS), to: new Date(now.getTime() + days * DAY_MS) };
}

const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

function newKey(): Promise<{ privateKey: KeyObject; publicKey: KeyObject }> {
  return promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
}

/** Positive, and too long to come twice. */
function newSerial(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  return serial;
}

function pfxBytes(identity: Identity, password: string): Buffer {
  const drawn = { keySalt: randomBytes(16), iv: randomBytes(16), macSalt: randomBytes(16) };
  const certificates = certificatesIn(identity.certificate).map((one) => new X509Certificate(one).raw);
  return pfxFile(createPrivateKey(identity.key), certificates, password, drawn);
}

/** The certificates of a PEM text, one by one. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
}
