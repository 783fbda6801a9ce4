import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Documents } from '../../commands/ports.ts';
import { sha256 } from '../../events/document-key.ts';
import { certificatesIn, compressed, type KeptDocument } from './encoding.ts';
import { certificateKey, documentItems } from './items.ts';
import { dayPartOf } from './place.ts';
import { invoiceOf, type RecentDocuments, recentDocuments } from './recent.ts';

/** A document that no item can hold, where there is no other place for it. */
export class DocumentTooLarge extends Error {
  override readonly name = 'DocumentTooLarge';
  readonly code = 'document-too-large';
}

/** DynamoDB takes 400 KB with all names. */
const LARGEST_BODY_BYTES = 300 * 1024;
/** Compressing keeps everything else of the process waiting: what is longer is stored as it is. */
const LONGEST_COMPRESSED = 1024 * 1024;
/** Of companies, for a month each. */
const MOST_CERTIFICATES = 100_000;

/**
 * Writes documents to `DocumentsTable`, each compressed with the certificates in it and with what this process had last of its invoice.
 *
 * @param more.recent what is remembered, where reading adds to it
 * @param more.putWhole where a document goes that no item can hold; without it that is an error
 * @returns `put`, which throws DocumentTooLarge
 */
export function documentWriter(
  client: DynamoDBDocumentClient,
  tableName: string,
  more: { readonly recent?: RecentDocuments; readonly putWhole?: Documents['put'] } = {},
): Pick<Documents, 'put'> {
  const items = documentItems(client, tableName);
  const { recent = recentDocuments(), putWhole } = more;
  const stored = new Set<string>();

  /** Stores each certificate of a document once a month, which this process does again when it has forgotten. */
  async function keptCertificates(content: string, month: string): Promise<KeptDocument[]> {
    const found = certificatesIn(content).map((base64) => ({
      key: certificateKey(month, sha256(base64)),
      content: base64,
    }));
    for (const { key, content: base64 } of found) {
      if (stored.has(key)) continue;
      await items.put({ key, body: compressed(base64, []), bases: [] });
      if (stored.size >= MOST_CERTIFICATES) stored.clear();
      stored.add(key);
    }
    return found;
  }

  return {
    async put(key, content) {
      const part = dayPartOf(key);
      if (!part) throw new RangeError(`${key} is no key of a document`);
      const last = recent.of(invoiceOf(key));
      if (last?.key === key) return;
      if (content.length > LONGEST_COMPRESSED) return whole(key, content);
      const certificates = await keptCertificates(content, part.day.slice(0, 7));
      const bases = [...certificates, ...(last ? [last] : [])];
      const texts = bases.map((base) => base.content);
      const body = compressed(content, texts);
      if (body.length > LARGEST_BODY_BYTES) return whole(key, content);
      const written = await items.put({ key, body, bases: bases.map((base) => base.key) });
      // One that was there may lie deeper than it would have here: what rests on it could come to lie too deep to be opened.
      if (written) recent.remember({ key, content, depth: 1 + (last?.depth ?? 0) });
    },
  };

  async function whole(key: string, content: string): Promise<void> {
    if (!putWhole) throw new DocumentTooLarge(`${key} has ${content.length} characters`);
    await putWhole(key, content);
  }
}
