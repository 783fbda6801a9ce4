import { describe, expect, it } from 'vitest';
import { taskProtection } from './task-protection.ts';

const MINUTE = 60_000;

function ecs({ refusing = false } = {}) {
  const asked: boolean[] = [];
  const trouble: unknown[] = [];
  let time = 0;
  const protection = taskProtection({
    async ask({ enabled }) {
      asked.push(enabled);
      if (refusing) throw new Error('ECS is not there');
    },
    onTrouble: (error) => trouble.push(error),
    now: () => time,
  });
  const rest = (ms: number) => {
    time += ms;
  };
  const work = (ms: number) => protection.during(async () => rest(ms));
  return { asked, trouble, protection, work, rest };
}

describe('a task that has work in hand', () => {
  it('asks ECS to be left alone, once for many pieces of work', async () => {
    const { asked, work } = ecs();
    for (let piece = 0; piece < 20; piece++) await work(1_000);
    expect(asked).toEqual([true]);
  });

  it('asks again before the protection ends', async () => {
    const { asked, protection, rest, work } = ecs();
    await protection.during(async () => {
      rest(6 * MINUTE);
      await work(0);
      rest(1 * MINUTE);
      await work(0);
    });
    expect(asked).toEqual([true, true, false]);
  });

  it('is as any other when it has nothing left', async () => {
    const { asked, work } = ecs();
    await work(2 * MINUTE);
    expect(asked).toEqual([true, false]);
  });

  it('is let go when it is told to stop, and only then if it was protected', async () => {
    const { asked, protection, work } = ecs();
    await protection.release();
    expect(asked).toEqual([]);
    await work(1_000);
    await protection.release();
    expect(asked).toEqual([true, false]);
  });

  it('works on where ECS refuses, and asks again a while later', async () => {
    const { asked, trouble, work, rest } = ecs({ refusing: true });
    await work(1_000);
    await work(1_000);
    rest(MINUTE);
    await work(1_000);
    expect(asked).toEqual([true, true]);
    expect(trouble).toHaveLength(2);
  });

  it('passes on how the work ended', async () => {
    const { protection } = ecs();
    await expect(protection.during(() => Promise.reject(new Error('city hall down')))).rejects.toThrow(
      'city hall down',
    );
    expect(await protection.during(async () => 'issued')).toBe('issued');
  });
});
