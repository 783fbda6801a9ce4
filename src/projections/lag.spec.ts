import { describe, expect, it } from 'vitest';
import { lagOf } from './lag.ts';
import type { Progress } from './projections-table.ts';

const now = new Date('2026-11-10T12:00:00.000Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000).toISOString();
const projected = (committed: number, at: number): Progress => ({ committedAt: ago(committed), projectedAt: ago(at) });
const waiting = (committed: number, tried: number) => ({
  committedAt: ago(committed),
  triedAt: ago(tried),
  reason: '',
});

describe('how far a projection is behind', () => {
  it.each<[string, Progress, Progress, ReturnType<typeof lagOf>]>([
    [
      'what its last commit took, while all is well',
      projected(60, 59.6),
      projected(60, 59),
      { state: 'current', lagMs: 400 },
    ],
    ['nothing that is known, where nothing was projected', {}, {}, { state: 'idle', lagMs: null }],
    [
      'the age of the oldest commit that waits, and growing',
      { ...projected(300, 299), waiting: waiting(240, 5) },
      projected(1, 0.5),
      { state: 'waiting', lagMs: 240_000 },
    ],
    [
      'no more what it once waited for, when nobody has said so for minutes',
      { ...projected(60, 59.6), waiting: waiting(3_600, 600) },
      projected(60, 59),
      { state: 'current', lagMs: 400 },
    ],
    [
      'at least as far as the other one has gone, when its own projector says nothing',
      projected(3_600, 3_599),
      projected(20, 19),
      { state: 'behind', lagMs: 20_000 },
    ],
    [
      'not for being a moment later than the other',
      projected(8, 7),
      projected(1, 0.9),
      { state: 'current', lagMs: 1_000 },
    ],
    ['all that the other has, where it never began', {}, projected(20, 19), { state: 'behind', lagMs: 20_000 }],
  ])('is %s', (_, reporting, invoices, lag) => expect(lagOf('reporting', { reporting, invoices }, now)).toEqual(lag));
});
