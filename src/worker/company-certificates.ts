import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificateSecret, SecretReader } from '../commands/company-ports.ts';
import { NotRepresentable } from './authority.ts';

/** A company's certificate as the worker holds it. */
export interface HeldCertificate {
  readonly companyCnpj: string;
  /** Of the secret: another version is another certificate. */
  readonly version: string;
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
  /** The same in PEM, for TLS. */
  readonly pem: CertificateSecret;
  readonly validTo: Date;
}

export interface CompanyCertificatesDeps {
  readonly secrets: SecretReader;
  readonly now: () => Date;
  /** How long a certificate is used before the store is asked whether there is a newer one. */
  readonly freshMs: number;
  /** Told of each certificate that is read. */
  readonly onRead?: (held: HeldCertificate) => void;
  /** Told of one that is used no more: replaced, or not used for long. */
  readonly onDropped?: (held: HeldCertificate) => void;
}

/** Companies whose certificates are held at once; the one used least recently gives way. */
const MOST_HELD = 500;

const GET_ONE =
  'Envie o certificado A1 da empresa por PUT /companies/{cnpj}/certificate e reenvie a nota (POST /invoices/{invoiceId}/retry).';

/**
 * The companies' certificates, read from the secrets when first needed and again after `freshMs`. That there is none, or that it is
 * out of date, is never remembered: whoever has just stored one need not wait.
 *
 * @returns the certificate to use now
 * @throws NotRepresentable `CERTIFICATE_MISSING` or `CERTIFICATE_EXPIRED`
 */
export function companyCertificates(deps: CompanyCertificatesDeps): (companyCnpj: string) => Promise<HeldCertificate> {
  const { secrets, now, freshMs } = deps;
  const held = new Map<string, { readonly certificate: HeldCertificate; readonly readAt: number }>();
  const reading = new Map<string, Promise<HeldCertificate>>();

  const drop = (companyCnpj: string) => {
    const dropped = held.get(companyCnpj)?.certificate;
    held.delete(companyCnpj);
    if (dropped) deps.onDropped?.(dropped);
  };
  const keep = (certificate: HeldCertificate) => {
    const { companyCnpj, version } = certificate;
    const before = held.get(companyCnpj)?.certificate;
    if (before && before.version !== version) drop(companyCnpj);
    held.delete(companyCnpj);
    const [oldest] = held.keys();
    if (oldest !== undefined && held.size >= MOST_HELD) drop(oldest);
    // The object stays the same while its version does: connections are kept by it.
    const same = before?.version === version ? before : certificate;
    held.set(companyCnpj, { certificate: same, readAt: now().getTime() });
    return same;
  };
  const readNow = async (companyCnpj: string): Promise<HeldCertificate> => {
    const known = held.get(companyCnpj);
    const found = await secrets.get(companyCnpj).catch((error: unknown) => {
      // A store that does not answer is no reason to stop: the certificate at hand is good, or the authority says that it is not.
      if (!known) throw error;
      return { version: known.certificate.version, secret: known.certificate.pem };
    });
    if (!found) {
      drop(companyCnpj);
      throw missing(companyCnpj);
    }
    const certificate = opened(companyCnpj, found.version, found.secret);
    deps.onRead?.(certificate);
    return keep(certificate);
  };

  return async (companyCnpj) => {
    const known = held.get(companyCnpj);
    const at = now();
    if (known && at.getTime() - known.readAt < freshMs && at <= known.certificate.validTo) {
      held.delete(companyCnpj);
      held.set(companyCnpj, known); // last in the order now: used most recently
      return known.certificate;
    }
    const read = reading.get(companyCnpj) ?? readNow(companyCnpj).finally(() => reading.delete(companyCnpj));
    reading.set(companyCnpj, read);
    const certificate = await read;
    if (at > certificate.validTo) throw expired(companyCnpj, certificate.validTo);
    return certificate;
  };
}

function opened(companyCnpj: string, version: string, pem: CertificateSecret): HeldCertificate {
  const certificate = new X509Certificate(pem.certificate);
  const validTo = new Date(certificate.validTo);
  return { companyCnpj, version, key: createPrivateKey(pem.key), certificate, pem, validTo };
}

function missing(companyCnpj: string): NotRepresentable {
  return new NotRepresentable({
    code: 'CERTIFICATE_MISSING',
    message: 'A empresa não tem certificado digital cadastrado, e sem ele a prefeitura não aceita a nota.',
    howToFix: GET_ONE,
    source: `no certificate is stored for ${companyCnpj}`,
  });
}

function expired(companyCnpj: string, validTo: Date): NotRepresentable {
  return new NotRepresentable({
    code: 'CERTIFICATE_EXPIRED',
    message: `O certificado digital da empresa venceu em ${validTo.toISOString()}.`,
    howToFix: GET_ONE.replace('o certificado', 'um certificado novo,'),
    source: `the certificate of ${companyCnpj} ended at ${validTo.toISOString()}`,
  });
}
