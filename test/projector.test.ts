import { randomUUID } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Commit, START, tipAfter } from '../src/events/commit.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { read } from '../src/events/event-store.ts';
import type { NewEvent } from '../src/events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { dynamoDbInvoicesTable } from '../src/projections/invoices-table.ts';
import { dynamoDbProjectionsTable } from '../src/projections/projections-table.ts';
import {
  cancelled,
  cancelRequested,
  companyCnpj,
  deferred,
  draft,
  emitted,
  failed,
  issued,
  retryRequested,
} from './invoices.ts';
import { credentials } from './stack/api.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { announced } from './stream-record.ts';

const client = dynamoDb();
const tables = await ownTables(client);
Object.assign(process.env, credentials().environment, {
  EVENTS_TABLE: tables.events,
  INVOICES_TABLE: tables.invoices,
  PROJECTIONS_TABLE: tables.projections,
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
});
const { handler } = await import('../src/handlers/projector.ts');
const events = dynamoDbEventStore({ client, tableName: tables.events });
const invoices = dynamoDbInvoicesTable(client, tables.invoices);
const projections = dynamoDbProjectionsTable(client, tables.projections, 'invoices');

const STORIES: readonly (readonly NewEvent[])[] = [
  [emitted],
  [emitted, issued],
  [emitted, deferred, issued],
  [emitted, failed, retryRequested, issued, cancelRequested, cancelled],
];

/** A stream that tells one of the stories, a commit an event. */
async function told(story: readonly NewEvent[]): Promise<{ invoiceId: InvoiceId; commits: Commit[] }> {
  const invoiceId = invoiceIdFor(companyCnpj, randomUUID());
  const commits: Commit[] = [];
  for (const event of story) {
    const tip = commits.length > 0 ? tipAfter(commits.at(-1) as Commit) : START;
    commits.push(await events.append(draft({ invoiceId, tip, events: [event], commitId: randomUUID() })));
  }
  return { invoiceId, commits };
}

/** A record of an edit: the store is append-only, so somebody did it by hand. */
const touched = (commit: Commit, eventName: 'MODIFY' | 'REMOVE'): DynamoDBRecord => ({
  ...announced(commit),
  eventName,
});

function expected(invoiceId: InvoiceId, commits: readonly Commit[]) {
  const { invoice, tip } = read(invoiceId, commits);
  return rowOf(invoice as LivingInvoice, tip, Number(process.env.RECONCILE_AFTER_SECONDS));
}

describe('the projector', () => {
  it('comes to the fold of the stream, however its records are cut, repeated, lost and shuffled', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...STORIES),
        fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
        async (story, picks) => {
          const { invoiceId, commits } = await told(story);
          // Any records in any order and batches; only the last commit is sure to be announced at least once.
          const records = [
            ...picks.map((pick) => commits[pick % commits.length] as Commit),
            commits.at(-1) as Commit,
          ].map(announced);
          const cut = (picks[0] ?? 0) % records.length;
          for (const Records of [records.slice(0, cut), records.slice(cut)]) {
            if (Records.length > 0) expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
          }
          expect(await invoices.get(invoiceId)).toEqual(expected(invoiceId, commits));
        },
      ),
      { numRuns: 25 },
    ));

  it('never goes back to an older version', async () => {
    const { invoiceId, commits } = await told([emitted, issued]);
    await handler({ Records: commits.map(announced) });
    await handler({ Records: [announced(commits[0] as Commit)] });
    expect(await invoices.get(invoiceId)).toEqual(expected(invoiceId, commits));
  });

  it('parks the invoice that cannot be read, with its error, and projects the others of the batch', async () => {
    const good = await told([emitted, issued]);
    const bad = await told([emitted]);
    const spoiled = { ...(bad.commits[0] as Commit), events: [{ type: 'Teleported' }] } as unknown as Commit;
    const records = [
      announced(good.commits[0] as Commit),
      announced(spoiled),
      announced(spoiled),
      announced(good.commits[1] as Commit),
    ];
    expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
    expect(await handler({ Records: [announced(spoiled)] })).toEqual({ batchItemFailures: [] });
    expect(await projections.parkedOf([good.invoiceId, bad.invoiceId])).toEqual([
      {
        invoiceId: bad.invoiceId,
        error: { name: 'UnreadableEvent', message: expect.stringContaining('Teleported') },
        committedAt: spoiled.at,
        parkedAt: expect.any(String),
        failedAt: expect.any(String),
        times: 2,
      },
    ]);
    expect(await invoices.get(good.invoiceId)).toEqual(expected(good.invoiceId, good.commits));
    expect(await invoices.get(bad.invoiceId)).toBeUndefined();
  });

  it('takes no news from a commit that was changed or removed by hand', async () => {
    const { invoiceId, commits } = await told([emitted]);
    await handler({ Records: [announced(commits[0] as Commit)] });
    const before = await invoices.get(invoiceId);
    const forged = { ...(commits[0] as Commit), version: 9, next: 10 };
    expect(await handler({ Records: [touched(forged, 'MODIFY'), touched(commits[0] as Commit, 'REMOVE')] })).toEqual({
      batchItemFailures: [],
    });
    expect(await invoices.get(invoiceId)).toEqual(before);
  });

  it('marks what is due, only while it is due', async () => {
    const waiting = await told([emitted]);
    const put = await told([emitted, deferred]);
    const done = await told([emitted, issued]);
    for (const { commits } of [waiting, put, done]) await handler({ Records: commits.map(announced) });
    expect(await invoices.get(waiting.invoiceId)).toHaveProperty('dueShard');
    expect(await invoices.get(put.invoiceId)).toMatchObject({
      dueAt: deferred.data.nextAttemptAt.replace('Z', '000000000000118Z'),
    });
    expect(await invoices.get(done.invoiceId)).not.toHaveProperty('dueAt');
    expect(await invoices.get(done.invoiceId)).not.toHaveProperty('dueShard');
  });

  it('lets one caller alone take what is due', async () => {
    const { invoiceId, commits } = await told([emitted]);
    await handler({ Records: commits.map(announced) });
    const row = await invoices.get(invoiceId);
    if (!row) throw new Error('It was projected');
    const claims = await Promise.all(
      Array.from({ length: 5 }, () => invoices.claimDue(row, '2099-01-01T00:00:00.000Z')),
    );
    expect(claims.filter(Boolean)).toHaveLength(1);
  });
});
