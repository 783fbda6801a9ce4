import { describe, expect, it } from 'vitest';
import { findPlateau } from './plateau.ts';

/** A machine that answers in 20 ms up to a rate, and ten times as slowly beyond. */
const machine = (limit: number) => async (perSecond: number) => ({ p95Ms: perSecond > limit ? 200 : 20, errors: 0 });

describe('the search for the rate at which p95 leaves its plateau', () => {
  it('ends at the first rate beyond it, and names the last one before', async () => {
    expect(await findPlateau(machine(20))).toEqual({
      p95Ms: 20,
      perSecond: 17,
      left: { p95Ms: 200, errors: 0, perSecond: 23 },
    });
  });

  it('goes on after a single pause of the machine', async () => {
    let pauses = 1;
    const { perSecond } = await findPlateau(async (rate) =>
      rate === 13 && pauses-- > 0 ? { p95Ms: 900, errors: 0 } : machine(20)(rate),
    );
    expect(perSecond).toBe(17);
  });

  it('takes errors for the end of the plateau', async () => {
    const { left } = await findPlateau(async (rate) => ({ p95Ms: 20, errors: rate > 20 ? 1 : 0 }));
    expect(left).toMatchObject({ perSecond: 23, errors: 1 });
  });

  it('says when no rate has left it', async () => {
    expect((await findPlateau(machine(Number.POSITIVE_INFINITY))).left).toBeUndefined();
  });
});
