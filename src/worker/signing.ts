import { ABRASF_SIGNING, NATIONAL_SIGNING } from '../nfse/xmldsig/profile.ts';
import { signXml } from '../nfse/xmldsig/sign.ts';
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
    signAbrasf: (xml, wish, certificate) => signXml(xml, { ...ABRASF_SIGNING, ...wish }, certificate),
  };
}
