import type { Commit } from '../events/commit.ts';
import { documentsByVersion, parseDocumentName } from '../events/document-key.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { Day } from './seal.ts';

/** What the stores say of a document: it is there with the hash in its key, it is not there, or something else is in its place. */
export type DocumentState = 'intact' | 'missing' | 'damaged';

export interface DocumentFinding {
  readonly kind: 'document-missing' | 'document-damaged';
  /** Of the event that names the document. */
  readonly version: number;
  /** Its name within the invoice. */
  readonly document: string;
}

/** A document that an event names. */
export interface NamedDocument {
  readonly invoiceId: InvoiceId;
  /** Of the first event that names it. */
  readonly version: number;
  /** Its name within the invoice. */
  readonly document: string;
}

/** Documents whose key names no day are older than the archive of days. */
export type DocumentDay = Day | 'none';

export interface AuditedDocuments {
  /** Whether the store of recent documents has the document as its key says. `false` leaves the verdict to the archive. */
  isIntact(key: string): Promise<boolean>;
  /** The state of documents of one day. Each pack of the archive is read once, however many of its documents are asked for. */
  statesOn(day: DocumentDay, keys: readonly string[]): Promise<ReadonlyMap<string, DocumentState>>;
}

/** Documents that the archive has to be asked for, by day. An audit collects them first, so that it reads each pack once. */
export interface AwaitedDocuments {
  add(documents: readonly NamedDocument[]): void;
  days(): readonly DocumentDay[];
  on(day: DocumentDay): readonly NamedDocument[];
  /** The documents of the day are verified. */
  close(day: DocumentDay): void;
}

export const keyOf = ({ invoiceId, document }: NamedDocument): string => `${invoiceId}/${document}`;

export const dayOfDocument = ({ document }: NamedDocument): DocumentDay => parseDocumentName(document)?.day ?? 'none';

/** The documents of a stream that the archive has to be asked for, in the order of the events that name them. */
export async function documentsToAwait(
  { isIntact }: Pick<AuditedDocuments, 'isIntact'>,
  invoiceId: InvoiceId,
  commits: readonly Commit[],
): Promise<readonly NamedDocument[]> {
  const named = await Promise.all(
    namedDocuments(invoiceId, commits).map(async (one) => ({ one, intact: await isIntact(keyOf(one)) })),
  );
  return named.filter(({ intact }) => !intact).map(({ one }) => one);
}

/** Each document once, with the first event that names it. */
function namedDocuments(invoiceId: InvoiceId, commits: readonly Commit[]): readonly NamedDocument[] {
  const named = new Map<string, NamedDocument>();
  for (const { version, document } of documentsByVersion(invoiceId, commits)) {
    if (!named.has(document)) named.set(document, { invoiceId, version, document });
  }
  return [...named.values()];
}

/**
 * Asks the archive for the documents that an audit has collected, day by day.
 *
 * @param onFindings told of each invoice of a day whose documents are not all as they were stored
 */
export async function verifyAwaited(
  documents: Pick<AuditedDocuments, 'statesOn'>,
  awaited: AwaitedDocuments,
  onFindings: (invoiceId: InvoiceId, findings: readonly DocumentFinding[]) => void,
): Promise<void> {
  for (const day of awaited.days()) {
    // An invoice that was looked at twice has named its documents twice.
    const named = new Map(awaited.on(day).map((one) => [keyOf(one), one]));
    const states = await documents.statesOn(day, [...named.keys()]);
    const found = [...named].flatMap(([key, { invoiceId, version, document }]) => {
      const state = states.get(key) ?? 'missing';
      return state === 'intact'
        ? []
        : [{ invoiceId, finding: { kind: `document-${state}`, version, document } as const }];
    });
    for (const [invoiceId, findings] of Map.groupBy(found, (one) => one.invoiceId)) {
      onFindings(
        invoiceId,
        findings.map(({ finding }) => finding),
      );
    }
    awaited.close(day);
  }
}

/** For an audit of few documents, and for specs. */
export function memoryAwaitedDocuments(): AwaitedDocuments {
  const byDay = new Map<DocumentDay, NamedDocument[]>();
  return {
    add(documents) {
      for (const one of documents) {
        const day = dayOfDocument(one);
        const known = byDay.get(day);
        if (known) known.push(one);
        else byDay.set(day, [one]);
      }
    },
    days: () => [...byDay.keys()].sort(),
    on: (day) => byDay.get(day) ?? [],
    close: (day) => void byDay.delete(day),
  };
}
