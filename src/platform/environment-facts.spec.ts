import { describe, expect, it } from 'vitest';
import { environmentFacts } from './environment-facts.ts';

describe('what an environment says of itself', () => {
  it('is with the first call how long it took to begin and its memory, and nothing afterwards', () => {
    const facts = environmentFacts(312.4, () => 97.6);
    expect(facts()).toEqual({ initMs: 312, peakMb: 98 });
    expect(facts()).toEqual({});
  });

  it('is its memory again whenever that has grown by 16 MB, however slowly', () => {
    const peaks = [100, 110, 115.4, 115.6, 131, 132];
    const facts = environmentFacts(300, () => peaks.shift() ?? 0);
    expect([1, 2, 3, 4, 5, 6].map(() => facts().peakMb)).toEqual([100, undefined, undefined, 116, undefined, 132]);
  });

  it('is what this very process took and has, unless somebody knows better', () => {
    const { initMs = 0, peakMb = 0 } = environmentFacts()();
    expect(initMs).toBeGreaterThan(0);
    expect(peakMb).toBeGreaterThan(20);
    expect(peakMb).toBeLessThan(8192);
  });
});
