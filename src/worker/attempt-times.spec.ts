import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAttemptAt } from './attempt-times.ts';

const now = new Date('2026-11-10T12:00:00.000Z');
const waitMs = (attempt: number, baseSeconds: number, random: number) =>
  Date.parse(nextAttemptAt(now, attempt, baseSeconds, random)) - now.getTime();

describe('the time of the next attempt', () => {
  it.each([
    [0, 0, 15],
    [0, 0.999_999_999, 30],
    [1, 0, 15],
    [1, 0.999_999_999, 60],
    [3, 0.5, 128],
    [20, 0, 15],
    [1000, 0.999_999_999, 3600],
  ])('after %i deferrals, with chance %f, is %i seconds away', (attempt, random, seconds) =>
    expect(Math.round(waitMs(attempt, 30, random) / 1000)).toBe(seconds),
  );

  it('is never sooner than half its base and never later than an hour', () =>
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 600 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, base, random) => {
          expect(waitMs(n, base, random)).toBeGreaterThanOrEqual((base * 1000) / 2);
          expect(waitMs(n, base, random)).toBeLessThanOrEqual(3_600_000);
        },
      ),
    ));
});
