import { describe, expect, it } from 'vitest';
import { companyCnpj, emitted, issued, meta } from '../../../test/invoices.ts';
import { START, tipAfter } from '../../events/commit.ts';
import type { NewEvent } from '../../events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../../events/ids.ts';
import { memoryEventStore } from '../../events/memory-event-store.ts';
import type { Work } from '../work.ts';
import { type Due, type ReconcileDeps, type ReconcileSettings, reconcile } from './reconcile.ts';

const NOON = Date.parse('2026-11-10T12:00:00.000Z');
const MINUTE = 60_000;
const SHARDS = ['0', '1', '2', '3'];
const CITY = emitted.data.municipalityCode;
const settings: ReconcileSettings = {
  shards: SHARDS,
  restMs: 5 * MINUTE,
  mostStarts: 1000,
  startsPerSecond: 50,
  lanes: { leastLookMs: MINUTE, giveUpAfterMs: 7 * 24 * 60 * MINUTE, perSecondOf: () => 1000, everyMs: MINUTE },
};

interface Row extends Due {
  readonly shard: string;
}

const time = (ms: number) => new Date(ms).toISOString();

/** Rows in memory, the streams they were made of, and a clock that moves only while somebody waits. */
async function backlog(size: number, history: readonly NewEvent[] = [emitted], ageMs = 10 * MINUTE) {
  let clock = NOON;
  const events = memoryEventStore();
  const rows = new Map<InvoiceId, Row>();
  for (let place = 0; place < size; place++) {
    const invoiceId = invoiceIdFor(companyCnpj, `pedido-${place}`);
    let tip = START;
    for (const happened of history) {
      const draft = { invoiceId, tip, events: [happened], meta, commitId: `${place}-${tip.version}`, at: time(NOON) };
      tip = tipAfter(await events.append(draft));
    }
    const updatedAt = time(NOON - ageMs - place);
    rows.set(invoiceId, {
      invoiceId,
      municipalityCode: CITY,
      dps: { number: place + 1 },
      shard: String(place % 4),
      updatedAt,
      dueAt: time(NOON - MINUTE - place),
    });
  }
  const started: { work: Work; at: number }[] = [];
  const failures: unknown[] = [];
  const putOff: [code: string, at: string | undefined][] = [];
  const stuck: InvoiceId[] = [];
  const dueIn = (shard: string, until: string) =>
    [...rows.values()]
      .filter((row) => row.shard === shard && (row.dueAt ?? '') <= until)
      .sort((a, b) => (a.dueAt ?? '').localeCompare(b.dueAt ?? ''));
  const deps: ReconcileDeps<Row> = {
    events,
    workflow: { start: async (work) => void started.push({ work, at: clock }) },
    due: async ({ shard, from = '', until }, limit, after) =>
      dueIn(shard, until)
        .filter(({ dueAt = '' }) => dueAt >= from)
        .filter(({ dueAt = '' }) => !after || dueAt > (after.dueAt ?? ''))
        .slice(0, limit),
    async claimDue(row, dueAt) {
      if (rows.get(row.invoiceId)?.dueAt !== row.dueAt) return false;
      rows.set(row.invoiceId, { ...row, dueAt });
      return true;
    },
    lanesOf: async () => new Map(),
    awake: async () => [],
    putOff: async (code, at) => void putOff.push([code, at]),
    countDue: async (shard, until) => dueIn(shard, until).length,
    now: () => new Date(clock),
    msLeft: () => Number.POSITIVE_INFINITY,
    pause: async (ms) => {
      clock += ms;
    },
    onFailure: (_, error) => void failures.push(error),
    onStuck: (invoiceId) => void stuck.push(invoiceId),
  };
  return {
    deps,
    rows,
    started,
    failures,
    putOff,
    stuck,
    clock: () => clock,
    advance: (ms: number) => {
      clock += ms;
    },
    startedIds: () => started.map(({ work }) => work.invoiceId),
  };
}

const workflowDown = {
  start: async () => {
    throw new Error('throttled');
  },
};

describe('the reconciler', () => {
  it('starts everything that is due, once, page after page', async () => {
    const it = await backlog(450);
    const done = await reconcile(it.deps, settings);
    expect(done).toMatchObject({
      started: 450,
      skipped: 0,
      failed: 0,
      left: 0,
      stoppedBy: 'end',
      oldestDueSeconds: 60,
    });
    expect(new Set(it.startedIds()).size).toBe(450);
    expect(await reconcile(it.deps, settings)).toMatchObject({ started: 0, oldestDueSeconds: 0 });
  });

  it('never starts faster than it may, however much is due', async () => {
    const it = await backlog(300);
    await reconcile(it.deps, settings);
    const atOnce = 10;
    for (const { at } of it.started) {
      const within = it.started.filter((other) => other.at >= at && other.at < at + 1000).length;
      expect(within).toBeLessThanOrEqual(settings.startsPerSecond + atOnce);
    }
    expect(it.clock() - NOON).toBeGreaterThanOrEqual((300 * 1000) / settings.startsPerSecond);
  });

  it('stops at its limit and says how much is left; the next run goes on there, oldest first', async () => {
    const it = await backlog(300);
    const bounded = { ...settings, mostStarts: 123 };
    expect(await reconcile(it.deps, bounded)).toMatchObject({ started: 123, left: 177, stoppedBy: 'limit' });
    expect(await reconcile(it.deps, bounded)).toMatchObject({ started: 123, left: 54, stoppedBy: 'limit' });
    expect(await reconcile(it.deps, bounded)).toMatchObject({ started: 54, left: 0, stoppedBy: 'end' });
    expect(new Set(it.startedIds()).size).toBe(300);
  });

  it('stops before its time is up, and says how much is left', async () => {
    const it = await backlog(300);
    const end = it.clock() + 2000;
    const done = await reconcile({ ...it.deps, msLeft: () => end - it.clock() }, settings);
    expect(done).toMatchObject({ stoppedBy: 'time', left: 300 - done.started });
    expect(done.started).toBeGreaterThanOrEqual(90);
    expect(it.clock()).toBeLessThan(end + 1000);
  });

  it('lets every shard have its turn', async () => {
    const it = await backlog(800);
    await reconcile(it.deps, { ...settings, mostStarts: 200 });
    const shards = it.startedIds().map((id) => it.rows.get(id)?.shard);
    for (const shard of SHARDS) expect(shards.filter((one) => one === shard)).toHaveLength(50);
  });

  it('that runs twice at once starts each invoice once', async () => {
    const it = await backlog(200);
    const both = await Promise.all([reconcile(it.deps, settings), reconcile(it.deps, settings)]);
    expect(both.reduce((sum, { started }) => sum + started, 0)).toBe(200);
    expect(new Set(it.startedIds()).size).toBe(200);
  });

  it('does not start what has ended, though its row still shows it waiting', async () => {
    const it = await backlog(3, [emitted, issued]);
    expect(await reconcile(it.deps, settings)).toMatchObject({ started: 0, stale: 3 });
    expect(it.started).toEqual([]);
  });

  it('tries again what could not be started, waiting as long again as it has waited, an hour at the most', async () => {
    const it = await backlog(1, [emitted], 5 * MINUTE);
    const broken = { ...it.deps, workflow: workflowDown };
    const waits: number[] = [];
    for (let run = 0; run < 8; run++) {
      await reconcile(broken, settings);
      const [row] = it.rows.values();
      const wait = Date.parse(row?.dueAt ?? '') - it.clock();
      waits.push(Math.round(wait / MINUTE));
      it.advance(wait);
    }
    expect(waits).toEqual([5, 10, 20, 40, 60, 60, 60, 60]);
    expect(it.failures).toHaveLength(8);
  });

  it('leaves the rest due when nothing can be started at all', async () => {
    const it = await backlog(300);
    const done = await reconcile({ ...it.deps, workflow: workflowDown }, settings);
    expect(done).toMatchObject({ started: 0, failed: 20, left: 280, stoppedBy: 'failures' });
  });

  it('is not stopped by one invoice that fails', async () => {
    const it = await backlog(30);
    const [first] = it.rows.keys();
    const start = async (work: Work) => {
      if (work.invoiceId === first) throw new Error('too large');
      await it.deps.workflow.start(work);
    };
    const done = await reconcile({ ...it.deps, workflow: { start } }, settings);
    expect(done).toMatchObject({ started: 29, failed: 1, left: 0 });
  });

  it('names what has not moved for an hour, however often it was started', async () => {
    const it = await backlog(2, [emitted], 90 * MINUTE);
    expect(await reconcile(it.deps, settings)).toMatchObject({ started: 2, stuck: 2 });
    expect(it.stuck).toHaveLength(2);
  });
});

describe('the reconciler, of a lane that is shut', () => {
  const view = { lane: CITY, running: 0, waiting: 0, turnedAway: 0 };
  const isDown = { lanesOf: async () => new Map([[CITY, { ...view, state: 'down' as const, downSince: time(NOON) }]]) };

  /** Invoices that were deferred some hours ago. */
  async function deferredBacklog(size: number) {
    const it = await backlog(size, [emitted], 180 * MINUTE);
    for (const [id, row] of it.rows) it.rows.set(id, { ...row, nextAttemptAt: row.updatedAt });
    return it;
  }

  it('starts nothing, and looks again at all of it at one moment', async () => {
    const it = await deferredBacklog(300);
    const done = await reconcile({ ...it.deps, ...isDown }, settings);
    expect(done).toMatchObject({ started: 0, postponed: 300, stuck: 0, left: 0 });
    const moments = new Set([...it.rows.values()].map(({ dueAt = '' }) => Date.parse(dueAt)));
    expect(moments.size).toBe(1);
  });

  it('says until when, once', async () => {
    const it = await deferredBacklog(300);
    await reconcile({ ...it.deps, ...isDown }, settings);
    const [moment] = [...it.rows.values()].map(({ dueAt = '' }) => Date.parse(dueAt));
    expect(it.putOff).toEqual([[CITY, time(moment ?? 0)]]);
  });

  it('starts what the national system takes in the same city', async () => {
    const it = await deferredBacklog(2);
    const [[id, row] = []] = it.rows;
    if (!id || !row) throw new Error('Two wait');
    it.rows.set(id, { ...row, route: { besideCity: true } });
    expect(await reconcile({ ...it.deps, ...isDown }, settings)).toMatchObject({ started: 1, postponed: 1 });
    expect(it.started).toMatchObject([{ work: { invoiceId: id } }]);
  });

  describe('and flows before its next look', () => {
    /** A backlog that was put off, and the reconciler that finds its lane awake. */
    async function awakened(size: number) {
      const it = await deferredBacklog(size);
      await reconcile({ ...it.deps, ...isDown }, settings);
      it.advance(MINUTE);
      const [[, nextLookAt = ''] = []] = it.putOff.splice(0);
      const awake = async () => [{ lane: CITY, nextLookAt }];
      return { it, deps: { ...it.deps, awake } };
    }

    it('starts all of it, in the order of the numbers, and says that nobody waits for the look', async () => {
      const { it, deps } = await awakened(100);
      expect(await reconcile(deps, settings)).toMatchObject({ started: 100, stuck: 0, stoppedBy: 'end' });
      const numbers = it.startedIds().map((id) => it.rows.get(id)?.dps.number);
      expect(numbers).toEqual(numbers.toSorted((a = 0, b = 0) => a - b));
      expect(it.putOff).toEqual([[CITY, undefined]]);
    });

    it('comes back for what its bounds left', async () => {
      const { it, deps } = await awakened(100);
      expect(await reconcile(deps, { ...settings, mostStarts: 30 })).toMatchObject({ started: 30, stoppedBy: 'limit' });
      expect(it.putOff).toEqual([]);
      expect(await reconcile(deps, settings)).toMatchObject({ started: 70, stoppedBy: 'end' });
    });

    it('puts all of it off again when the lane is shut again', async () => {
      const { it, deps } = await awakened(100);
      expect(await reconcile({ ...deps, ...isDown }, settings)).toMatchObject({ started: 0, postponed: 100 });
      expect(it.putOff).toEqual([[CITY, expect.any(String)]]);
    });
  });

  it('stops when nothing can be moved on either, instead of going through all of it', async () => {
    const it = await deferredBacklog(600);
    const claimDue = async () => {
      throw new Error('throttled');
    };
    const done = await reconcile({ ...it.deps, ...isDown, claimDue }, settings);
    expect(done).toMatchObject({ started: 0, postponed: 0, failed: 197, left: 600, stoppedBy: 'failures' });
  });

  it('starts it in the order of the numbers when the lane is back, and takes none of it for stuck', async () => {
    const it = await deferredBacklog(100);
    await reconcile({ ...it.deps, ...isDown }, settings);
    it.advance(60 * MINUTE);
    expect(await reconcile(it.deps, settings)).toMatchObject({ started: 100, stuck: 0 });
    const numbers = it.startedIds().map((id) => it.rows.get(id)?.dps.number);
    expect(numbers).toEqual(numbers.toSorted((a = 0, b = 0) => a - b));
  });
});
