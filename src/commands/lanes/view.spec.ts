import { describe, expect, it } from 'vitest';
import type { WorkerReport } from './records.ts';
import { laneView, laneViews, leftBehind, withMunicipalities } from './view.ts';

const now = Date.parse('2026-11-10T12:00:00.000Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const calm: WorkerReport = { at: ago(5), breaker: 'closed', running: 2, waiting: 3, turnedAway: 0 };
const down: WorkerReport = {
  ...calm,
  breaker: 'open',
  downSince: ago(600),
  probesAt: ago(-30),
  turnedAway: 40,
  lastFailureAt: ago(20),
  lastFailure: 'connection refused',
};
const hold = { by: 'ops', reason: 'Manutenção avisada', at: ago(60) };
const view = (workers: Record<string, WorkerReport>, held = false) =>
  laneView({ lane: '3106200', workers, ...(held ? { hold } : {}) }, now);

describe('the view of a lane', () => {
  it('adds up what the workers have in hand', () =>
    expect(view({ a: calm, b: calm })).toMatchObject({ state: 'flowing', running: 4, waiting: 6 }));

  it('goes as fast as all its workers together', () => {
    expect(view({ a: { ...calm, paceMs: 300 }, b: { ...calm, paceMs: 600 } })).toMatchObject({ paceMs: 200 });
    expect(view({ a: { ...calm, paceMs: 300 }, b: { ...calm, paceMs: 600, at: ago(120) } })).toMatchObject({
      paceMs: 300,
    });
    expect(view({ a: calm })).not.toHaveProperty('paceMs');
  });

  it('is down when no worker gets an answer', () =>
    expect(view({ a: down, b: { ...down, downSince: ago(300), probesAt: ago(-10) } })).toMatchObject({
      state: 'down',
      downSince: ago(600),
      nextAttemptAt: ago(-10),
      turnedAway: 80,
      lastFailure: 'connection refused',
    }));

  it('flows while one worker gets answers', () =>
    expect(view({ a: down, b: calm })).toMatchObject({ state: 'flowing' }));

  it('is being tried once the time of the next attempt has come', () =>
    expect(view({ a: { ...down, probesAt: ago(1) } })).toMatchObject({ state: 'probing' }));

  it('is held whatever the workers say, with who and why', () =>
    expect(view({ a: down }, true)).toMatchObject({ state: 'held', hold }));

  it('believes a worker about what it has in hand for a minute, about an outage for six', () => {
    expect(view({ a: { ...calm, at: ago(61) } })).toMatchObject({ running: 0, waiting: 0 });
    expect(view({ a: { ...down, at: ago(300) } })).toMatchObject({ state: 'down', running: 0 });
    expect(view({ a: { ...down, at: ago(361) } })).toMatchObject({ state: 'flowing' });
  });

  it('does not take an old calm for a new one', () =>
    expect(view({ a: down, b: { ...calm, at: ago(61) } })).toMatchObject({ state: 'down' }));

  it('knows the last success of whoever had it, however long ago', () =>
    expect(
      view({ a: { ...calm, lastSuccessAt: ago(90_000), at: ago(90_000) }, b: { ...down, lastSuccessAt: ago(95_000) } }),
    ).toMatchObject({ lastSuccessAt: ago(90_000), reportedAt: ago(5) }));
});

describe('workers that are gone', () => {
  it('leave when the lane last worked and last did not, and are forgotten', () =>
    expect(
      leftBehind(
        { self: { ...calm, at: ago(9000) }, gone: { ...down, at: ago(4000), lastSuccessAt: ago(5000) }, here: calm },
        'self',
        now,
      ),
    ).toEqual({
      forgotten: ['gone'],
      lastSuccessAt: ago(5000),
      lastFailureAt: ago(20),
      lastFailure: 'connection refused',
    }));
});

describe('the lanes of a city with a system of its own', () => {
  const city = '3118601';
  const beside = `${city}-national`;

  it('are two, and one that is down leaves the other as it is', () => {
    const records = [
      { lane: city, workers: { a: down } },
      { lane: beside, workers: { a: calm } },
    ];
    const views = laneViews([city, beside], records, now);
    expect(views.get(city)).toMatchObject({ state: 'down' });
    expect(views.get(beside)).toMatchObject({ state: 'flowing' });
  });

  it('are both held by a hold on the municipality', () => {
    const views = laneViews([beside], [{ lane: city, hold, workers: {} }], now);
    expect(views.get(beside)).toMatchObject({ lane: beside, state: 'held' });
    expect(withMunicipalities([beside])).toEqual([beside, city]);
  });

  it('are not there where nothing is known of them', () => expect(laneViews([beside], [], now).size).toBe(0));
});
