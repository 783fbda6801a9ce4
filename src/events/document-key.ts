import { createHash } from 'node:crypto';
import { type Commit, eventsIn, type StoredEvent } from './commit.ts';
import type { InvoiceId } from './ids.ts';

/**
 * The key of a document of an invoice: `inv_…/dps-20261126-<SHA-256 in base64url>.xml`. Other content never has the same key, so a
 * repeated attempt adds a document beside the one that counts and overwrites none. The day says where the document is kept.
 *
 * @param kind what it is, in kebab-case
 * @param at ISO 8601, UTC: when it is stored
 */
export function documentKey(
  invoiceId: InvoiceId,
  kind: string,
  content: string,
  extension: 'xml' | 'json',
  at: string,
): string {
  return `${invoiceId}/${kind}-${at.slice(0, 10).replaceAll('-', '')}-${sha256(content)}.${extension}`;
}

/** The digest that stands in keys. */
export function sha256(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('base64url');
}

/** What {@link documentKey} puts behind the invoice: kind, day, SHA-256, extension. Keys had no day before documents were kept by it. */
const DOCUMENT_NAME = /^([\w-]+)\.(?:xml|json)$/;
const DIGEST_CHARACTERS = 43;
const KIND_AND_DAY = /^([a-z]+(?:-[a-z]+)*)(?:-(\d{4})(\d\d)(\d\d))?$/;

export interface DocumentName {
  readonly kind: string;
  /** `2026-11-26`; not in keys from before documents were kept by day. */
  readonly day?: string;
  readonly sha256: string;
}

/** A document's name within its invoice, taken apart; `undefined` for any other text. */
export function parseDocumentName(name: string): DocumentName | undefined {
  const [, stem = ''] = DOCUMENT_NAME.exec(name) ?? [];
  // Cut by length: a digest has hyphens too, and a pattern would try each of them.
  const cut = stem.length - DIGEST_CHARACTERS - 1;
  const [, kind, year, month, day] = KIND_AND_DAY.exec(stem.slice(0, Math.max(cut, 0))) ?? [];
  if (kind === undefined || stem[cut] !== '-') return undefined;
  return { kind, sha256: stem.slice(cut + 1), ...(year && { day: `${year}-${month}-${day}` }) };
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

/** {@link documentsNamedBy} of all events of a history, in their order, with the event's version. */
export function documentsByVersion(
  invoiceId: InvoiceId,
  commits: readonly Commit[],
): { readonly version: number; readonly document: string }[] {
  return commits.flatMap((commit) =>
    eventsIn(commit).flatMap((event, index) =>
      documentsNamedBy(invoiceId, event).map((document) => ({ version: commit.version + index, document })),
    ),
  );
}

/** {@link documentsNamedBy} of all events of a history, in their order. */
export function documentsNamedIn(invoiceId: InvoiceId, commits: readonly Commit[]): string[] {
  return documentsByVersion(invoiceId, commits).map(({ document }) => document);
}

/** The name in a key that an event or an exchange bears, if it is one of this invoice's documents. */
export function documentNameIn(invoiceId: InvoiceId, key: unknown): string | undefined {
  if (typeof key !== 'string' || !key.startsWith(`${invoiceId}/`)) return undefined;
  const name = key.slice(invoiceId.length + 1);
  return parseDocumentName(name) && name;
}
