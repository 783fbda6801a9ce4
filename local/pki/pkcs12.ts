import { createCipheriv, createHash, createHmac, type KeyObject, pbkdf2Sync } from 'node:crypto';
import { bmp, context, integer, nothing, octets, oid, sequence, set } from './der.ts';

const DATA = '1.2.840.113549.1.7.1';
const SHROUDED_KEY_BAG = '1.2.840.113549.1.12.10.1.2';
const CERTIFICATE_BAG = '1.2.840.113549.1.12.10.1.3';
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const ROUNDS = 2048;
const SHA256_BLOCK_BYTES = 64;

/** Salts and the initialisation vector: 16 random bytes each. */
export interface Drawn {
  readonly keySalt: Buffer;
  readonly iv: Buffer;
  readonly macSalt: Buffer;
}

/**
 * A PFX file as certification authorities hand them out: the key encrypted with AES-256 under the password, the certificates as they
 * are, all of it sealed with HMAC-SHA-256.
 *
 * @param certificates DER, the key's own first
 * @source RFC 7292
 */
export function pfxFile(key: KeyObject, certificates: readonly Buffer[], password: string, drawn: Drawn): Buffer {
  const keyBag = sequence(
    oid(SHROUDED_KEY_BAG),
    context(0, encryptedKey(key, password, drawn)),
    set(sequence(oid('1.2.840.113549.1.9.20'), set(bmp('certificado de exemplo')))),
  );
  const certificateBags = certificates.map((certificate) =>
    sequence(oid(CERTIFICATE_BAG), context(0, sequence(oid(X509_CERTIFICATE), context(0, octets(certificate))))),
  );
  const contents = sequence(data(sequence(keyBag)), data(sequence(...certificateBags)));
  const mac = createHmac('sha256', macKey(password, drawn.macSalt)).update(contents).digest();
  const sha256 = sequence(oid('2.16.840.1.101.3.4.2.1'), nothing());
  const seal = sequence(sequence(sha256, octets(mac)), octets(drawn.macSalt), integer(ROUNDS));
  return sequence(integer(3), data(contents), seal);
}

const data = (content: Buffer): Buffer => sequence(oid(DATA), context(0, octets(content)));

function encryptedKey(key: KeyObject, password: string, { keySalt, iv }: Drawn): Buffer {
  const derived = pbkdf2Sync(password, keySalt, ROUNDS, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', derived, iv);
  const encrypted = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const derivation = sequence(
    oid('1.2.840.113549.1.5.12'),
    sequence(octets(keySalt), integer(ROUNDS), sequence(oid('1.2.840.113549.2.9'), nothing())),
  );
  const scheme = sequence(derivation, sequence(oid('2.16.840.1.101.3.4.1.42'), octets(iv)));
  return sequence(sequence(oid('1.2.840.113549.1.5.13'), scheme), octets(encrypted));
}

/** PKCS#12's own derivation, for the one key that it is still needed for. @source RFC 7292, appendix B */
function macKey(password: string, salt: Buffer): Buffer {
  const repeated = (bytes: Buffer) => {
    const length = SHA256_BLOCK_BYTES * Math.ceil(bytes.length / SHA256_BLOCK_BYTES);
    return Buffer.alloc(length, bytes);
  };
  const purpose = Buffer.alloc(SHA256_BLOCK_BYTES, 3);
  const secret = Buffer.from(`${password}\0`, 'utf16le').swap16();
  let derived = createHash('sha256')
    .update(Buffer.concat([purpose, repeated(salt), repeated(secret)]))
    .digest();
  for (let round = 1; round < ROUNDS; round++) derived = createHash('sha256').update(derived).digest();
  return derived;
}
