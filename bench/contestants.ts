import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDBSingleTableEventStorageAdapter } from '@castore/event-storage-adapter-dynamodb';
import { defaultTableNames } from '../local/engines/tables.ts';
import { START, tipAfter } from '../src/events/commit.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import { newId } from '../src/platform/clock.ts';
import { at, emitted, issued, meta } from '../test/invoices.ts';
import { castoreTable } from './castore-table.ts';

/** One event store, doing what happens to every invoice. */
export interface Contestant {
  /** Appends `Emitted` to a new stream, without a read. */
  emit(invoiceId: InvoiceId): Promise<Emitted>;
  /** Every event of a stream, read consistently. */
  load(invoiceId: InvoiceId): Promise<number>;
}

export interface Emitted {
  /** Appends `Issued` after it, without a read. */
  issue(): Promise<unknown>;
  /** Whether the store is meant to read the stream before it appends to it. */
  readonly readsBeforeIssue: boolean;
}

/** Ours: the tip that an append returns travels to the next writer, in the message. */
export function nfseLedger(client: DynamoDBDocumentClient): Contestant {
  const store = dynamoDbEventStore({ client, tableName: defaultTableNames.events });
  const draft = () => ({ meta, at, commitId: newId() });
  return {
    async emit(invoiceId) {
      const first = await store.append({ ...draft(), invoiceId, tip: START, events: [emitted] });
      return {
        issue: () => store.append({ ...draft(), invoiceId, tip: tipAfter(first), events: [issued] }),
        readsBeforeIssue: false,
      };
    },
    load: async (invoiceId) => (await store.load(invoiceId)).length,
  };
}

/** Castore's adapter: the same events under the same ids. Its commands get the aggregate, then push at the next version. */
export function castore(client: DynamoDBDocumentClient): Contestant {
  const store = new DynamoDBSingleTableEventStorageAdapter({ tableName: castoreTable, dynamoDBClient: client });
  const context = { eventStoreId: 'INVOICES' };
  const detail = (aggregateId: InvoiceId, version: number, { type, data }: typeof emitted | typeof issued) => ({
    aggregateId,
    version,
    type,
    timestamp: at,
    payload: data,
    metadata: meta,
  });
  return {
    async emit(invoiceId) {
      await store.pushEvent(detail(invoiceId, 1, emitted), context);
      return {
        issue: () => store.pushEvent(detail(invoiceId, 2, issued), context),
        readsBeforeIssue: true,
      };
    },
    load: async (invoiceId) => (await store.getEvents(invoiceId, context)).events.length,
  };
}
