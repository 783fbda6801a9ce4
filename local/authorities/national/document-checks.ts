import { X509Certificate } from 'node:crypto';
import { isOf, registrationIn } from './client-certificate.ts';
import type { Refusal } from './layout-check.ts';

/** Who signed a document as a whole. */
export type Signed =
  | { readonly kind: 'missing' }
  | { readonly kind: 'bad'; readonly detail: string }
  /** The signature holds; whether its maker may sign is another question. */
  | { readonly kind: 'good'; readonly certificate: X509Certificate };

/** What is checked of a document beyond the rules: each is asked only where it is given. */
export interface DocumentChecks {
  readonly signature?: (xml: string) => Signed;
  /** @returns what the document has that its layout has not, or lacks; `undefined` where it is of the layout */
  readonly layout?: (xml: string) => string | undefined;
  /** PEM of the authority that signers' certificates come from. */
  readonly authority?: string;
}

const DECLARATION_CODES = { missing: 'E0717', bad: 'E0714', certificate: 'E0715', owner: 'E0718' } as const;
const EVENT_CODES = { missing: 'E0936', bad: 'E0930', certificate: 'E0932', owner: 'E0938' } as const;

/** The layout of a document, which comes before anything that reads it. */
export function layoutFaults({ layout }: DocumentChecks, xml: string): readonly Refusal[] {
  const detail = layout?.(xml);
  return detail === undefined ? [] : [{ code: 'E1235', detail }];
}

/**
 * The signature of a document.
 *
 * @param company whose document it is
 * @param now milliseconds since the epoch
 */
export function signatureFaults(
  checks: DocumentChecks,
  xml: string,
  kind: 'declaration' | 'event',
  company: string,
  now: number,
): readonly Refusal[] {
  if (!checks.signature) return [];
  const codes = kind === 'declaration' ? DECLARATION_CODES : EVENT_CODES;
  const signed = checks.signature(xml);
  switch (signed.kind) {
    case 'missing':
      return [{ code: codes.missing }];
    case 'bad':
      return [{ code: codes.bad, detail: signed.detail }];
    case 'good': {
      if (!isTrusted(signed.certificate, checks.authority, now)) return [{ code: codes.certificate }];
      return isOf(company, registrationIn(signed.certificate)) ? [] : [{ code: codes.owner }];
    }
  }
}

function isTrusted(certificate: X509Certificate, authority: string | undefined, now: number): boolean {
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo)) return false;
  if (authority === undefined) return true;
  const above = new X509Certificate(authority);
  return certificate.checkIssued(above) && certificate.verify(above.publicKey);
}
