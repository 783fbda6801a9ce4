import { ABRASF_SIGNING, NATIONAL_SIGNING } from '../nfse/xmldsig/profile.ts';
import { signDocument, signXml } from '../nfse/xmldsig/sign.ts';
import type { Signer } from '../nfse/xmldsig/signature.ts';
import type { HeldCertificate } from './company-certificates.ts';
import type { SigningWish } from './providers/abrasf/desk.ts';

/** How documents are signed in a company's name. RSA's older padding draws nothing: the same document gives the same bytes. */
export interface DocumentSigning {
  readonly signNational: (xml: string, certificate: HeldCertificate) => string;
  readonly signAbrasf: (xml: string, wish: SigningWish, certificate: HeldCertificate) => string;
}

/** @param hash of national documents; a city's is in its profile */
export function documentSigning(hash: 'sha1' | 'sha256'): DocumentSigning {
  return {
    signNational: (xml, certificate) => signXml(xml, { ...NATIONAL_SIGNING, hash }, certificate),
    signAbrasf: signMessage,
  };
}

/** A message to a city hall, signed as the city wishes. */
export function signMessage(xml: string, { elements, ...how }: SigningWish, signer: Signer): string {
  return elements === 'document'
    ? signDocument(xml, how, signer)
    : signXml(xml, { ...ABRASF_SIGNING, ...how, elements }, signer);
}
