import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { type Holder, holderOf } from './holder.ts';
import { readPkcs12 } from './pkcs12.ts';

/** An A1 certificate, opened. `key` is a secret; the rest may be shown. */
export interface CompanyCertificate {
  readonly key: KeyObject;
  /** The end-entity certificate, whose public key is that of `key`. */
  readonly certificate: X509Certificate;
  /** Those above it as far as the file has them, each signed by the next. */
  readonly chain: readonly X509Certificate[];
  readonly holder: Holder;
  readonly validFrom: Date;
  readonly validTo: Date;
}

const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const LEAST_KEY_BITS = 2048;
const DAY_MS = 86_400_000;
const CNPJ_ROOT_LENGTH = 8;

/**
 * Opens the file that a certification authority gave to a company: PFX (PKCS#12), old or new. A file may hold several pairs of a key
 * and a certificate: a renewal beside the one before it, or an accountant's beside their customers'. {@link chooseCertificate}
 * picks one.
 *
 * @param file at most 256 KB
 * @returns at least one, in the file's order
 * @throws CertificateError
 */
export function readCompanyCertificates(
  file: Buffer,
  password: string,
): readonly [CompanyCertificate, ...CompanyCertificate[]] {
  const contents = readPkcs12(file, password);
  if (contents.keys.length === 0) {
    throw new CertificateError(
      'no-key',
      'O arquivo não contém a chave privada do certificado',
      'Exporte o certificado de novo, marcando a opção de incluir a chave privada',
    );
  }
  const keys = readable(contents.keys, readKey);
  const certificates = readable(contents.certificates, readCertificate);
  const pairs = keys.flatMap((key) =>
    certificates
      .filter((certificate) => certificate.checkPrivateKey(key))
      .map((certificate) => ({
        key,
        certificate,
        chain: chainAbove(certificate, certificates),
        holder: holderOf(certificate),
        validFrom: new Date(certificate.validFrom),
        validTo: new Date(certificate.validTo),
      })),
  );
  const [first, ...others] = pairs;
  if (first) return [first, ...others];
  throw new CertificateError(
    'no-certificate',
    'O arquivo contém uma chave privada, mas não o certificado que corresponde a ela',
    'Exporte o certificado da empresa de novo, junto com a sua chave privada',
  );
}

/** What is needed of a certificate to choose among several. */
type Candidate = Pick<CompanyCertificate, 'holder' | 'validTo'>;

/**
 * The certificate to use of those in a file: it passes every check, is of this very establishment rather than of another one of the
 * company, and ends last.
 *
 * @param checks in the order in which their refusals matter
 * @throws what refuses the certificate that passes the most checks
 */
export function chooseCertificate<C extends Candidate>(
  candidates: readonly [C, ...C[]],
  companyCnpj: string | undefined,
  checks: readonly ((candidate: C) => void)[],
): C {
  const nearness = ({ holder }: C) => (holder.cnpj === undefined ? 0 : holder.cnpj === companyCnpj ? 2 : 1);
  const ranked = candidates
    .map((candidate) => ({ candidate, ...firstRefusal(candidate, checks) }))
    .sort(
      (a, b) =>
        b.passed - a.passed ||
        nearness(b.candidate) - nearness(a.candidate) ||
        b.candidate.validTo.getTime() - a.candidate.validTo.getTime(),
    );
  const best = ranked[0] as (typeof ranked)[number];
  if (best.passed < checks.length) throw best.refusal;
  return best.candidate;
}

function firstRefusal<C>(candidate: C, checks: readonly ((candidate: C) => void)[]) {
  for (const [passed, check] of checks.entries()) {
    try {
      check(candidate);
    } catch (refusal) {
      return { passed, refusal };
    }
  }
  return { passed: checks.length, refusal: undefined };
}

/** The parts that can be read: one that cannot does not spoil the others. @throws CertificateError when none can */
function readable<T>(parts: readonly Buffer[], read: (der: Buffer) => T): readonly T[] {
  const values: T[] = [];
  let refusal: unknown;
  for (const part of parts) {
    try {
      values.push(read(part));
    } catch (error) {
      refusal = error;
    }
  }
  if (values.length === 0 && refusal) throw refusal;
  return values;
}

function readKey(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch (cause) {
    throw unreadablePart('A chave privada', cause);
  }
}

function readCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw unreadablePart('Um certificado', cause);
  }
}

function unreadablePart(what: string, cause: unknown): CertificateError {
  return new CertificateError(
    'unreadable',
    `${what} dentro do arquivo não pode ser lido`,
    'Exporte o certificado de novo e envie o arquivo inteiro, sem alterações',
    cause,
  );
}

/**
 * The certificate signs and identifies as the authorities demand. They would refuse another one later, with less to say about it.
 *
 * @throws CertificateError `key-type` or `usage`
 */
export function checkUse({ key, certificate }: Pick<CompanyCertificate, 'key' | 'certificate'>): void {
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_KEY_BITS) {
    throw new CertificateError(
      'key-type',
      `A chave do certificado não é RSA de ${LEAST_KEY_BITS} bits ou mais`,
      'Use um certificado ICP-Brasil A1 (e-CNPJ ou NF-e), cuja chave é RSA de 2048 bits',
    );
  }
  // Named key usage by Node, these are the extended usages; a certificate without any is for every use.
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages && usages.length > 0 && !usages.includes(CLIENT_AUTHENTICATION)) {
    throw new CertificateError(
      'usage',
      'O certificado não serve para se identificar num servidor (falta o uso "autenticação de cliente")',
      'Use um certificado ICP-Brasil A1 do tipo e-CNPJ ou NF-e',
    );
  }
}

/** Follows the signatures up from a certificate; each is taken once, so that a loop ends. */
function chainAbove(leaf: X509Certificate, candidates: readonly X509Certificate[]): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const taken = new Set([leaf.fingerprint256]);
  for (let below = leaf; ; ) {
    const next = candidates.find(
      (above) => !taken.has(above.fingerprint256) && below.checkIssued(above) && below.verify(above.publicKey),
    );
    if (!next) return chain;
    chain.push(next);
    taken.add(next.fingerprint256);
    below = next;
  }
}

/**
 * The certificate belongs to the company: head office and branches share the first eight characters of the CNPJ, and any
 * establishment may sign with the certificate of another.
 *
 * @throws CertificateError `no-owner` or `owner`
 * @source NFS-e national layout, E0718; the root of an alphanumeric CNPJ has the same eight characters
 */
export function checkOwner({ holder }: CompanyCertificate, companyCnpj: string): void {
  if (!holder.cnpj) {
    throw new CertificateError(
      'no-owner',
      'O certificado não traz o CNPJ de uma empresa',
      'Envie o certificado e-CNPJ ICP-Brasil da própria empresa; um e-CPF não serve',
    );
  }
  if (holder.cnpj.slice(0, CNPJ_ROOT_LENGTH) !== companyCnpj.slice(0, CNPJ_ROOT_LENGTH)) {
    throw new CertificateError(
      'owner',
      `O certificado é do CNPJ ${holder.cnpj}, e a empresa é ${companyCnpj}`,
      'Envie o certificado da própria empresa: os oito primeiros caracteres do CNPJ têm que ser os mesmos',
    );
  }
}

/** @throws CertificateError `expired` or `not-yet-valid` */
export function checkValidity({ validFrom, validTo }: CompanyCertificate, now: Date): void {
  if (now < validFrom) {
    throw new CertificateError(
      'not-yet-valid',
      `O certificado só vale a partir de ${validFrom.toISOString()}`,
      'Espere até essa data, ou envie o certificado anterior se ele ainda vale',
    );
  }
  if (now > validTo) {
    throw new CertificateError(
      'expired',
      `O certificado venceu em ${validTo.toISOString()}`,
      'Compre ou renove o certificado A1 da empresa e envie o arquivo novo',
    );
  }
}

/** Whole days until the certificate expires, rounded down; negative once it has. */
export function daysLeft({ validTo }: Pick<CompanyCertificate, 'validTo'>, now: Date): number {
  return Math.floor((validTo.getTime() - now.getTime()) / DAY_MS);
}

/** The form that TLS clients take: the key, and the certificate with its chain. Holds the secret. */
export function toPem({ key, certificate, chain }: CompanyCertificate): {
  readonly key: string;
  readonly cert: string;
} {
  return {
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: [certificate, ...chain].map(String).join(''),
  };
}
