import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { Config } from '../platform/config.ts';
import type { Announced, BatchOutcome } from '../projections/project-batch.ts';
import { tablesOf } from '../projections/projection-state.ts';
import { dynamoDbProjectionStates, rememberedState } from '../projections/projection-states.ts';
import type { ReportingDatabase } from '../projections/reporting/database.ts';
import { projectReporting } from '../projections/reporting/project-reporting.ts';
import { FIRST_SCHEMA, live, reportingTables } from '../projections/reporting/schema.ts';

/** Brings the reporting tables up to date: the live ones, and those beside them while there is a rebuild. */
export function reportingProjection(
  config: Config,
  client: DynamoDBDocumentClient,
  database: ReportingDatabase,
): (announced: Announced) => Promise<BatchOutcome> {
  const states = dynamoDbProjectionStates(client, config.tables.projections);
  const freshMs = config.projectionPointerSeconds * 1000;
  const state = rememberedState(() => states.read('reporting'), FIRST_SCHEMA, freshMs, Date.now);
  const deps = {
    events: dynamoDbEventStore({ client, tableName: config.tables.events }),
    database,
    tables: live,
    beside: async () =>
      tablesOf(await state())
        .slice(1)
        .map(reportingTables),
  };
  return (announced) => projectReporting(deps, announced);
}
