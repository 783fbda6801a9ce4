import { createHash, type KeyObject, sign, type X509Certificate } from 'node:crypto';
import { element, inNamespace, leaf, writeFragment } from '../xml-writer.ts';
import { DIGEST_METHODS, DSIG, ENVELOPED, EXCLUSIVE, INCLUSIVE, SIGNATURE_METHODS } from './algorithms.ts';
import type { SigningProfile } from './profile.ts';

/** Who signs: an RSA key, and the end-entity certificate that goes with it. */
export interface Signer {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
}

/** The document cannot be signed as asked. */
export class SigningError extends Error {
  override readonly name = 'SigningError';
  readonly code: 'nothing-to-sign' | 'already-signed' | 'id' | 'key';
  /** Where in the document, when that is known. */
  readonly at: number | undefined;
  constructor(
    code: SigningError['code'],
    message: string,
    options?: { readonly at?: number; readonly cause?: unknown },
  ) {
    super(message, { cause: options?.cause });
    this.code = code;
    this.at = options?.at;
  }
}

/** What may follow the `#` of a reference without being an XPointer, and be an XML id. */
const ID = /^[A-Za-z_][\w.-]{0,254}$/;

/** @throws SigningError when the id is missing or cannot be referred to */
export function referableId(element: string, id: string | undefined, at: number): string {
  if (id === undefined || !ID.test(id)) {
    throw new SigningError('id', `${element} não tem um atributo Id que uma assinatura possa referir`, { at });
  }
  return id;
}

/**
 * The signature of an element, or of a whole document.
 *
 * @param canonical the element's canonical form
 * @param id of the element, or `undefined` for the document that the signature stands in
 * @param inContext makes the canonical form of the `SignedInfo` from how it is written, since the ancestors' namespaces count
 * @throws SigningError when the key refuses
 */
export function signature(
  canonical: string,
  id: string | undefined,
  profile: Pick<SigningProfile, 'exclusive' | 'hash'>,
  signer: Signer,
  inContext: (signedInfo: string) => string,
): string {
  const { hash } = profile;
  const canonicalization = profile.exclusive ? EXCLUSIVE : INCLUSIVE;
  const digest = createHash(hash).update(canonical, 'utf8').digest('base64');
  const signedInfo = element(
    'SignedInfo',
    {},
    element('CanonicalizationMethod', { Algorithm: canonicalization }),
    element('SignatureMethod', { Algorithm: SIGNATURE_METHODS[hash] }),
    element(
      'Reference',
      { URI: id === undefined ? '' : `#${id}` },
      element(
        'Transforms',
        {},
        element('Transform', { Algorithm: ENVELOPED }),
        element('Transform', { Algorithm: canonicalization }),
      ),
      element('DigestMethod', { Algorithm: DIGEST_METHODS[hash] }),
      leaf('DigestValue', digest),
    ),
  );
  const value = rsa(Buffer.from(inContext(writeFragment(inNamespace(DSIG, signedInfo))), 'utf8'), hash, signer.key);
  const certificate = leaf('X509Certificate', signer.certificate.raw.toString('base64'));
  const keyInfo = element('KeyInfo', {}, element('X509Data', {}, certificate));
  return writeFragment(inNamespace(DSIG, element('Signature', {}, signedInfo, leaf('SignatureValue', value), keyInfo)));
}

/** Hosts whose OpenSSL policy forbids SHA-1 fail here, and only here. */
function rsa(data: Buffer, hash: string, key: KeyObject): string {
  if (key.asymmetricKeyType !== 'rsa') throw new SigningError('key', 'A chave do certificado não é RSA');
  try {
    return sign(hash, data, key).toString('base64');
  } catch (cause) {
    throw new SigningError('key', `Este computador não assina com ${hash.toUpperCase()} e esta chave`, { cause });
  }
}
