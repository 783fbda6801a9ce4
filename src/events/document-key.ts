import { createHash } from 'node:crypto';
import type { InvoiceId } from './ids.ts';

/**
 * The key of a document of an invoice: `inv_…/dps-<SHA-256 in base64url>.xml`. The same content always has the same key and other
 * content never has it, so a repeated attempt adds a document beside the one that counts and overwrites none.
 *
 * @param kind what it is, in kebab-case
 */
export function documentKey(invoiceId: InvoiceId, kind: string, content: string, extension: 'xml' | 'json'): string {
  return `${invoiceId}/${kind}-${createHash('sha256').update(content, 'utf8').digest('base64url')}.${extension}`;
}
