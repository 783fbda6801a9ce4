import type { Canonicalization } from './canonical-form.ts';

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const ENVELOPED = `${DSIG}enveloped-signature`;

/** SHA-1 is what the national manual and ABRASF document; SHA-256 is accepted by both the national system and some cities. */
export type SignatureHash = 'sha1' | 'sha256';

export const SIGNATURE_METHODS: Readonly<Record<SignatureHash, string>> = {
  sha1: `${DSIG}rsa-sha1`,
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
};

export const DIGEST_METHODS: Readonly<Record<SignatureHash, string>> = {
  sha1: `${DSIG}sha1`,
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
};

export const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** With comments is what the national server itself signs with. */
export const CANONICALIZATIONS: ReadonlyMap<string, Canonicalization> = new Map([
  [INCLUSIVE, { exclusive: false, comments: false }],
  [`${INCLUSIVE}#WithComments`, { exclusive: false, comments: true }],
  [EXCLUSIVE, { exclusive: true, comments: false }],
  [`${EXCLUSIVE}WithComments`, { exclusive: true, comments: true }],
]);
