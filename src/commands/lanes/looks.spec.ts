import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextLookAt } from './looks.ts';

const MINUTE = 60_000;
const shutSince = Date.parse('2026-11-10T12:00:00.000Z');
const municipalityCode = '3106200';
const waitMinutes = (afterMinutes: number) => {
  const now = shutSince + afterMinutes * MINUTE;
  return (nextLookAt(now, shutSince, municipalityCode, MINUTE) - now) / MINUTE;
};

describe('the next look at a lane that is shut', () => {
  it.each([
    [0, 1],
    [3, 1],
    [4, 2],
    [60, 16],
    [7 * 24 * 60, 60],
  ])('after %i minutes is within %i minutes', (after, most) => {
    expect(waitMinutes(after)).toBeGreaterThan(0);
    expect(waitMinutes(after)).toBeLessThanOrEqual(most);
  });

  it('is never later than an hour, whatever the clock says', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), fc.integer({ min: -1e6, max: 1e10 }), (since, after) => {
        const now = since + after;
        expect(nextLookAt(now, since, municipalityCode, MINUTE)).toBeGreaterThan(now);
        expect(nextLookAt(now, since, municipalityCode, MINUTE)).toBeLessThanOrEqual(now + 60 * MINUTE);
      }),
    ));

  it('is the same for all that wait, whenever they came', () => {
    const later = shutSince + 24 * 60 * MINUTE;
    const look = nextLookAt(later, shutSince, municipalityCode, MINUTE);
    for (const now of [later + 1, look - 1000, look - 1]) {
      if (now < look) expect(nextLookAt(now, shutSince, municipalityCode, MINUTE)).toBe(look);
    }
  });

  it('spreads the municipalities over the hour', () => {
    const later = shutSince + 24 * 60 * MINUTE;
    const looks = Array.from(
      { length: 600 },
      (_, n) => nextLookAt(later, shutSince, String(3_100_000 + n), MINUTE) - later,
    );
    const perTenMinutes = [0, 1, 2, 3, 4, 5].map(
      (tenth) => looks.filter((wait) => Math.floor(wait / (10 * MINUTE)) === tenth).length,
    );
    for (const count of perTenMinutes) expect(count).toBeGreaterThan(50);
  });
});
