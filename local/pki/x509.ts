import { createHash, type KeyObject, sign } from 'node:crypto';
import { bits, boolean, context, implicit, integer, nothing, octets, oid, sequence, utcTime } from './der.ts';
import { type DistinguishedName, encodedName } from './distinguished-name.ts';
import { authorityAccess, certificatePolicies, companyNames, revocationLists } from './icp-brasil.ts';

/** What a certificate is for: it decides its extensions. */
export type Purpose =
  | { readonly kind: 'authority' }
  /** A server on this machine. */
  | { readonly kind: 'server' }
  /** ICP-Brasil's e-CNPJ A1. */
  | { readonly kind: 'company'; readonly cnpj: string };

export interface CertificateRequest {
  readonly purpose: Purpose;
  readonly subject: DistinguishedName;
  readonly publicKey: KeyObject;
  /** Subject and keys of whoever vouches; its own for an authority at the root. */
  readonly issuer: {
    readonly subject: DistinguishedName;
    readonly privateKey: KeyObject;
    readonly publicKey: KeyObject;
  };
  readonly serial: Buffer;
  readonly from: Date;
  /** Not after 2049. */
  readonly to: Date;
}

const SHA256_WITH_RSA = sequence(oid('1.2.840.113549.1.1.11'), nothing());
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';

/** An X.509 certificate as ICP-Brasil's are built, signed by an authority of our own. @returns DER */
export function issueCertificate(request: CertificateRequest): Buffer {
  const { subject, publicKey, issuer, serial, from, to } = request;
  const toBeSigned = sequence(
    context(0, integer(2)),
    integer(serial),
    SHA256_WITH_RSA,
    encodedName(issuer.subject),
    sequence(utcTime(from), utcTime(to)),
    encodedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions(request))),
  );
  return sequence(toBeSigned, SHA256_WITH_RSA, bits(sign('sha256', toBeSigned, issuer.privateKey)));
}

export function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensions({ purpose, publicKey, issuer }: CertificateRequest): Buffer[] {
  const isAuthority = purpose.kind === 'authority';
  return [
    extension('2.5.29.19', isAuthority ? sequence(boolean(true)) : sequence(), true),
    // Certificates and revocation lists are signed with the one, documents and handshakes with the other.
    extension('2.5.29.15', isAuthority ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0xe0]), 5), true),
    extension('2.5.29.14', octets(keyId(publicKey))),
    extension('2.5.29.35', sequence(implicit(0, keyId(issuer.publicKey)))),
    ...extensionsFor(purpose),
  ];
}

function extensionsFor(purpose: Purpose): Buffer[] {
  switch (purpose.kind) {
    case 'authority':
      return [];
    case 'server':
      return [
        extension('2.5.29.37', sequence(oid(SERVER_AUTHENTICATION))),
        extension(
          '2.5.29.17',
          sequence(implicit(2, Buffer.from('localhost')), implicit(7, Buffer.from([127, 0, 0, 1]))),
        ),
      ];
    case 'company':
      return [
        extension('2.5.29.37', sequence(oid(CLIENT_AUTHENTICATION), oid(EMAIL_PROTECTION))),
        extension('2.5.29.17', companyNames(purpose.cnpj)),
        extension('2.5.29.32', certificatePolicies()),
        extension('2.5.29.31', revocationLists()),
        extension('1.3.6.1.5.5.7.1.1', authorityAccess()),
      ];
  }
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'pkcs1', format: 'der' }))
    .digest();
}
