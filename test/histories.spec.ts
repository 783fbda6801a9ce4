import * as fc from 'fast-check';
import { it } from 'vitest';
import { live, step } from './faults/histories.ts';
import { sweepSize } from './sweep-size.ts';

const RUNS = sweepSize(10_000, 1_500);
/** The same ones each time: new ones are for `npm run chaos -- histories`. */
const SEED = 118;

it('whatever happens in whatever order, each request has one note at the most, and an end that nothing changes', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), live), {
    numRuns: RUNS,
    seed: SEED,
  });
});
