import { spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import forge from 'node-forge';

/** A key and a certificate for it, made on the spot: nothing secret is kept in the repository. */
export interface TestCertificate {
  readonly key: KeyObject;
  readonly keyPem: string;
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
}

export interface CertificateWish {
  readonly cnpj?: string;
  readonly cpf?: string;
  readonly from?: string;
  readonly to?: string;
  readonly bits?: number;
  /** Extended key usages as node-forge names them. */
  readonly usages?: readonly string[];
  readonly issuer?: TestCertificate;
  /** Whose key to certify, in place of a new one. */
  readonly key?: TestCertificate;
}

const { asn1 } = forge;
let serial = 1;

/** A certificate as ICP-Brasil makes them for companies (`cnpj`) and persons (`cpf`); self-signed unless there is an issuer. */
export function makeCertificate(wish: CertificateWish = { cnpj: '11222333000181' }): TestCertificate {
  const privateKey = wish.key?.key ?? generateKeyPairSync('rsa', { modulusLength: wish.bits ?? 2048 }).privateKey;
  const keyPem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const forgeKey = forge.pki.privateKeyFromPem(keyPem);
  const issuer = wish.issuer && forge.pki.certificateFromPem(wish.issuer.certificatePem);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(forgeKey.n, forgeKey.e);
  certificate.serialNumber = (serial++).toString(16).padStart(4, '0');
  certificate.validity.notBefore = new Date(wish.from ?? '2026-01-01T00:00:00Z');
  certificate.validity.notAfter = new Date(wish.to ?? '2036-01-01T00:00:00Z');
  const name = `EMPRESA FICTICIA:${wish.cnpj ?? wish.cpf ?? serial}`;
  certificate.setSubject([{ shortName: 'CN', value: name }]);
  certificate.setIssuer(issuer ? issuer.subject.attributes : [{ shortName: 'CN', value: name }]);
  const usages = Object.fromEntries((wish.usages ?? []).map((usage) => [usage, true]));
  certificate.setExtensions([
    { name: 'basicConstraints', cA: !wish.cnpj && !wish.cpf },
    ...(wish.usages ? [{ name: 'extKeyUsage', ...usages }] : []),
    ...subjectAltName(wish),
  ]);
  certificate.sign(wish.issuer ? forge.pki.privateKeyFromPem(wish.issuer.keyPem) : forgeKey, forge.md.sha256.create());
  const certificatePem = forge.pki.certificateToPem(certificate);
  return { key: createPrivateKey(keyPem), keyPem, certificate: new X509Certificate(certificatePem), certificatePem };
}

/** The two otherNames; a person's begins with the date of birth and goes on behind the CPF. */
function subjectAltName({ cnpj, cpf }: CertificateWish) {
  const names = [
    ...(cnpj ? [otherName('2.16.76.1.3.3', cnpj)] : []),
    ...(cpf ? [otherName('2.16.76.1.3.1', `01011980${cpf}${'0'.repeat(26)}SSPMG`)] : []),
  ];
  if (names.length === 0) return [];
  return [{ id: '2.5.29.17', value: asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, names) }];
}

function otherName(oid: string, value: string) {
  const id = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(oid).getBytes());
  const text = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.PRINTABLESTRING, false, value);
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [
    id,
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [text]),
  ]);
}

/** A PFX file as node-forge writes it. */
export function makePfx(
  { keyPem, certificatePem }: TestCertificate,
  password: string,
  options: { readonly algorithm?: 'aes256' | '3des'; readonly above?: readonly TestCertificate[] } = {},
): Buffer {
  const pems = [certificatePem, ...(options.above ?? []).map((above) => above.certificatePem)];
  const chain = pems.map((pem) => forge.pki.certificateFromPem(pem));
  const pfx = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(keyPem), chain, password, {
    algorithm: options.algorithm ?? '3des',
  });
  return Buffer.from(asn1.toDer(pfx).getBytes(), 'binary');
}

/** A PFX file with several pairs, in this order and without a check of its own: the parts of a file for each pair, put together. */
export function makePfxOfSeveral(pairs: readonly TestCertificate[], password: string): Buffer {
  const { OCTETSTRING, OID, INTEGER } = asn1.Type;
  const parts = pairs.flatMap((pair) => {
    const [, authenticated] = children(asn1.fromDer(makePfx(pair, password).toString('binary')));
    const [, explicit] = children(authenticated);
    return children(asn1.fromDer(String(children(explicit)[0]?.value)));
  });
  const octets = value(OCTETSTRING, asn1.toDer(sequence(parts)).getBytes());
  const explicit = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [octets]);
  const data = sequence([value(OID, asn1.oidToDer('1.2.840.113549.1.7.1').getBytes()), explicit]);
  return Buffer.from(asn1.toDer(sequence([value(INTEGER, '\x03'), data])).getBytes(), 'binary');
}

const value = (type: forge.asn1.Type, content: string) => asn1.create(asn1.Class.UNIVERSAL, type, false, content);
const sequence = (parts: forge.asn1.Asn1[]) => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
const children = (node: forge.asn1.Asn1 | undefined) => (node?.value ?? []) as forge.asn1.Asn1[];

/**
 * A PFX file as the `openssl` command writes it.
 *
 * @param options what to add to `openssl pkcs12 -export`
 * @returns `undefined` where there is no such command, or it does not know these options
 */
export function opensslPfx(
  { keyPem, certificatePem }: TestCertificate,
  password: string | Buffer,
  ...options: readonly string[]
): Buffer | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'nfse-pfx-'));
  try {
    const input = path.join(folder, 'in.pem');
    const output = path.join(folder, 'out.pfx');
    writeFileSync(input, keyPem + certificatePem);
    const { status } = spawnSync(
      'openssl',
      ['pkcs12', '-export', '-in', input, '-out', output, '-passout', 'stdin', ...options],
      { input: Buffer.concat([Buffer.from(password), Buffer.from('\n')]), stdio: ['pipe', 'ignore', 'ignore'] },
    );
    return status === 0 ? readFileSync(output) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
