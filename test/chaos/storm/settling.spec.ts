import { describe, expect, it } from 'vitest';
import { type Open, untilSettled } from './settling.ts';

/** One look after the other, a minute apart. The last is what is seen from then on. */
const waiting = (looks: readonly Open[], isEnough: (look: number) => boolean = () => false) => {
  let look = 0;
  return untilSettled({
    look: async () => looks[Math.min(look++, looks.length - 1)] ?? new Map(),
    stillMs: 300_000,
    isEnough: () => isEnough(look),
    onLook: () => undefined,
    nowMs: () => look * 60_000,
    wait: async () => undefined,
  });
};
const open = (...versions: readonly number[]): Open => new Map(versions.map((version, n) => [`inv_${n}`, version]));

describe('waiting for the end of a storm', () => {
  it('goes on as long as anything moves, however long that takes', async () => {
    const slow = Array.from({ length: 500 }, (_, n) => open(Math.floor(n / 4)));
    expect(await waiting([...slow, open()])).toEqual({ open: open(), moving: false });
  });

  it('ends when nothing moves any more, and says that it is stuck', async () => {
    expect(await waiting([open(1, 1), open(2, 1)])).toEqual({ open: open(2, 1), moving: false });
  });

  it('ends with what is unfinished when enough was done and it still moves', async () => {
    const endless = Array.from({ length: 100 }, (_, n) => open(n));
    expect(await waiting(endless, (look) => look > 20)).toMatchObject({ moving: true });
  });
});
