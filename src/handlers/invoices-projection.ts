import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { Config } from '../platform/config.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { type Announced, type BatchOutcome, projectInvoices } from '../projections/project-batch.ts';

/** Brings the rows of InvoicesTable up to date, in the live table and in one that is being rebuilt beside it. */
export function invoicesProjection(
  { tables, projectionPointerSeconds, reconcileAfterSeconds }: Config,
  client: DynamoDBDocumentClient,
): (announced: Announced) => Promise<BatchOutcome> {
  const deps: Parameters<typeof projectInvoices>[0] = {
    events: dynamoDbEventStore({ client, tableName: tables.events }),
    invoices: liveInvoices({ client, tables, freshSeconds: projectionPointerSeconds, nowMs: Date.now }),
    reconcileAfterSeconds,
  };
  return (announced) => projectInvoices(deps, announced);
}
