import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Documents } from '../../commands/ports.ts';
import { sha256 } from '../../events/document-key.ts';
import { certificatesIn, compressed } from './encoding.ts';
import { certificateKey, type DocumentItem, documentItems, isCertificate } from './items.ts';
import { documentOpener } from './opening.ts';
import { invoiceOf, type RecentDocument, recentDocuments } from './recent.ts';

/** Where documents are that the table does not have: those of earlier days, and those that no item can hold. */
export interface DocumentArchive {
  get(key: string): Promise<string | undefined>;
  putWhole(key: string, content: string): Promise<void>;
}

/** A document that no item can hold, where there is no other place for it. */
export class DocumentTooLarge extends Error {
  override readonly name = 'DocumentTooLarge';
  readonly code = 'document-too-large';
}

/** DynamoDB takes 400 KB with all names. */
const LARGEST_BODY_BYTES = 300 * 1024;
/** Compressing keeps everything else of the process waiting: what is longer is stored as it is. */
const LONGEST_COMPRESSED = 1024 * 1024;
/** Those that are in flight, and some. A document is some ten kilobytes. */
const RECENT_INVOICES = 300;
const MOST_CERTIFICATES = 10_000;

/**
 * `DocumentsTable`, with the archive behind it. Every document that is read is checked against the hash in its key.
 *
 * @param archive left out where documents are only written, and never by a stranger
 */
export function documentStore(client: DynamoDBClient, tableName: string, archive?: DocumentArchive): Documents {
  const items = documentItems(client, tableName);
  const recent = recentDocuments(RECENT_INVOICES);
  const certificates = new Map<string, string>();

  async function put(key: string, content: string): Promise<void> {
    const last = recent.of(invoiceOf(key));
    if (last?.key === key) return;
    const bases = [...(await keptCertificates(content)), ...(last ? [last] : [])];
    const body =
      content.length <= LONGEST_COMPRESSED &&
      compressed(
        content,
        bases.map((base) => base.content),
      );
    if (!body || body.length > LARGEST_BODY_BYTES) {
      if (!archive) throw new DocumentTooLarge(`${key} has ${content.length} characters`);
      return archive.putWhole(key, content);
    }
    const written = await items.put({ key, body, bases: bases.map((base) => base.key) });
    // One that was there may lie deeper than it would have here: what rests on it could come to lie too deep to be opened.
    if (written) recent.remember({ key, content, depth: 1 + (last?.depth ?? 0) });
  }

  /** Stores each certificate of a document once, which this process does again when it has forgotten. */
  async function keptCertificates(content: string): Promise<{ key: string; content: string }[]> {
    const found = certificatesIn(content).map((base64) => ({ key: certificateKey(sha256(base64)), content: base64 }));
    for (const { key, content: base64 } of found) {
      if (certificates.has(key)) continue;
      await items.put({ key, body: compressed(base64, []), bases: [] });
      know(key, base64);
    }
    return found;
  }

  function know(key: string, base64: string): void {
    if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
    certificates.set(key, base64);
  }

  async function get(key: string): Promise<string> {
    const opened = new Map<string, RecentDocument>();
    const document = await documentOpener(found, opened)(key);
    for (const { key: other, content } of opened.values()) if (isCertificate(other)) know(other, content);
    recent.remember(document);
    return document.content;
  }

  async function found(key: string): Promise<DocumentItem | string | undefined> {
    return certificates.get(key) ?? (await items.get(key)) ?? (await archive?.get(key));
  }

  return { put, get };
}
