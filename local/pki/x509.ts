import { createHash, type KeyObject, sign } from 'node:crypto';
import {
  bits,
  boolean,
  context,
  implicit,
  integer,
  nothing,
  octets,
  oid,
  printable,
  sequence,
  set,
  utcTime,
  utf8,
} from './der.ts';

/** What a certificate is for: it decides its extensions. */
export type Purpose =
  | { readonly kind: 'authority' }
  /** A server on this machine. */
  | { readonly kind: 'server' }
  /** ICP-Brasil's e-CNPJ A1: the company's registration stands as `otherName` 2.16.76.1.3.3. */
  | { readonly kind: 'company'; readonly cnpj: string };

export interface CertificateRequest {
  readonly purpose: Purpose;
  readonly subject: string;
  readonly publicKey: KeyObject;
  /** Subject and keys of whoever vouches; its own for an authority at the root. */
  readonly issuer: { readonly subject: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly serial: Buffer;
  readonly from: Date;
  /** Not after 2049. */
  readonly to: Date;
}

const SHA256_WITH_RSA = sequence(oid('1.2.840.113549.1.1.11'), nothing());
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const COMPANY_REGISTRATION = '2.16.76.1.3.3';

/** An X.509 certificate as ICP-Brasil's are built, signed by an authority of our own. @returns DER */
export function issueCertificate(request: CertificateRequest): Buffer {
  const { subject, publicKey, issuer, serial, from, to } = request;
  const toBeSigned = sequence(
    context(0, integer(2)),
    integer(serial),
    SHA256_WITH_RSA,
    nameOf(issuer.subject),
    sequence(utcTime(from), utcTime(to)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions(request))),
  );
  return sequence(toBeSigned, SHA256_WITH_RSA, bits(sign('sha256', toBeSigned, issuer.privateKey)));
}

export function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function nameOf(commonName: string): Buffer {
  const part = (type: string, value: Buffer) => set(sequence(oid(type), value));
  return sequence(
    part('2.5.4.6', printable('BR')),
    part('2.5.4.10', utf8('nfse-ledger')),
    part('2.5.4.3', utf8(commonName)),
  );
}

function extensions({ purpose, publicKey, issuer }: CertificateRequest): Buffer[] {
  const extension = (id: string, value: Buffer, critical = false) =>
    sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
  const isAuthority = purpose.kind === 'authority';
  return [
    extension('2.5.29.19', isAuthority ? sequence(boolean(true)) : sequence(), true),
    // Certificates and revocation lists are signed with the one, documents and handshakes with the other.
    extension('2.5.29.15', isAuthority ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0xe0]), 5), true),
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.35', sequence(implicit(0, keyId(issuer.publicKey)))),
    ...usages(purpose).map((value) => extension('2.5.29.37', value)),
    ...alternativeNames(purpose).map((value) => extension('2.5.29.17', value)),
  ];
}

function usages({ kind }: Purpose): Buffer[] {
  switch (kind) {
    case 'authority':
      return [];
    case 'server':
      return [sequence(oid(SERVER_AUTHENTICATION))];
    case 'company':
      return [sequence(oid(CLIENT_AUTHENTICATION), oid(EMAIL_PROTECTION))];
  }
}

function alternativeNames(purpose: Purpose): Buffer[] {
  switch (purpose.kind) {
    case 'authority':
      return [];
    case 'server':
      return [sequence(implicit(2, Buffer.from('localhost')), implicit(7, Buffer.from([127, 0, 0, 1])))];
    case 'company': {
      const registration = octets(Buffer.from(purpose.cnpj, 'latin1'));
      return [sequence(context(0, oid(COMPANY_REGISTRATION), context(0, registration)))];
    }
  }
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'pkcs1', format: 'der' }))
    .digest();
}
