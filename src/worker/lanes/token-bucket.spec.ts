import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filled, fullBucket, spent, waitFor } from './token-bucket.ts';

/** How many messages begin when somebody asks at each of these moments. */
function begun(perSecond: number, moments: readonly number[]): number {
  let bucket = fullBucket(perSecond, 0);
  let count = 0;
  for (const now of moments) {
    bucket = filled(bucket, perSecond, now);
    if (waitFor(bucket, perSecond) > 0) continue;
    bucket = spent(bucket);
    count++;
  }
  return count;
}

describe('the rate of an authority', () => {
  it('is never exceeded over any time, but for the messages of one second at the beginning', () =>
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.array(fc.nat(60_000), { maxLength: 500 }),
        (perSecond, moments) => {
          const sorted = moments.toSorted((a, b) => a - b);
          const seconds = (sorted.at(-1) ?? 0) / 1000;
          expect(begun(perSecond, sorted)).toBeLessThanOrEqual(Math.max(1, perSecond) + perSecond * seconds + 1e-6);
        },
      ),
    ));

  it('is reached when there is always something to send', () => {
    const everyTenMs = Array.from({ length: 1001 }, (_, n) => n * 10);
    expect(begun(5, everyTenMs)).toBe(55); // five at once, then five a second for ten seconds
  });

  it('says exactly how long to wait', () =>
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.nat(1000), (perSecond, laterMs) => {
        const empty = { tokens: 0, at: 0 };
        const bucket = filled(empty, perSecond, laterMs);
        const wait = waitFor(bucket, perSecond);
        expect(waitFor(filled(bucket, perSecond, bucket.at + wait + 1), perSecond)).toBe(0);
      }),
    ));

  it('gains nothing by a clock that steps back', () => {
    const bucket = { tokens: 0, at: 10_000 };
    expect(filled(bucket, 5, 9000).tokens).toBe(0);
  });
});
