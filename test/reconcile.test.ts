import { randomUUID } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { emitWorkflowArn, startStepFunctions } from '../local/engines/step-functions.ts';
import { type ReconcileDeps, reconcile } from '../src/commands/reconcile/reconcile.ts';
import { readWork } from '../src/commands/work.ts';
import type { Tip } from '../src/events/commit.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { event } from '../src/events/event-types.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { dynamoDbLanes } from '../src/platform/dynamodb-lanes.ts';
import { stepFunctionsWorkflow } from '../src/platform/step-functions-workflow.ts';
import { DUE_SHARDS, rowOf } from '../src/projections/invoice-row.ts';
import { type DueRow, dueCount, dynamoDbInvoicesTable } from '../src/projections/invoices-table.ts';
import { companyCnpj, deferred, draft, emitted } from './invoices.ts';
import { work } from './scripted-worker.ts';
import { folded } from './specification.ts';
import { authorityNotes, credentials } from './stack/api.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { aws, declarationOf, emittedOnly, eventually, ownQueue, workersOfEachTest } from './stack/own-worker.ts';

const client = dynamoDb();
const worker = workersOfEachTest();
vi.setConfig({ testTimeout: 90_000 });
const HOUR_MS = 3_600_000;
const settings = {
  shards: Array.from({ length: DUE_SHARDS }, (_, shard) => String(shard)),
  restMs: 300_000,
  mostStarts: 1000,
  startsPerSecond: 1000,
  lanes: { leastLookMs: 60_000, giveUpAfterMs: 7 * 24 * HOUR_MS, perSecondOf: () => 1000, everyMs: 60_000 },
};

/** Tables that only this test's reconciler looks at. */
async function ownReconciler(start: ReconcileDeps<DueRow>['workflow']['start']) {
  const tables = await ownTables(client);
  const events = dynamoDbEventStore({ client, tableName: tables.events });
  const invoices = dynamoDbInvoicesTable(client, tables.invoices);
  const failures: unknown[] = [];
  const deps: Omit<ReconcileDeps<DueRow>, 'now'> = {
    ...invoices,
    events,
    countDue: dueCount(client, tables.invoices),
    workflow: { start },
    lanesOf: async () => new Map(),
    awake: async () => [],
    putOff: async () => {},
    msLeft: () => 60_000,
    pause: async () => {},
    onFailure: (_, error) => void failures.push(error),
    onStuck: () => {},
  };
  const show = (invoice: LivingInvoice, tip: Tip) => invoices.put(rowOf(invoice, tip, 300));
  const run = (changes = {}, afterMs = HOUR_MS, ports: Partial<ReconcileDeps<DueRow>> = {}) =>
    reconcile({ ...deps, now: () => new Date(Date.now() + afterMs), ...ports }, { ...settings, ...changes });
  return { tables, events, failures, show, run };
}

describe('a queue that was purged', () => {
  it('costs no invoice: each is started again and issued once, and left alone once it has ended', async () => {
    const queue = await ownQueue(10);
    const it = await ownReconciler(queue.send);
    const lost = await Promise.all(Array.from({ length: 4 }, () => emittedOnly('PEDIDO118', it.events)));
    for (const { invoice, tip, work } of lost) {
      await it.show(invoice, tip);
      await queue.send(work);
    }
    await queue.purge();
    expect(await queue.depth()).toBe(0);

    expect(await it.run()).toMatchObject({ started: 4, failed: 0, left: 0, stoppedBy: 'end' });
    expect(it.failures).toEqual([]);
    worker(queue, { EVENTS_TABLE: it.tables.events, WORKER_VISIBILITY_SECONDS: '10', WORKER_DEADLINE_SECONDS: '10' });
    await eventually(async () => (await queue.depth()) === 0, 40_000);
    for (const { invoice } of lost) {
      expect((await it.events.load(invoice.id)).flatMap((commit) => commit.events.map(({ type }) => type))).toEqual([
        'Emitted',
        'Issued',
      ]);
      expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
    }

    // Nobody has projected what the worker did, so the rows are stale; the stream knows better.
    expect(await it.run({}, 5 * HOUR_MS)).toMatchObject({ started: 0, stale: 4 });
    expect(await queue.depth()).toBe(0);
  });
});

describe('a start for later', () => {
  it('goes through the workflow at once, and its message appears in its time', async () => {
    const queue = await ownQueue();
    const engine = await startStepFunctions({ port: 0, sqsEndpoint: credentials().endpoints.sqs, queueUrl: queue.url });
    const sfn = new SFNClient({ ...aws, endpoint: engine.endpoint });
    onTestFinished(() => engine.stop());
    const workflow = stepFunctionsWorkflow(sfn, emitWorkflowArn, randomUUID);
    await workflow.start(work, 3);
    await eventually(async () => (await queue.delayed()) === 1);
    await workflow.start({ ...work, origin: 'retry' });
    const came = async () => (await queue.receive(10)).map((body) => readWork(body).origin);
    expect(await came()).toEqual(['retry']);
    expect(await came()).toEqual(['reconciliation']);
  });
});

describe('a backlog that was put off because its lane was shut', () => {
  it('is found by the moment it was put off to, when the lane flows before', async () => {
    const started: number[] = [];
    const it = await ownReconciler(async ({ dps }) => void started.push(dps?.number ?? 0));
    const lanes = dynamoDbLanes(client, it.tables.lanes);
    const updatedAt = new Date().toISOString();
    const waiting = {
      ...(folded([emitted, deferred]) as LivingInvoice),
      updatedAt,
      deferredSince: updatedAt,
      nextAttemptAt: updatedAt,
    };
    const numbers = Array.from({ length: 60 }, (_, n) => n + 1);
    for (const number of numbers) {
      const id = invoiceIdFor(companyCnpj, randomUUID());
      const dps = { ...emitted.data.dps, number };
      await it.events.append(
        draft({ invoiceId: id, commitId: randomUUID(), events: [event('Emitted', { ...emitted.data, dps })] }),
      );
      await it.show({ ...waiting, id, dps }, { version: 3, hash: '' });
    }
    const { municipalityCode } = waiting;
    const { putOff } = lanes;
    const lane = municipalityCode;
    const view = {
      lane,
      state: 'down' as const,
      downSince: updatedAt,
      running: 0,
      waiting: 0,
      turnedAway: 0,
    };
    const down = { lanesOf: async () => new Map([[lane, view]]), putOff };
    expect(await it.run({}, HOUR_MS, down)).toMatchObject({ started: 0, postponed: 60 });
    const [record] = await lanes.all();
    expect(record).toMatchObject({ lane, workers: {}, nextLookAt: expect.any(String) });

    const { nextLookAt = '' } = record ?? {};
    const awake = async () => [{ lane, nextLookAt }];
    expect(await it.run({}, HOUR_MS, { awake, putOff })).toMatchObject({ started: 60, stoppedBy: 'end' });
    expect(started.toSorted((a, b) => a - b)).toEqual(numbers);
    expect(await lanes.all()).toEqual([{ lane, workers: {} }]);
  });
});

describe('a backlog', () => {
  it('is worked off run by run, oldest first, and each row is claimed once though two runs meet', async () => {
    const started: string[] = [];
    const it = await ownReconciler(async ({ invoiceId }) => void started.push(invoiceId));
    const invoice = folded([emitted]) as LivingInvoice;
    const ids = Array.from({ length: 260 }, () => invoiceIdFor(companyCnpj, randomUUID()));
    for (let start = 0; start < ids.length; start += 40) {
      const abreast = ids.slice(start, start + 40).map(async (id) => {
        await it.events.append(draft({ invoiceId: id, commitId: randomUUID() }));
        await it.show({ ...invoice, id }, { version: 2, hash: '' });
      });
      await Promise.all(abreast);
    }
    const first = await it.run({ mostStarts: 70 });
    expect(first).toMatchObject({ started: 70, left: 190, stoppedBy: 'limit' });
    const both = await Promise.all([it.run(), it.run()]);
    expect(both[0].started + both[1].started).toBe(190);
    expect(started.sort()).toEqual(ids.sort());
    expect(await it.run()).toMatchObject({ started: 0, left: 0, oldestDueSeconds: 0 });
  });
});
