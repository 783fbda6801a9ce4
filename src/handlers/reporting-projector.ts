import { readConfig } from '../platform/config.ts';
import { dynamoDbProjectionsTable } from '../projections/projections-table.ts';
import { dynamoDb } from './aws-clients.ts';
import { PROJECTOR_PATIENCE, reportingDatabase } from './reporting-deps.ts';
import { reportingProjection } from './reporting-projection.ts';
import { streamHandler } from './stream-batch.ts';

const config = readConfig();
const client = dynamoDb();

/**
 * Brings the reporting tables up to date, beside the projector of InvoicesTable and on a place of its own in the stream: a database
 * that is asleep or down delays reports, and nothing else.
 */
export const handler = streamHandler({
  projection: 'reporting',
  table: dynamoDbProjectionsTable(client, config.tables.projections, 'reporting'),
  project: reportingProjection(config, client, reportingDatabase(config, PROJECTOR_PATIENCE)),
});
