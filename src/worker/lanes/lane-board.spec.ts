import { describe, expect, it } from 'vitest';
import type { Hold, LaneRecord, LaneRecords, WorkerReport } from '../../commands/lanes/records.ts';
import type { Breaker } from './breaker.ts';
import { laneBoard } from './lane-board.ts';
import type { LaneFigures } from './schedule.ts';

const CONTAGEM = '3118601';
const hold: Hold = { by: 'ops', reason: 'Manutenção avisada', at: '2026-11-10T11:00:00.000Z' };
const iso = (ms: number) => new Date(ms).toISOString();

/** A board over records in memory, with a clock, a breaker and a lane that the test moves. */
function board() {
  let now = Date.parse('2026-11-10T12:00:00.000Z');
  const records = new Map<string, LaneRecord>();
  const writes: WorkerReport[] = [];
  const troubles: unknown[] = [];
  let reads = 0;
  let broken = false;
  const breaker: { -readonly [Key in 'state' | 'downSince' | 'probesAt']: Breaker[Key] } = {
    state: 'closed',
    downSince: undefined,
    probesAt: undefined,
  };
  const figures: LaneFigures[] = [];
  const table: Pick<LaneRecords, 'of' | 'report'> = {
    async of(codes) {
      reads++;
      if (broken) throw new Error('no table');
      return codes.flatMap((code) => records.get(code) ?? []);
    },
    async report(code, worker, report, forgotten) {
      writes.push(report);
      const { workers = {}, ...rest } = records.get(code) ?? { lane: code };
      const left = Object.entries(workers).filter(([name]) => !forgotten.includes(name));
      records.set(code, {
        ...rest,
        lane: code,
        workers: { ...Object.fromEntries(left), [worker]: report },
      });
    },
  };
  const it = laneBoard({
    records: table as LaneRecords,
    worker: 'self',
    now: () => now,
    figures: () => figures,
    breakerOf: () => breaker as Breaker,
    onTrouble: (error) => troubles.push(error),
  });
  return {
    it,
    records,
    writes,
    troubles,
    breaker,
    reads: () => reads,
    fail: (fails: boolean) => {
      broken = fails;
    },
    pass: (seconds: number) => {
      now += seconds * 1000;
    },
    now: () => now,
    isAt: (running: number, waiting = 0) => {
      const lane = { lane: CONTAGEM, authority: CONTAGEM, paceMs: 250, oldestAt: undefined };
      figures.splice(0, 1, { ...lane, running, waiting });
    },
  };
}

describe('what the board tells a worker', () => {
  it('is whether a lane is held, before its first message begins', async () => {
    const { it, records } = board();
    records.set(CONTAGEM, { lane: CONTAGEM, hold, workers: {} });
    await it.prepare([CONTAGEM]);
    expect(it.holdOn(CONTAGEM)).toEqual({
      kind: 'shut',
      why: expect.stringContaining(hold.reason),
      since: Date.parse(hold.at),
    });
  });

  it('is that a hold on the city holds the lane beside it', async () => {
    const { it, records } = board();
    records.set(CONTAGEM, { lane: CONTAGEM, hold, workers: {} });
    await it.prepare([`${CONTAGEM}-national`]);
    expect(it.holdOn(`${CONTAGEM}-national`)).toMatchObject({ kind: 'shut' });
  });

  it('is asked for again after two seconds, and not before', async () => {
    const { it, records, reads, pass } = board();
    await it.prepare([CONTAGEM]);
    records.set(CONTAGEM, { lane: CONTAGEM, hold, workers: {} });
    await it.prepare([CONTAGEM]);
    expect([reads(), it.holdOn(CONTAGEM)]).toEqual([1, undefined]);
    pass(2.1);
    await it.prepare([CONTAGEM]);
    expect(it.holdOn(CONTAGEM)).toBeDefined();
  });

  it('is looked for in each round while the lane is in use, and no longer', async () => {
    const { it, isAt, reads, pass } = board();
    await it.prepare([CONTAGEM]);
    isAt(0);
    await it.round();
    expect(reads()).toBe(2);
    pass(31);
    await it.round();
    expect(reads()).toBe(2);
  });

  it('stands while the board cannot be read: it stops no invoice, and frees none', async () => {
    const { it, records, fail, troubles, pass } = board();
    records.set(CONTAGEM, { lane: CONTAGEM, hold, workers: {} });
    await it.prepare([CONTAGEM]);
    fail(true);
    pass(3);
    await it.round();
    expect(troubles).toHaveLength(1);
    expect(it.holdOn(CONTAGEM)).toBeDefined();
    expect(it.holdOn('3170206')).toBeUndefined();
  });
});

describe('what a worker tells the board', () => {
  it('is little: a lane at work every ten seconds, a still one not at all', async () => {
    const { it, isAt, writes, pass } = board();
    isAt(2, 3);
    for (let n = 0; n < 10; n++) {
      await it.round();
      pass(2);
    }
    expect(writes).toHaveLength(2);
    expect(writes[0]).toMatchObject({ running: 2, waiting: 3, breaker: 'closed' });
    isAt(0);
    for (let n = 0; n < 60; n++) {
      await it.round();
      pass(2);
    }
    expect(writes).toHaveLength(3);
  });

  it('is an outage at once: since when, and how many were turned away', async () => {
    const { it, isAt, writes, breaker, now, pass } = board();
    isAt(1);
    await it.round();
    pass(2);
    Object.assign(breaker, { state: 'open', downSince: now(), probesAt: now() + 10_000 });
    it.turnedAway(CONTAGEM);
    it.turnedAway(CONTAGEM);
    it.note(CONTAGEM, false, 'connection refused');
    await it.round();
    expect(writes.at(-1)).toMatchObject({
      breaker: 'open',
      downSince: iso(now()),
      probesAt: iso(now() + 10_000),
      turnedAway: 2,
      lastFailure: 'connection refused',
    });
    Object.assign(breaker, { state: 'closed', downSince: undefined, probesAt: undefined });
    await it.round();
    expect(writes.at(-1)).toMatchObject({ breaker: 'closed', turnedAway: 0 });
  });

  it('takes over what workers knew that are gone, and takes their names away', async () => {
    const { it, isAt, records, now, writes } = board();
    const gone = { at: iso(now() - 7_200_000), breaker: 'closed', running: 4, waiting: 0, turnedAway: 0 } as const;
    const lastSuccessAt = iso(now() - 7_300_000);
    records.set(CONTAGEM, { lane: CONTAGEM, workers: { gone: { ...gone, lastSuccessAt } } });
    await it.prepare([CONTAGEM]);
    isAt(1);
    await it.round();
    expect(writes).toMatchObject([{ lastSuccessAt }]);
    expect(Object.keys(records.get(CONTAGEM)?.workers ?? {})).toEqual(['self']);
  });

  it('is, when it leaves, that it has nothing in hand any more', async () => {
    const { it, isAt, writes } = board();
    isAt(3);
    await it.round();
    isAt(0);
    await it.close();
    expect(writes.map(({ running }) => running)).toEqual([3, 0]);
  });
});
