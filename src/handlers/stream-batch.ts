import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { itemOf } from '../aws/document-client.ts';
import type { Commit } from '../events/commit.ts';
import { commitInItem } from '../events/dynamodb-commit.ts';
import { type InvoiceId, parseInvoiceId } from '../events/ids.ts';
import { now } from '../platform/clock.ts';
import { environmentFacts } from '../platform/environment-facts.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { logMetrics } from '../platform/metrics.ts';
import { inInvocation } from '../platform/tracer.ts';
import type { Announced, BatchOutcome, Setback } from '../projections/project-batch.ts';
import type { Projection, ProjectionsTable } from '../projections/projections-table.ts';

export interface StreamProjector {
  readonly projection: Projection;
  readonly table: ProjectionsTable;
  readonly project: (announced: Announced) => Promise<BatchOutcome>;
}

/** Progress is for people to look at: a write a second is enough, however many batches there are. */
const SAY_EVERY_MS = 1_000;

/**
 * A projector as Lambda calls it for a batch of the EventsTable's stream. An invoice that can never be projected is parked, and the
 * shard goes on. One that cannot be projected now reports its first record; Lambda then delivers again from there, which the version
 * guards make harmless for the others.
 */
export function streamHandler({ projection, table, project }: StreamProjector) {
  let saidAt = 0;
  const environment = environmentFacts();

  return ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> =>
    inInvocation(projection, async () => {
      const started = performance.now();
      const { signals, touched } = announcedIn(Records);
      const { spoiled, delayed } = await project(
        new Map([...signals].map(([id, list]) => [id, list.map(({ commit }) => commit)])),
      );
      for (const setback of spoiled) await park(setback, signals);
      const at = now();
      const oldest = times(signals)[0];
      logMetrics({
        message: 'projected',
        facts: {
          records: Records.length,
          invoices: signals.size,
          durationMs: since(started),
          ...environment(),
        },
        metrics: {
          ProjectionLag: [oldest === undefined ? 0 : Math.max(0, at.getTime() - Date.parse(oldest)), 'Milliseconds'],
          // Their alarms take silence for none.
          ...(spoiled.length > 0 && { InvoicesParked: [spoiled.length, 'Count'] }),
          ...(touched > 0 && { EventsTouched: [touched, 'Count'] }),
        },
        dimensions: { projection },
        at,
      });
      await say(signals, delayed, at);
      return { batchItemFailures: delayed.map(({ invoiceId }) => ({ itemIdentifier: firstOf(signals, invoiceId) })) };
    });

  async function park({ invoiceId, error }: Setback, signals: Signals): Promise<void> {
    logger.error('invoice parked', { projection, invoiceId, error: failureOf(error) });
    await table.park(invoiceId, error, signals.get(invoiceId)?.[0]?.commit.at ?? '', now());
  }

  /** Nobody waits for this, and nothing depends on it: where it cannot be said, the projection is as good. */
  async function say(signals: Signals, delayed: readonly Setback[], at: Date): Promise<void> {
    try {
      const [first] = delayed;
      const waiting = delayed.flatMap(({ invoiceId }) => signals.get(invoiceId)?.[0]?.commit.at ?? []).sort()[0];
      if (first && waiting !== undefined) {
        logger.warn('projection waits', { projection, delayed: delayed.length, error: failureOf(first.error) });
        await table.waits(waiting, at, first.error.message);
        saidAt = 0;
        return;
      }
      const newest = times(signals).at(-1);
      if (newest === undefined || at.getTime() - saidAt < SAY_EVERY_MS) return;
      saidAt = at.getTime();
      await table.projected(newest, at);
    } catch (error) {
      logger.warn('progress not written', { projection, error: failureOf(error) });
    }
  }
}

interface Signal {
  readonly sequenceNumber: string;
  readonly commit: Commit;
}
type Signals = ReadonlyMap<InvoiceId, readonly Signal[]>;

/**
 * Only inserts are news: the store is append-only, so a change or a removal is tampering and must not reach the projection.
 *
 * @returns the commits by invoice, and how many records tell of an item that somebody changed or removed
 */
function announcedIn(records: readonly DynamoDBRecord[]): { readonly signals: Signals; readonly touched: number } {
  const signals = new Map<InvoiceId, Signal[]>();
  let touched = 0;
  for (const { eventName, dynamodb } of records) {
    const { invoiceId: id, version } = dynamodb?.Keys ?? {};
    const invoiceId = parseInvoiceId(id?.S);
    if (eventName !== 'INSERT') {
      touched++;
      logger.error('event touched', { eventName, invoiceId: id?.S, version: version?.N });
      continue;
    }
    if (!invoiceId || !dynamodb?.NewImage) {
      logger.warn('stream record ignored', { eventName, invoiceId });
      continue;
    }
    const commit = commitInItem(itemOf(dynamodb.NewImage as Record<string, AttributeValue>));
    const group = signals.get(invoiceId) ?? [];
    group.push({ sequenceNumber: dynamodb.SequenceNumber ?? '', commit });
    signals.set(invoiceId, group);
  }
  return { signals, touched };
}

/** Commit times of a batch, oldest first. */
const times = (signals: Signals): string[] =>
  [...signals.values()].flatMap((list) => list.map(({ commit }) => commit.at)).sort();

const firstOf = (signals: Signals, invoiceId: InvoiceId): string => signals.get(invoiceId)?.[0]?.sequenceNumber ?? '';

const since = (started: number): number => Math.round(performance.now() - started);
