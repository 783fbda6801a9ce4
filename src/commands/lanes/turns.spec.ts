import { describe, expect, it } from 'vitest';
import { type Due, laneTurns, type Turn, type TurnSettings } from './turns.ts';
import type { LaneView } from './view.ts';

const now = Date.parse('2026-11-10T12:00:00.000Z');
const MINUTE = 60_000;
const DAY = 86_400_000;
const ago = (ms: number) => new Date(now - ms).toISOString();
const CONTAGEM = '3118601';
const settings: TurnSettings = {
  leastLookMs: MINUTE,
  giveUpAfterMs: 7 * DAY,
  perSecondOf: () => 2,
  everyMs: MINUTE,
};
const waiting: Due = {
  municipalityCode: CONTAGEM,
  updatedAt: ago(3 * MINUTE),
  deferredSince: ago(3 * MINUTE),
  nextAttemptAt: ago(0),
};
const lane = (changes: Partial<LaneView>): LaneView => ({
  lane: CONTAGEM,
  state: 'flowing',
  running: 0,
  waiting: 0,
  turnedAway: 0,
  ...changes,
});
const down = lane({ state: 'down', downSince: ago(DAY) });
const held = lane({ state: 'held', hold: { by: 'ops', reason: 'Manutenção', at: ago(DAY) } });

/** In how many minutes each of so many invoices of the lane is looked at again; 0 for what is started in this round. */
function minutes(count: number, view: LaneView | undefined, due: Due = waiting): number[] {
  return turns(count, view, due).map((turn) => ('lookAt' in turn ? (turn.lookAt - now) / MINUTE : 0));
}

/** When each that is started in this round begins, in milliseconds. */
function starts(count: number, view: LaneView | undefined): number[] {
  return turns(count, view).flatMap((turn) => ('startInMs' in turn ? turn.startInMs : []));
}

function turns(count: number, view: LaneView | undefined, due: Due = waiting): Turn[] {
  const turn = laneTurns(now, settings);
  return Array.from({ length: count }, () => turn(due, view));
}

describe('what is due in a lane that takes it', () => {
  it.each([
    ['that flows', lane({})],
    ['of which nothing is known', undefined],
  ])('(%s) is started as fast as the lane takes it, and the rest is spread over the minutes to come', (_title, view) =>
    expect(minutes(300, view)).toEqual([
      ...Array.from({ length: 96 }, () => 0),
      ...Array.from({ length: 96 }, () => 1),
      ...Array.from({ length: 96 }, () => 2),
      ...Array.from({ length: 12 }, () => 3),
    ]),
  );

  it('is started one after the other, a little further apart than the lane could take it', () =>
    expect(starts(4, lane({}))).toEqual([0, 625, 1250, 1875]));

  it('is started behind what the workers have in hand', () => {
    expect(starts(100, lane({ running: 4, waiting: 42 }))).toHaveLength(50);
    expect(starts(2, lane({ running: 4, waiting: 4 }))).toEqual([5000, 5625]);
  });

  it('is started as the lane goes, where it goes slower than its authority allows', () => {
    expect(starts(3, lane({ paceMs: 4000 }))).toEqual([0, 5000, 10_000]);
    expect(starts(3, lane({ paceMs: 10 }))).toEqual([0, 625, 1250]);
  });

  it('is started at the pace of the lane, however long it has waited', () => {
    const old: Due = { ...waiting, updatedAt: ago(8 * DAY), deferredSince: ago(8 * DAY) };
    expect(minutes(200, lane({}), old).filter((at) => at === 0)).toHaveLength(96);
  });

  it('is not slowed down by other lanes', () => {
    const turn = laneTurns(now, settings);
    for (let n = 0; n < 500; n++) turn(waiting, undefined);
    expect(turn({ ...waiting, municipalityCode: '3170206' }, undefined)).toEqual({ startInMs: 0 });
    expect(turn({ ...waiting, route: { besideCity: true } }, undefined)).toEqual({ startInMs: 0 });
  });

  it('is looked at again when its turn comes, however slow the lane', () => {
    const turn = laneTurns(now, { ...settings, perSecondOf: () => 0.01 });
    expect([1, 2, 3].map(() => turn(waiting, undefined))).toEqual([
      { startInMs: 0 },
      { lookAt: now + 2 * MINUTE },
      { lookAt: now + 4 * MINUTE },
    ]);
  });
});

describe('what is due in a lane that is shut', () => {
  it.each([
    ['down', down],
    ['held', held],
  ])('(%s) waits for one moment, within the hour, without a word in its history', (_title, view) => {
    const [first = 0, ...others] = minutes(50, view);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(60);
    expect(new Set(others)).toEqual(new Set([first]));
  });

  it('is tried by a few when the time has come', () =>
    expect(minutes(5, lane({ state: 'probing', downSince: ago(DAY) }))).toEqual([0, 0, 0, 1, 1]));

  it.each<[string, Due]>([
    ['was never deferred: its history has to say why it waits', { municipalityCode: CONTAGEM, updatedAt: ago(MINUTE) }],
    ['has said nothing for a day', { ...waiting, updatedAt: ago(DAY) }],
    ['has waited for a week', { ...waiting, deferredSince: ago(7 * DAY) }],
  ])('is started all the same when it %s', (_title, due) => {
    expect(minutes(2, down, due)).toEqual([0, 0]);
    expect(minutes(2, held, due)).toEqual([0, 0]);
  });
});
