import { describe, expect, it } from 'vitest';
import { restartDelayMs } from './kept-alive.ts';

describe('starting a process again', () => {
  it('happens at once the first time, then later each time, and never later than ten seconds', () => {
    const delays = Array.from({ length: 12 }, (_, restarts) => restartDelayMs(restarts));
    expect(delays.slice(0, 4)).toEqual([0, 500, 1_000, 2_000]);
    expect(delays.at(-1)).toBe(10_000);
  });
});
