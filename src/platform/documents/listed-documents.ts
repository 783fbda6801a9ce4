import type { ArchivingDeps } from '../../audit/archiving.ts';
import { DocumentDamaged, DocumentMissing, type Documents } from '../../commands/ports.ts';
import type { DocumentItem } from './items.ts';
import type { DocumentListing } from './listing.ts';
import { documentOpener } from './opening.ts';
import { invoiceOf, type RecentDocument } from './recent.ts';

/**
 * The documents of a part, each whole. What they were compressed with is mostly among them, and is opened once: only certificates, and
 * what came before midnight, are looked for in the store.
 */
export function listedDocuments(
  table: Pick<DocumentListing, 'of'>,
  store: Pick<Documents, 'get'>,
): ArchivingDeps['list'] {
  return async (part) => {
    const listed = new Map<string, DocumentItem>();
    for await (const item of table.of(part)) listed.set(item.key, item);
    const opened = new Map<string, RecentDocument>();
    const open = documentOpener(async (key) => listed.get(key) ?? (await store.get(key)), opened);
    let invoiceId: string | undefined;
    return {
      keys: [...listed.keys()],
      async read(key) {
        if (invoiceOf(key) !== invoiceId) opened.clear();
        invoiceId = invoiceOf(key);
        try {
          return (await open(key)).content;
        } catch (error) {
          if (error instanceof DocumentDamaged || error instanceof DocumentMissing) return undefined;
          throw error;
        }
      },
    };
  };
}
