import { type Commit, eventsIn } from '../events/commit.ts';
import { documentsNamedBy } from '../events/document-key.ts';
import type { InvoiceId } from '../events/ids.ts';

/** What a store says of a document: it is there with the hash in its key, it is not there, or something else lies there. */
export type DocumentState = 'intact' | 'missing' | 'damaged';

export interface DocumentFinding {
  readonly kind: 'document-missing' | 'document-damaged';
  /** Of the event that names the document. */
  readonly version: number;
  /** Its name within the invoice. */
  readonly document: string;
}

export interface AuditedDocuments {
  /** @param key with the invoice's id in front */
  stateOf(key: string): Promise<DocumentState>;
}

/** Every document that the events of a stream name and that is not as it was stored, in the order of the events. */
export async function verifyDocuments(
  { stateOf }: AuditedDocuments,
  invoiceId: InvoiceId,
  commits: readonly Commit[],
): Promise<readonly DocumentFinding[]> {
  const named = new Map<string, number>();
  for (const commit of commits) {
    for (const [index, event] of eventsIn(commit).entries()) {
      for (const name of documentsNamedBy(invoiceId, event)) {
        if (!named.has(name)) named.set(name, commit.version + index);
      }
    }
  }
  const found = await Promise.all(
    [...named].map(async ([document, version]): Promise<readonly DocumentFinding[]> => {
      const state = await stateOf(`${invoiceId}/${document}`);
      return state === 'intact' ? [] : [{ kind: `document-${state}`, version, document }];
    }),
  );
  return found.flat();
}
