import { describe, expect, it } from 'vitest';
import { laneTally } from './lane-tally.ts';
import type { LaneFigures } from './schedule.ts';

const CONTAGEM = '3118601';
const now = Date.parse('2026-11-10T12:00:00.000Z');
const lane = (changes: Partial<LaneFigures> = {}): LaneFigures => ({
  lane: CONTAGEM,
  authority: CONTAGEM,
  waiting: 0,
  running: 0,
  paceMs: 250,
  oldestAt: undefined,
  ...changes,
});

describe('the figures of a lane', () => {
  it('count what became of its messages since they were last taken', () => {
    const tally = laneTally();
    tally.handled(CONTAGEM, { steps: ['issued', 'cancelled'] }, false);
    tally.handled(CONTAGEM, { steps: ['deferred'] }, true);
    tally.handled(CONTAGEM, { steps: [] }, false);
    tally.putBack(CONTAGEM);
    const [[, figures] = []] = tally.take([lane({ running: 1 })], () => 'closed', now);
    expect(figures).toMatchObject({
      Issued: [1, 'Count'],
      Cancelled: [1, 'Count'],
      Deferred: [1, 'Count'],
      TurnedAway: [1, 'Count'],
      NothingToDo: [1, 'Count'],
      PutBack: [1, 'Count'],
      Failed: [0, 'Count'],
      InFlight: [1, 'Count'],
    });
    expect(tally.take([lane({ running: 1 })], () => 'closed', now)[0]?.[1]).not.toHaveProperty('Issued');
  });

  it('tell how long the oldest message waits, and whether the breaker is open', () => {
    const [[code, figures] = []] = laneTally().take([lane({ waiting: 2, oldestAt: now - 7000 })], () => 'open', now);
    expect(code).toBe(CONTAGEM);
    expect(figures).toMatchObject({ OldestWaitingSeconds: [7, 'Seconds'], BreakerOpen: [1, 'Count'] });
  });

  it('are left out of a lane in which nothing is: each is paid for', () =>
    expect(laneTally().take([lane()], () => 'closed', now)).toEqual([]));
});
