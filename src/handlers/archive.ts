import type { Context } from 'aws-lambda';
import { type ArchivingReport, archiveDueDays } from '../audit/archiving.ts';
import { now } from '../platform/clock.ts';
import { readConfig } from '../platform/config.ts';
import { archivedDays } from '../platform/documents/archived-days.ts';
import { documentStore } from '../platform/documents/document-store.ts';
import { DAYS_IN_TABLE } from '../platform/documents/items.ts';
import { listedDocuments } from '../platform/documents/listed-documents.ts';
import { documentListing } from '../platform/documents/listing.ts';
import { documentPacks } from '../platform/documents/packs.ts';
import { SHARDS } from '../platform/documents/place.ts';
import { s3DocumentArchive } from '../platform/documents/s3-archive.ts';
import { environmentFacts } from '../platform/environment-facts.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { logMetrics } from '../platform/metrics.ts';
import { inInvocation, invocationTraceId } from '../platform/tracer.ts';
import { dynamoDb, s3 } from './aws-clients.ts';

const config = readConfig();
const client = dynamoDb();
const table = config.tables.documents;
const objects = s3(config.s3);
const listing = documentListing(client, table);
const store = documentStore(client, table, s3DocumentArchive(objects, config.docsBucket));
const deps = {
  list: listedDocuments(listing, store),
  packs: documentPacks(objects, config.docsBucket),
  days: archivedDays(client, table),
  daysWithDocuments: listing.days,
  shards: SHARDS,
  daysInTable: DAYS_IN_TABLE,
  marginMinutes: config.sealMarginMinutes,
};
const environment = environmentFacts();

/** For the parts that are under way when the time is up. */
const RESERVE_MS = 90_000;
const MOST_NAMED = 100;

/**
 * Each hour, and mostly to find that there is nothing to do: puts the documents of the days that are over into packs. What a run has no
 * time for, the next one does.
 */
export function handler(_event: unknown, context: Context): Promise<ArchivingReport> {
  const traceId = invocationTraceId();
  return inInvocation('archive', async () => {
    const at = now();
    const reserveMs = Math.min(RESERVE_MS, context.getRemainingTimeInMillis() / 2);
    const done = await archiveDueDays(
      {
        ...deps,
        late: () => context.getRemainingTimeInMillis() < reserveMs,
        onFailure: (part, error) => logger.error('not archived, tried again', { ...part, error: failureOf(error) }),
      },
      at,
    );
    report(done, at, traceId);
    return done;
  });
}

/** Each run, also one that found nothing: an archive that is silent is one that is not made. */
function report({ archived, damaged, ...done }: ArchivingReport, at: Date, traceId: string | undefined): void {
  logMetrics({
    message: 'archived',
    facts: { days: archived, damaged: damaged.slice(0, MOST_NAMED), traceId, ...environment() },
    metrics: {
      DaysArchived: [archived.length, 'Count'],
      DocumentsArchived: [done.documents, 'Count'],
      DocumentsDamaged: [damaged.length, 'Count'],
      ArchiveFailed: [done.failed, 'Count'],
      UnarchivedSeconds: [done.unarchivedSeconds, 'Seconds'],
    },
    at,
  });
}
