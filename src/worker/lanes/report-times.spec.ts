import { describe, expect, it } from 'vitest';
import type { WorkerReport } from '../../commands/lanes/records.ts';
import { reportIsDue } from './report-times.ts';

const start = Date.parse('2026-11-10T12:00:00.000Z');
const still: WorkerReport = {
  at: new Date(start).toISOString(),
  breaker: 'closed',
  running: 0,
  waiting: 0,
  turnedAway: 0,
};
const busy = { ...still, running: 1 };
const open = { ...still, breaker: 'open', probesAt: '2026-11-10T12:10:00.000Z' } as const;

describe('a report of a lane', () => {
  it.each<[string, WorkerReport, WorkerReport | undefined, number, boolean]>([
    ['is due when there was none', still, undefined, 0, true],
    ['is not due while nothing happens', still, still, 3600, false],
    ['is due every ten seconds while there is work', busy, busy, 10, true],
    ['is not due more often', busy, still, 9, false],
    ['is due once when the lane falls still', still, busy, 10, true],
    ['is due at once when the breaker opens', open, still, 0, true],
    ['is due at once when it closes', still, open, 0, true],
    ['is not due at once for a probe that failed', { ...open, probesAt: '2026-11-10T12:20:00.000Z' }, open, 5, false],
    ['is due every five minutes while the breaker is open', open, open, 300, true],
    ['is not due before that', open, open, 299, false],
    ['is due when an authority answered again', { ...still, lastSuccessAt: still.at }, still, 10, true],
  ])('%s', (_title, report, before, seconds, due) =>
    expect(reportIsDue(report, before, start + seconds * 1000)).toBe(due),
  );
});
