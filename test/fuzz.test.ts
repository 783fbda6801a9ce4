import { expect, it } from 'vitest';
import { seededRandom } from './faults/seeded-random.ts';
import { fuzz, operationCount } from './fuzz/fuzz.ts';
import { credentials } from './stack/api.ts';

const REQUESTS = 300;

it('every answer to valid and to mutated requests is one that the description has, and half of the emissions are accepted', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const result = await fuzz({
    stack: credentials(),
    random: seededRandom(seed),
    goesOn: ({ requests }) => requests < REQUESTS,
    concurrency: 4,
  });
  expect(result.wrong, `seed ${seed}`).toEqual([]);
  expect(result.accepted).toBeGreaterThanOrEqual(result.emissions / 2);
  expect(result.asked.size).toBe(operationCount);
});
