import { describe, expect, it, vi } from 'vitest';
import { companyCnpj, draft } from '../../test/invoices.ts';
import { announced } from '../../test/stream-record.ts';
import { commitOf } from '../events/commit.ts';
import { type InvoiceId, invoiceIdFor } from '../events/ids.ts';
import { logMetrics } from '../platform/metrics.ts';
import type { BatchOutcome } from '../projections/project-batch.ts';
import type { ProjectionsTable } from '../projections/projections-table.ts';
import { streamHandler } from './stream-batch.ts';

vi.mock('../platform/metrics.ts', () => ({ logMetrics: vi.fn() }));

vi.hoisted(() => {
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

const commits = ['a', 'b', 'c'].map((request, index) =>
  commitOf(draft({ invoiceId: invoiceIdFor(companyCnpj, request), at: `2026-11-10T12:0${index}:00.000Z` })),
);
const ids = commits.map(({ invoiceId }) => invoiceId);

const Records = commits.map(announced);
const placeOf = (index: number) => ({ itemIdentifier: Records[index]?.dynamodb?.SequenceNumber });

/** A projector that comes to this outcome, and what is written down about it. */
async function run(outcome: BatchOutcome, table: Partial<ProjectionsTable> = {}) {
  const written: unknown[][] = [];
  const writes = (name: string) => async (first: unknown, second: unknown) => void written.push([name, first, second]);
  const handler = streamHandler({
    projection: 'reporting',
    project: async () => outcome,
    table: {
      park: writes('park'),
      waits: writes('waits'),
      projected: writes('projected'),
      ...table,
    } as unknown as ProjectionsTable,
  });
  return { answer: await handler({ Records }), written, handler };
}

const asleep = new Error('asleep');
const delayed = (...which: readonly (InvoiceId | undefined)[]): BatchOutcome => ({
  spoiled: [],
  delayed: which.map((invoiceId) => ({ invoiceId: invoiceId as InvoiceId, error: asleep })),
});

describe('a batch of the stream', () => {
  it('is tried again from the first record of each invoice that could not be projected now', async () => {
    const { answer } = await run(delayed(ids[2], ids[1]));
    expect(answer).toEqual({ batchItemFailures: [placeOf(2), placeOf(1)] });
  });

  it('lets it be seen that the projection waits, since when and for what', async () => {
    const { written } = await run(delayed(ids[2], ids[1]));
    expect(written).toEqual([['waits', commits[1]?.at, expect.any(Date)]]);
  });

  it('parks what can never be projected, and goes on', async () => {
    const error = new Error('spoiled');
    const { answer, written } = await run({ spoiled: [{ invoiceId: ids[0] as InvoiceId, error }], delayed: [] });
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(written).toEqual([
      ['park', ids[0], error],
      ['projected', commits[2]?.at, expect.any(Date)],
    ]);
  });

  it('fails as a whole when an invoice cannot even be parked, rather than lose it', async () => {
    const spoiled = [{ invoiceId: ids[0] as InvoiceId, error: new Error('spoiled') }];
    const down = { park: async () => Promise.reject(new Error('throttled')) };
    await expect(run({ spoiled, delayed: [] }, down)).rejects.toThrow('throttled');
  });

  it('is projected all the same where progress cannot be written down', async () => {
    const down = { projected: async () => Promise.reject(new Error('throttled')) };
    expect((await run({ spoiled: [], delayed: [] }, down)).answer).toEqual({ batchItemFailures: [] });
  });

  it('writes progress down once a second, however many batches there are', async () => {
    const { written, handler } = await run({ spoiled: [], delayed: [] });
    for (let batch = 0; batch < 5; batch++) await handler({ Records });
    expect(written.length).toBeLessThan(3);
  });

  it.each(['MODIFY', 'REMOVE'] as const)('counts a %s of an event, and projects nothing of it', async (eventName) => {
    const projected: unknown[] = [];
    const handler = streamHandler({
      projection: 'reporting',
      project: async (announcedCommits) => {
        projected.push([...announcedCommits.keys()]);
        return { spoiled: [], delayed: [] };
      },
      table: { projected: async () => {} } as unknown as ProjectionsTable,
    });
    const [first, ...others] = Records;
    await handler({ Records: [{ ...first, eventName }, ...others] });
    expect(projected).toEqual([ids.slice(1)]);
    expect(logMetrics).toHaveBeenLastCalledWith(
      expect.objectContaining({ metrics: expect.objectContaining({ EventsTouched: [1, 'Count'] }) }),
    );
  });
});
