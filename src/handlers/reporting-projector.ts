import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { dynamoDbProjectionsTable } from '../projections/projections-table.ts';
import { projectReporting } from '../projections/reporting/project-reporting.ts';
import { live } from '../projections/reporting/schema.ts';
import { PROJECTOR_PATIENCE, reportingDatabase } from './reporting-deps.ts';
import { streamHandler } from './stream-batch.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  events: dynamoDbEventStore({ client, tableName: config.tables.events }),
  database: reportingDatabase(config, PROJECTOR_PATIENCE),
  tables: live,
};

/**
 * Brings the reporting tables up to date, beside the projector of InvoicesTable and on a place of its own in the stream: a database
 * that is asleep or down delays reports, and nothing else.
 */
export const handler = streamHandler({
  projection: 'reporting',
  table: dynamoDbProjectionsTable(client, config.tables.projections, 'reporting'),
  project: (announced) => projectReporting(deps, announced),
});
