import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { projectInvoices } from '../projections/project-batch.ts';
import { dynamoDbProjectionsTable } from '../projections/projections-table.ts';
import { streamHandler } from './stream-batch.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  events: dynamoDbEventStore({ client, tableName: config.tables.events }),
  invoices: liveInvoices({
    client,
    tables: config.tables,
    freshSeconds: config.projectionPointerSeconds,
    nowMs: Date.now,
  }),
  reconcileAfterSeconds: config.reconcileAfterSeconds,
  onBesideFailure: (invoiceId: InvoiceId, error: unknown) =>
    logger.error('projection beside the live one failed', { invoiceId, error: failureOf(error) }),
};

/** Brings InvoicesTable up to date with what the stream of EventsTable announces. */
export const handler = streamHandler({
  projection: 'invoices',
  table: dynamoDbProjectionsTable(client, config.tables.projections, 'invoices'),
  project: (announced) => projectInvoices(deps, announced),
});
