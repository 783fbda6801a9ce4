import { readConfig } from '../platform/config.ts';
import { dynamoDbProjectionsTable } from '../projections/projections-table.ts';
import { dynamoDb } from './aws-clients.ts';
import { invoicesProjection } from './invoices-projection.ts';
import { streamHandler } from './stream-batch.ts';

const config = readConfig();
const client = dynamoDb();

/** Brings InvoicesTable up to date with what the stream of EventsTable announces. */
export const handler = streamHandler({
  projection: 'invoices',
  table: dynamoDbProjectionsTable(client, config.tables.projections, 'invoices'),
  project: invoicesProjection(config, client),
});
