import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { dynamoDbInvoicesTable } from '../projections/invoices-table.ts';
import { projectInvoices } from '../projections/project-batch.ts';
import { dynamoDbProjectionsTable } from '../projections/projections-table.ts';
import { streamHandler } from './stream-batch.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  events: dynamoDbEventStore({ client, tableName: config.tables.events }),
  invoices: dynamoDbInvoicesTable(client, config.tables.invoices),
  reconcileAfterSeconds: config.reconcileAfterSeconds,
};

/** Brings InvoicesTable up to date with what the stream of EventsTable announces. */
export const handler = streamHandler({
  projection: 'invoices',
  table: dynamoDbProjectionsTable(client, config.tables.projections, 'invoices'),
  project: (announced) => projectInvoices(deps, announced),
});
