import * as fc from 'fast-check';
import { it } from 'vitest';
import { live, step } from './faults/histories.ts';

/** About half a minute of one core. `npm run chaos -- histories` lives more of them. */
const RUNS = 10_000;
/** The same ones each time: new ones are for `npm run chaos`. */
const SEED = 118;

it('whatever happens in whatever order, each request has one note at the most, and an end that nothing changes', {
  timeout: 120_000,
}, async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), live), {
    numRuns: RUNS,
    seed: SEED,
  });
});
