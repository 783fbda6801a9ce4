import { parseDocumentName } from '../events/document-key.ts';
import type { InvoiceId } from '../events/ids.ts';

export interface DocumentLink {
  /** `dps`, `nfse`, `received`, …: what the name begins with. */
  readonly kind: string;
  readonly name: string;
  /** Of the route that gives an address to fetch it from. */
  readonly href: string;
}

export function documentLink(invoiceId: InvoiceId, name: string): DocumentLink {
  return { kind: parseDocumentName(name)?.kind ?? '', name, href: `/invoices/${invoiceId}/documents/${name}` };
}
