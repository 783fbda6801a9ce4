import { createDecipheriv, hash, pbkdf2Sync } from 'node:crypto';
import { CertificateError } from './certificate-error.ts';
import { count, DerError, type DerValue, inside, octets, oid, readDer, TAG } from './der.ts';
import { byteEncodings, wideEncodings } from './password-encodings.ts';
import { decryptRc2 } from './rc2.ts';

/** How many rounds of hashing a file may still ask for, all its parts together. Exporters use 1 to 600,000 a part. */
export interface Effort {
  rounds: number;
}

export const MAX_EFFORT_ROUNDS = 2_000_000;
/** PBKDF2 is native: ten of its rounds take less time than one of PKCS#12's own derivation, which is not. */
const PBKDF2_ROUNDS_PER_ROUND = 10;

const PBES2 = '1.2.840.113549.1.5.13';
const PBKDF2 = '1.2.840.113549.1.5.12';

interface OldScheme {
  readonly cipher: 'rc2' | 'des-ede3-cbc';
  readonly keyBytes: number;
}

/** PKCS#12's own schemes. The two with RC4 are left out: no exporter of ICP-Brasil certificates was found to use them. */
const OLD_SCHEMES: ReadonlyMap<string, OldScheme> = new Map([
  ['1.2.840.113549.1.12.1.3', { cipher: 'des-ede3-cbc', keyBytes: 24 }],
  ['1.2.840.113549.1.12.1.4', { cipher: 'des-ede3-cbc', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.5', { cipher: 'rc2', keyBytes: 16 }],
  ['1.2.840.113549.1.12.1.6', { cipher: 'rc2', keyBytes: 5 }],
]);

const CIPHERS: ReadonlyMap<string, { readonly name: string; readonly keyBytes: number }> = new Map([
  ['2.16.840.1.101.3.4.1.2', { name: 'aes-128-cbc', keyBytes: 16 }],
  ['2.16.840.1.101.3.4.1.22', { name: 'aes-192-cbc', keyBytes: 24 }],
  ['2.16.840.1.101.3.4.1.42', { name: 'aes-256-cbc', keyBytes: 32 }],
  ['1.2.840.113549.3.7', { name: 'des-ede3-cbc', keyBytes: 24 }],
]);

const HMACS: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.2.7', 'sha1'],
  ['1.2.840.113549.2.9', 'sha256'],
  ['1.2.840.113549.2.10', 'sha384'],
  ['1.2.840.113549.2.11', 'sha512'],
]);

/** A key of up to 24 bytes takes two derivations by SHA-1, the initialisation vector one. */
const ROUNDS_PER_OLD_ROUND = 3;

export type KeyPurpose = 'key' | 'iv' | 'mac';
const PURPOSES: Readonly<Record<KeyPurpose, number>> = { key: 1, iv: 2, mac: 3 };
/** Bytes that each hash takes in at once. */
const BLOCK_BYTES: Readonly<Record<string, number>> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 };

const EXPORT_WITH_AES =
  'Exporte o certificado de novo, em formato PFX (PKCS#12), com criptografia AES-256 ou TripleDES';

/** The file is protected in a way that is not read here; `howToFix` says which choice of the export to change. */
export function unsupported(what: string, howToFix: string): CertificateError {
  return new CertificateError(
    'unsupported',
    `O arquivo do certificado usa uma proteção que não é aceita (${what})`,
    howToFix,
  );
}

/**
 * Undoes password-based encryption: PBES2 with AES or Triple DES, and PKCS#12's own schemes with Triple DES and RC2.
 *
 * @param algorithm the AlgorithmIdentifier that goes with the data
 * @throws CertificateError `unsupported`, or `password` when nothing sensible comes out
 * @source RFC 7292, appendix C; RFC 8018, 6.2
 */
export function decrypt(algorithm: DerValue | undefined, encrypted: Buffer, password: string, effort: Effort): Buffer {
  const [scheme, parameters] = inside(algorithm, TAG.sequence);
  const id = oid(scheme);
  const old = OLD_SCHEMES.get(id);
  if (!old && id !== PBES2) throw unsupported(`cifra ${id}`, EXPORT_WITH_AES);
  const plain = old
    ? decryptOld(old, parameters, encrypted, password, effort)
    : decryptModern(parameters, encrypted, password, effort);
  if (!plain) throw wrongPassword();
  return plain;
}

export function wrongPassword(): CertificateError {
  return new CertificateError(
    'password',
    'A senha do certificado está errada',
    'Confira maiúsculas, minúsculas e espaços da senha escolhida ao exportar o arquivo e envie de novo',
  );
}

function decryptOld(
  scheme: OldScheme,
  parameters: DerValue | undefined,
  data: Buffer,
  password: string,
  effort: Effort,
) {
  const [salt, iterations] = inside(parameters, TAG.sequence);
  const rounds = count(iterations);
  return firstThatFits(wideEncodings(password), effort, rounds * ROUNDS_PER_OLD_ROUND, (bytes) => {
    const derive = (purpose: KeyPurpose, size: number) =>
      deriveOld({ purpose, bytes: size, hashName: 'sha1', password: bytes, salt: octets(salt), rounds }, effort);
    const key = derive('key', scheme.keyBytes);
    const iv = derive('iv', 8);
    if (scheme.cipher === 'rc2') return wholeValue(decryptRc2(data, key, iv));
    // Two keys are three, the first being used twice.
    return wholeValue(decipher(scheme.cipher, Buffer.concat([key, key]).subarray(0, 24), iv, data));
  });
}

function decryptModern(parameters: DerValue | undefined, data: Buffer, password: string, effort: Effort) {
  const [derivation, encryption] = inside(parameters, TAG.sequence);
  const [derivationId, derivationParameters] = inside(derivation, TAG.sequence);
  const [encryptionId, iv] = inside(encryption, TAG.sequence);
  const cipher = CIPHERS.get(oid(encryptionId));
  if (oid(derivationId) !== PBKDF2) {
    throw unsupported(
      `derivação de chave ${oid(derivationId)}`,
      'Exporte o certificado de novo com derivação de chave PBKDF2, a usual; no openssl, sem a opção -scrypt',
    );
  }
  if (!cipher) throw unsupported(`cifra ${oid(encryptionId)}`, EXPORT_WITH_AES);
  const [salt, iterations, ...optional] = inside(derivationParameters, TAG.sequence);
  const prf = optional.find(({ tag }) => tag === TAG.sequence);
  const hmac = prf ? HMACS.get(oid(inside(prf)[0])) : 'sha1';
  if (!hmac) {
    throw unsupported('função da derivação PBKDF2', 'Exporte o certificado de novo com PBKDF2 por HMAC-SHA256');
  }
  const rounds = count(iterations);
  const cost = Math.ceil(rounds / PBKDF2_ROUNDS_PER_ROUND);
  return firstThatFits(byteEncodings(password), effort, cost, (bytes) => {
    spend(cost, effort);
    const key = pbkdf2Sync(bytes, octets(salt), rounds, cipher.keyBytes, hmac);
    return wholeValue(decipher(cipher.name, key, octets(iv), data));
  });
}

/**
 * Tries the encodings of a password in turn. The first is tried whatever it costs; those after it as far as the effort left goes.
 *
 * @param cost rounds that a try takes
 */
export function firstThatFits<T>(
  encodings: readonly Buffer[],
  effort: Effort,
  cost: number,
  attempt: (password: Buffer) => T | undefined,
): T | undefined {
  for (const [index, encoding] of encodings.entries()) {
    if (index > 0 && effort.rounds < cost) return undefined;
    const result = attempt(encoding);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** The bytes if they are one value: padding alone is right by chance for one wrong key in 256. */
function wholeValue(plain: Buffer | undefined): Buffer | undefined {
  if (!plain) return undefined;
  try {
    return readDer(plain).encoded.length === plain.length ? plain : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function decipher(cipher: string, key: Buffer, iv: Buffer, data: Buffer): Buffer | undefined {
  try {
    const decryption = createDecipheriv(cipher, key, iv);
    return Buffer.concat([decryption.update(data), decryption.final()]);
  } catch {
    return undefined; // the padding does not come out: another password
  }
}

function spend(rounds: number, effort: Effort): void {
  if (rounds < 1) throw new DerError('A derivation has no rounds');
  effort.rounds -= rounds;
  if (effort.rounds < 0) {
    throw unsupported(
      'iterações demais na derivação da chave',
      'Exporte o certificado de novo com menos iterações, 600.000 no máximo; no openssl, com -iter 100000',
    );
  }
}

export interface OldDerivation {
  readonly purpose: KeyPurpose;
  readonly bytes: number;
  readonly hashName: string;
  /** One of {@link wideEncodings}. */
  readonly password: Buffer;
  readonly salt: Buffer;
  readonly rounds: number;
}

/** PKCS#12's own way from a password to a key. @source RFC 7292, appendix B.2 */
export function deriveOld(derivation: OldDerivation, effort: Effort): Buffer {
  const { purpose, bytes, hashName, password, salt, rounds } = derivation;
  const block = BLOCK_BYTES[hashName];
  if (!block) throw new RangeError(`There is no block size for ${hashName}`);
  const diversifier = Buffer.alloc(block, PURPOSES[purpose]);
  const input = Buffer.concat([fill(salt, block), fill(password, block)]);
  let out = Buffer.alloc(0);
  for (;;) {
    let digest = hash(hashName, Buffer.concat([diversifier, input]), 'buffer');
    spend(rounds, effort);
    for (let i = rounds; i > 1; i--) digest = hash(hashName, digest, 'buffer');
    out = Buffer.concat([out, digest]);
    if (out.length >= bytes) return out.subarray(0, bytes);
    const addend = fill(digest, block).subarray(0, block);
    for (let at = 0; at < input.length; at += block) addPlusOne(input.subarray(at, at + block), addend);
  }
}

/** Repeated up to whole blocks. */
function fill(bytes: Buffer, block: number): Buffer {
  if (bytes.length === 0) return bytes;
  return Buffer.alloc(block * Math.ceil(bytes.length / block), bytes);
}

function addPlusOne(target: Buffer, addend: Buffer): void {
  let carry = 1;
  for (let i = target.length - 1; i >= 0; i--) {
    carry += (target[i] ?? 0) + (addend[i] ?? 0);
    target[i] = carry & 0xff;
    carry >>= 8;
  }
}
