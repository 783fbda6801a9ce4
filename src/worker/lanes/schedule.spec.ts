import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Route } from '../../nfse/municipality-profiles/traffic.ts';
import type { Gate } from './gate.ts';
import { laneSchedule, type Queued, type ScheduleSettings } from './schedule.ts';

const CONTAGEM = '3118601';
const UBERLANDIA = '3170206';
const BETIM = '3106705';
const FAST = { concurrency: 4, perSecond: 1000 };
const flowing: Gate = { kind: 'flowing' };

const own = (code: string, traffic = FAST): Route => ({ authority: code, whole: traffic, lane: traffic });

function schedule(changes: Partial<ScheduleSettings> = {}) {
  return laneSchedule<Queued>({
    places: 20,
    orderMs: 2000,
    patienceMs: 20_000,
    routeOf: (code) => own(code),
    gateOf: () => flowing,
    ...changes,
  });
}

let ids = 0;
const message = (lane: string, changes: Partial<Queued> = {}): Queued => {
  const id = `m${++ids}`;
  return { id, lane, company: id, number: 0, receiveCount: 1, receivedAt: 0, ...changes };
};

/** Everything that can begin now. */
function begun(lanes: ReturnType<typeof schedule>, now = 0): Queued[] {
  const all: Queued[] = [];
  for (;;) {
    const next = lanes.next(now);
    if ('again' in next) return all;
    all.push(next.message);
  }
}

const admitted = (lanes: ReturnType<typeof schedule>, messages: readonly Queued[], now = 0) =>
  messages.map((one) => lanes.admit(one, now).kind);

describe('the lanes', () => {
  it('let each municipality have so many messages at once, and no more', () => {
    const lanes = schedule();
    const messages = Array.from({ length: 8 }, () => message(CONTAGEM));
    admitted(lanes, messages);
    expect(begun(lanes)).toHaveLength(4);
    lanes.ended(messages[0] as Queued, 500, 500);
    expect(begun(lanes, 500)).toHaveLength(1);
  });

  it('share the limit of an authority that serves many municipalities', () => {
    const whole = { concurrency: 6, perSecond: 1000 };
    const lanes = schedule({ routeOf: () => ({ authority: 'national', whole, lane: FAST }) });
    admitted(
      lanes,
      [CONTAGEM, UBERLANDIA, BETIM].flatMap((code) => [1, 2, 3, 4].map(() => message(code))),
    );
    const counts = Map.groupBy(begun(lanes), ({ lane }) => lane);
    expect([...counts.values()].map(({ length }) => length)).toEqual([2, 2, 2]);
  });

  it('take turns: a municipality with much waiting is served no sooner than one with little', () => {
    const lanes = schedule({ places: 4 });
    admitted(lanes, [...[1, 2, 3, 4].map(() => message(CONTAGEM)), message(UBERLANDIA), message(BETIM)]);
    expect(begun(lanes).map(({ lane }) => lane)).toEqual([CONTAGEM, UBERLANDIA, BETIM]);
  });

  it('keep the last places for lanes that have nothing running', () => {
    const lanes = schedule({ places: 4 });
    admitted(
      lanes,
      [1, 2, 3, 4].map(() => message(CONTAGEM)),
    );
    expect(begun(lanes)).toHaveLength(3);
    admitted(lanes, [message(UBERLANDIA)]);
    expect(begun(lanes).map(({ lane }) => lane)).toEqual([UBERLANDIA]);
  });

  it('keep a quarter of the places for lanes that are not slow', () => {
    const lanes = schedule({ places: 8, routeOf: (code) => own(code, { concurrency: 8, perSecond: 1000 }) });
    admitted(
      lanes,
      Array.from({ length: 16 }, () => message(CONTAGEM)),
    );
    const [first] = begun(lanes);
    expect(lanes.running).toBe(7);
    lanes.ended(first as Queued, 30_000, 30_000);
    expect(begun(lanes, 30_000)).toEqual([]);
    const later = { receivedAt: 30_000 };
    admitted(lanes, [message(UBERLANDIA, later), message(UBERLANDIA, later)], 30_000);
    expect(begun(lanes, 30_000).map(({ lane }) => lane)).toEqual([UBERLANDIA]);
  });

  it('begin no faster than the rate allows, and say when to come again', () => {
    const lanes = schedule({ routeOf: (code) => own(code, { concurrency: 8, perSecond: 2 }) });
    admitted(
      lanes,
      [1, 2, 3, 4].map(() => message(CONTAGEM)),
    );
    expect(begun(lanes)).toHaveLength(2);
    expect(lanes.next(0)).toEqual({ again: 500 });
    expect(begun(lanes, 500)).toHaveLength(1);
  });

  it('wait for a lane that is shut until it opens', () => {
    let gate: Gate = { kind: 'shut', why: 'down', since: 0, until: 5000 };
    const lanes = schedule({ gateOf: () => gate });
    admitted(
      lanes,
      [1, 2, 3, 4].map(() => message(CONTAGEM)),
    );
    expect(lanes.next(0)).toEqual({ again: 5000 });
    gate = { kind: 'probing', places: 3, since: 0 };
    expect(begun(lanes, 5000)).toHaveLength(3);
  });
});

describe('the messages of one company', () => {
  const numbered = (...numbers: number[]) => numbers.map((number) => message(CONTAGEM, { company: 'acme', number }));
  const numbers = (messages: readonly Queued[]) => messages.map(({ number }) => number);

  it('go one after the other, in the order of their numbers', () => {
    const lanes = schedule();
    admitted(lanes, numbered(7, 5, 6));
    const order: number[] = [];
    for (let now = 0; now < 1500; now += 500) {
      const [one, ...others] = begun(lanes, now);
      expect(others).toEqual([]);
      order.push(one?.number ?? 0);
      lanes.ended(one as Queued, now + 500, 500);
    }
    expect(order).toEqual([5, 6, 7]);
  });

  it('do not wait for one that takes long', () => {
    const lanes = schedule();
    admitted(lanes, numbered(5, 6));
    expect(numbers(begun(lanes, 0))).toEqual([5]);
    expect(lanes.next(1000)).toEqual({ again: 2000 });
    expect(numbers(begun(lanes, 2000))).toEqual([6]);
  });

  it('hold up no other company of the lane', () => {
    const lanes = schedule();
    admitted(lanes, [...numbered(5, 6), message(CONTAGEM, { company: 'other', number: 9 })]);
    expect(numbers(begun(lanes))).toEqual([5, 9]);
  });
});

describe('more than a lane can take', () => {
  it('is put back, each message until a later turn', () => {
    const lanes = schedule();
    const messages = Array.from({ length: 20 }, () => message(CONTAGEM));
    const verdicts = messages.map((one) => lanes.admit(one, 0));
    expect(verdicts.slice(0, 8).every(({ kind }) => kind === 'keep')).toBe(true);
    const turns = verdicts.flatMap((verdict) => (verdict.kind === 'put-back' ? [verdict.turnInMs] : []));
    expect(turns).toHaveLength(12);
    expect(turns).toEqual(turns.toSorted((a, b) => a - b));
    expect(new Set(turns).size).toBe(12);
  });

  it('leaves the others their place', () => {
    const lanes = schedule();
    admitted(
      lanes,
      Array.from({ length: 500 }, () => message(CONTAGEM)),
    );
    expect(admitted(lanes, [message(UBERLANDIA)])).toEqual(['keep']);
    expect(begun(lanes).map(({ lane }) => lane)).toContain(UBERLANDIA);
  });

  it('is turned away when it has waited too long, and only then', () => {
    const lanes = schedule({ gateOf: () => ({ kind: 'probing', places: 0, since: 0 }) });
    admitted(lanes, [message(CONTAGEM), message(CONTAGEM, { receiveCount: 2 })]);
    expect(lanes.overdue(20_000)).toEqual([]);
    expect(lanes.overdue(20_001).map(([, { kind }]) => kind)).toEqual(['put-back', 'defer']);
    expect(lanes.figures(0)).toMatchObject([{ waiting: 0, running: 0 }]);
  });
});

describe('what a lane holds', () => {
  it('is twice its places, or what it begins in a second and a quarter if that is more', () => {
    const lanes = schedule({ routeOf: (code) => own(code, { concurrency: 4, perSecond: 40 }) });
    const keeps = (count: number, now: number) =>
      admitted(
        lanes,
        Array.from({ length: count }, () => message(CONTAGEM)),
        now,
      ).filter((kind) => kind === 'keep').length;
    expect(keeps(100, 0)).toBe(8); // nothing is known of it
    for (let n = 0; n < 40; n++) {
      const [first] = begun(lanes, n * 100);
      if (first) lanes.ended(first, n * 100 + 50, 50);
      if (n < 39) keeps(1, n * 100 + 50);
    }
    lanes.clear();
    expect(keeps(100, 4000)).toBe(50);
  });
});

describe('the pace of a lane', () => {
  it('is what its authority allows, or what its messages take if that is longer', () => {
    const lanes = schedule();
    admitted(lanes, [message(CONTAGEM)]);
    const paceMs = (now: number) => lanes.figures(now)[0]?.paceMs;
    const quick = paceMs(0) ?? 0;
    const [first] = begun(lanes);
    if (first) lanes.ended(first, 60_000, 60_000);
    expect(paceMs(60_000)).toBeGreaterThan(quick);
  });
});

describe('whatever comes and goes', () => {
  const codes = [CONTAGEM, UBERLANDIA, BETIM];
  const step = fc.record({
    lane: fc.nat(2),
    company: fc.nat(3),
    number: fc.nat(20),
    laterMs: fc.nat(400),
    end: fc.boolean(),
  });

  it('no limit is passed, and every message that is kept begins exactly once', () =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lanes = schedule({ places: 6 });
        const kept = new Set<string>();
        const running: Queued[] = [];
        const started = new Set<string>();
        let now = 0;
        const beginAll = () => {
          for (const one of begun(lanes, now)) {
            expect(kept.has(one.id) && !started.has(one.id)).toBe(true);
            started.add(one.id);
            running.push(one);
          }
          expect(running.length).toBeLessThanOrEqual(6);
          for (const code of codes) {
            expect(running.filter(({ lane }) => lane === code).length).toBeLessThanOrEqual(4);
          }
        };
        for (const { lane, company, number, laterMs, end } of steps) {
          now += laterMs;
          const one = message(codes[lane] ?? CONTAGEM, { company: `c${company}`, number, receivedAt: now });
          if (lanes.admit(one, now).kind === 'keep') kept.add(one.id);
          beginAll();
          const finished = end ? running.shift() : undefined;
          if (finished) lanes.ended(finished, now, 100);
          beginAll();
        }
        while (started.size < kept.size || running.length > 0) {
          now += 10_000;
          const finished = running.shift();
          if (finished) lanes.ended(finished, now, 100);
          beginAll();
        }
        expect(lanes.running).toBe(0);
      }),
    ));
});
