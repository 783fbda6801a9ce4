import { createHmac, timingSafeEqual } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { count, DerError, type DerValue, inside, octets, oid, readDer, TAG } from './der.ts';
import { otherKindOfFile } from './other-files.ts';
import {
  decrypt,
  deriveOld,
  type Effort,
  firstThatFits,
  MAX_EFFORT_ROUNDS,
  unsupported,
  wrongPassword,
} from './password-based.ts';
import { wideEncodings } from './password-encodings.ts';

/** What a PFX file holds, as DER: private keys (PKCS#8) and X.509 certificates, in the file's order. */
export interface Pkcs12 {
  readonly keys: readonly Buffer[];
  readonly certificates: readonly Buffer[];
}

/** A file with the whole ICP-Brasil chain has some ten kilobytes. */
const MAX_BYTES = 256 * 1024;
const MAX_BAGS = 64;

const DATA = '1.2.840.113549.1.7.1';
const ENVELOPED_DATA = '1.2.840.113549.1.7.3';
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const KEY_BAG = '1.2.840.113549.1.12.10.1.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509 = '1.2.840.113549.1.9.22.1';
const FIRST = 0xa0;

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

const PROTECT_BY_PASSWORD =
  'Exporte o certificado de novo, protegido por senha; no Windows, sem a proteção por usuários ou grupos';
const BROKEN = {
  message: 'O arquivo não é um certificado A1 em formato PFX (PKCS#12), ou está incompleto',
  howToFix: 'Envie o arquivo .pfx ou .p12 do certificado A1 da empresa, inteiro e sem alterações',
};

/**
 * Opens a PFX file, of today or of twenty years ago. Node can hand such a file to TLS but gives no one the key in it, which
 * signatures need, and refuses the old ones.
 *
 * @throws CertificateError `unreadable`, `password` or `unsupported`
 * @source RFC 7292
 */
export function readPkcs12(file: Buffer, password: string): Pkcs12 {
  if (file.length > MAX_BYTES) {
    throw new CertificateError(
      'unreadable',
      'O arquivo é grande demais para um certificado A1 (o máximo é 256 KB)',
      'Envie só o arquivo .pfx ou .p12 do certificado A1 da empresa',
    );
  }
  try {
    return open(file, password, { rounds: MAX_EFFORT_ROUNDS });
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    const { message, howToFix } = otherKindOfFile(file) ?? BROKEN;
    throw new CertificateError('unreadable', message, howToFix, error);
  }
}

function open(file: Buffer, password: string, effort: Effort): Pkcs12 {
  const [version, authenticated, macData] = inside(readDer(file), TAG.sequence);
  if (count(version) !== 3) throw new DerError('Another version of PFX, or something else');
  const [type, explicit] = inside(authenticated, TAG.sequence);
  if (oid(type) !== DATA) throw unsupported('integridade por chave pública', PROTECT_BY_PASSWORD);
  const content = octets(inside(explicit, FIRST)[0]);
  if (macData) checkPassword(macData, content, password, effort);

  const keys: Buffer[] = [];
  const certificates: Buffer[] = [];
  for (const bag of inside(readDer(content), TAG.sequence).flatMap((safe) => bags(safe, password, effort))) {
    if (keys.length + certificates.length === MAX_BAGS) throw new DerError('The file holds too much');
    const [bagType, bagValue] = inside(bag, TAG.sequence);
    const [value] = inside(bagValue, FIRST);
    switch (oid(bagType)) {
      case KEY_BAG:
        if (value) keys.push(value.encoded);
        break;
      case SHROUDED_KEY_BAG: {
        const [algorithm, encrypted] = inside(value, TAG.sequence);
        keys.push(decrypt(algorithm, octets(encrypted), password, effort));
        break;
      }
      case CERTIFICATE_BAG: {
        const [kind, certificate] = inside(value, TAG.sequence);
        if (oid(kind) === X509) certificates.push(octets(inside(certificate, FIRST)[0]));
      }
    }
  }
  return { keys, certificates };
}

function bags(safe: DerValue, password: string, effort: Effort): DerValue[] {
  const [type, explicit] = inside(safe, TAG.sequence);
  const [value] = inside(explicit, FIRST);
  switch (oid(type)) {
    case DATA:
      return inside(readDer(octets(value)), TAG.sequence);
    case ENCRYPTED_DATA: {
      const [, algorithm, encrypted] = inside(inside(value, TAG.sequence)[1], TAG.sequence);
      return inside(readDer(decrypt(algorithm, octets(encrypted, 0x80), password, effort)), TAG.sequence);
    }
    case ENVELOPED_DATA:
      throw unsupported('cifrado para uma chave pública', PROTECT_BY_PASSWORD);
    default:
      throw new DerError('A part of another kind');
  }
}

/** The file's own check of its password. @throws CertificateError `password` */
function checkPassword(macData: DerValue, content: Buffer, password: string, effort: Effort): void {
  const [digestInfo, salt, iterations] = inside(macData, TAG.sequence);
  const [algorithm, expected] = inside(digestInfo, TAG.sequence);
  const digest = oid(inside(algorithm, TAG.sequence)[0]);
  const hashName = DIGESTS.get(digest);
  if (!hashName) {
    throw unsupported(
      `verificação de integridade ${digest}`,
      'Exporte o certificado de novo com verificação de integridade por SHA-256; no openssl, com -macalg sha256 e sem -pbmac1_pbkdf2',
    );
  }
  const wanted = octets(expected);
  const rounds = iterations ? count(iterations) : 1;
  const fits = firstThatFits(wideEncodings(password), effort, rounds, (bytes) => {
    const key = deriveOld(
      { purpose: 'mac', bytes: wanted.length, hashName, password: bytes, salt: octets(salt), rounds },
      effort,
    );
    const made = createHmac(hashName, key).update(content).digest();
    return (made.length === wanted.length && timingSafeEqual(made, wanted)) || undefined;
  });
  if (!fits) throw wrongPassword();
}
