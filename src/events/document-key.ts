import { createHash } from 'node:crypto';
import { type Commit, eventsIn, type StoredEvent } from './commit.ts';
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

/** What {@link documentKey} puts behind the invoice: kind, SHA-256, extension. */
const DOCUMENT_NAME = /^([a-z]+(?:-[a-z]+)*)-([\w-]{43})\.(?:xml|json)$/;

/** A document's name within its invoice, taken apart; `undefined` for any other text. */
export function parseDocumentName(name: string): { readonly kind: string; readonly sha256: string } | undefined {
  const [, kind, sha256] = DOCUMENT_NAME.exec(name) ?? [];
  return kind !== undefined && sha256 !== undefined ? { kind, sha256 } : undefined;
}

/**
 * The names of the invoice's documents that an event tells of: what was declared, what was authorised, and the exchanges that led to it.
 * Reads the event as it lies, so that one of a spoiled history still leads to its evidence.
 */
export function documentsNamedBy(invoiceId: InvoiceId, { data }: StoredEvent): string[] {
  const { xmlKey, nfseXmlKey, eventXmlKey, evidence } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const keys = [xmlKey, nfseXmlKey, eventXmlKey, ...(Array.isArray(evidence) ? evidence : [])];
  return keys.flatMap((key) => documentNameIn(invoiceId, key) ?? []);
}

/** {@link documentsNamedBy} of all events of a history, in their order. */
export function documentsNamedIn(invoiceId: InvoiceId, commits: readonly Commit[]): string[] {
  return commits.flatMap(eventsIn).flatMap((event) => documentsNamedBy(invoiceId, event));
}

/** The name in a key that an event or an exchange bears, if it is one of this invoice's documents. */
export function documentNameIn(invoiceId: InvoiceId, key: unknown): string | undefined {
  if (typeof key !== 'string' || !key.startsWith(`${invoiceId}/`)) return undefined;
  const name = key.slice(invoiceId.length + 1);
  return parseDocumentName(name) && name;
}
