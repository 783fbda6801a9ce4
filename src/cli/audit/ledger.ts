import { type Day, isDay } from '../../audit/seal.ts';
import { type AuditedSeals, lastDayOver } from '../../audit/sealing.ts';
import type { AuditedDocuments } from '../../audit/verify-documents.ts';
import type { Witnesses } from '../../audit/verify-ledger.ts';
import { DocumentDamaged, DocumentMissing, type Documents } from '../../commands/ports.ts';
import { dynamoDbEventScan } from '../../events/dynamodb-event-scan.ts';
import { dynamoDbEventStore } from '../../events/dynamodb-event-store.ts';
import type { EventScan } from '../../events/event-scan.ts';
import type { EventStore } from '../../events/event-store.ts';
import { type InvoiceId, parseInvoiceId } from '../../events/ids.ts';
import type { Config } from '../../platform/config.ts';
import { auditedDocuments } from '../../platform/documents/audited-documents.ts';
import { documentStore } from '../../platform/documents/document-store.ts';
import { s3DocumentArchive } from '../../platform/documents/s3-archive.ts';
import { auditedSeals } from '../../platform/seal-store.ts';
import { dynamoDbInvoicesTable, type InvoicesTable } from '../../projections/invoices-table.ts';
import { dynamoDbProjectionStates } from '../../projections/projection-states.ts';
import { dynamoDbWitnesses } from '../../projections/witnesses.ts';
import { installation } from '../installation.ts';
import { type Invocation, UsageError } from '../verb.ts';

/** Everything of an installation that an audit reads. Nothing here can write. */
export interface AuditedLedger {
  readonly config: Config;
  readonly events: Pick<EventStore, 'load'>;
  readonly scan: EventScan;
  readonly invoices: Pick<InvoicesTable, 'list'>;
  readonly witnesses: Witnesses;
  readonly seals: AuditedSeals;
  /** A document as it lies there, though it be not what its key says; `undefined` where there is nothing to show. */
  document(key: string): Promise<string | undefined>;
  readonly documents: AuditedDocuments;
  close(): void;
}

export async function auditedLedger(invocation: Invocation, data: string | undefined): Promise<AuditedLedger> {
  const { config, dynamoDb: client, s3 } = await installation(invocation, data);
  const { tables } = config;
  const events = dynamoDbEventStore({ client, tableName: tables.events });
  const state = await dynamoDbProjectionStates(client, tables.projections).read('invoices');
  const live = state?.live ?? tables.invoices;
  const documents = documentStore(client, tables.documents, s3DocumentArchive(s3, config.docsBucket));
  return {
    config,
    events,
    scan: dynamoDbEventScan({ client, tableName: tables.events, events }),
    invoices: dynamoDbInvoicesTable(client, live),
    witnesses: dynamoDbWitnesses(client, live),
    seals: auditedSeals({ dynamoDb: client, tableName: tables.seals, s3, bucket: config.sealsBucket }),
    document: lying(documents),
    documents: auditedDocuments({
      client,
      tableName: tables.documents,
      objects: s3,
      bucket: config.docsBucket,
      now: invocation.now,
    }),
    close: () => client.destroy(),
  };
}

/** An audit wants to see what somebody put in a document's place. */
function lying(documents: Pick<Documents, 'get'>): AuditedLedger['document'] {
  return async (key) => {
    try {
      return await documents.get(key);
    } catch (error) {
      if (error instanceof DocumentDamaged) return error.key === key ? error.content : undefined;
      if (error instanceof DocumentMissing) return undefined;
      throw error;
    }
  };
}

/** SealFn runs ten minutes after a day may be sealed, and is tried again for some hours if it fails. */
const LATE_MINUTES = 360;

/** The last day that must have a seal by now. */
export function lastDayDue({ config }: Pick<AuditedLedger, 'config'>, now: Date): Day {
  return lastDayOver(now, config.sealMarginMinutes + LATE_MINUTES);
}

/** @throws UsageError naming the first text that is no invoice's id */
export function invoiceIdsIn(texts: readonly string[]): InvoiceId[] {
  return texts.map((text) => {
    const id = parseInvoiceId(text);
    if (!id) throw new UsageError(`${text} não é o identificador de uma nota`);
    return id;
  });
}

/** @throws UsageError */
export function dayIn(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (isDay(text)) return text;
  throw new UsageError(`${option} é um dia, como 2026-11-24`);
}
