import { type KeptDocument, WINDOW_BYTES } from './encoding.ts';

export interface RecentDocument extends KeptDocument {
  /** How many documents must be read, one after the other, to read it: itself, and those that it was compressed with. */
  readonly depth: number;
}

export interface RecentDocuments {
  /** The invoice's document that this process stored or read last, if the next one may rest on it. */
  of(invoiceId: string): RecentDocument | undefined;
  remember(document: RecentDocument): void;
}

/** An answer rests on what was sent, which rests on the declaration; more would only make reading slower. */
export const DEEPEST = 4;

/** Those that are in flight, and some. */
const MOST_INVOICES = 300;

/**
 * What this process had last of each invoice: a declaration, what was sent, what came back and the note have nearly everything in
 * common, and are handled by one process within a second or two.
 *
 * @param invoices of so many; those that were used longest ago are forgotten
 */
export function recentDocuments(invoices = MOST_INVOICES): RecentDocuments {
  const last = new Map<string, RecentDocument>();
  return {
    of: (invoiceId) => last.get(invoiceId),
    remember(document) {
      // Of a longer one DEFLATE sees the end alone, and an authority may answer with a megabyte each time.
      if (document.depth >= DEEPEST || document.content.length > WINDOW_BYTES) return;
      const invoiceId = invoiceOf(document.key);
      last.delete(invoiceId);
      last.set(invoiceId, document);
      for (const oldest of last.keys()) {
        if (last.size <= invoices) break;
        last.delete(oldest);
      }
    },
  };
}

export const invoiceOf = (key: string): string => key.slice(0, key.indexOf('/'));
