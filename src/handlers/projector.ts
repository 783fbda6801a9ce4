import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Commit } from '../events/commit.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { type InvoiceId, parseInvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { inInvocation, invocationTrace } from '../platform/tracer.ts';
import { dynamoDbInvoicesTable } from '../projections/invoices-table.ts';
import { project } from '../projections/projector.ts';

const config = readConfig();
const client = dynamoDb();
const deps = {
  events: dynamoDbEventStore({ client, tableName: config.tables.events }),
  invoices: dynamoDbInvoicesTable(client, config.tables.invoices),
  reconcileAfterSeconds: config.reconcileAfterSeconds,
};

/**
 * The projector as Lambda calls it for a batch of the EventsTable's stream. Records are grouped by invoice. An invoice that fails
 * reports its first record; Lambda then delivers again from there, which the version guard makes harmless for the others.
 */
export function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return inInvocation('projector', invocationTrace(), async () => {
    const started = performance.now();
    const groups = [...grouped(Records)];
    const failures = await Promise.all(groups.map(([invoiceId, signals]) => projected(invoiceId, signals)));
    const batchItemFailures = failures.flat().map((itemIdentifier) => ({ itemIdentifier }));
    logger.info('projected', {
      records: Records.length,
      invoices: groups.length,
      failed: batchItemFailures.length,
      durationMs: Math.round(performance.now() - started),
    });
    return { batchItemFailures };
  });
}

interface Signal {
  readonly sequenceNumber: string;
  readonly commit: Commit;
}

/** Only inserts are news: the store is append-only, so a change or a removal is tampering and must not reach the projection. */
function grouped(records: readonly DynamoDBRecord[]): Map<InvoiceId, Signal[]> {
  const groups = new Map<InvoiceId, Signal[]>();
  for (const { eventName, dynamodb } of records) {
    const invoiceId = parseInvoiceId(dynamodb?.Keys?.invoiceId?.S);
    if (eventName !== 'INSERT' || !invoiceId || !dynamodb?.NewImage) {
      logger.warn('stream record ignored', { eventName, invoiceId });
      continue;
    }
    const commit = unmarshall(dynamodb.NewImage as Record<string, AttributeValue>) as Commit;
    groups.set(invoiceId, [
      ...(groups.get(invoiceId) ?? []),
      { sequenceNumber: dynamodb.SequenceNumber ?? '', commit },
    ]);
  }
  return groups;
}

async function projected(invoiceId: InvoiceId, signals: readonly Signal[]): Promise<string[]> {
  try {
    await project(
      deps,
      invoiceId,
      signals.map(({ commit }) => commit),
    );
    return [];
  } catch (error) {
    logger.error('projection failed', { invoiceId, error: failureOf(error) });
    return signals.slice(0, 1).map(({ sequenceNumber }) => sequenceNumber);
  }
}
