import { describe, expect, it } from 'vitest';
import { CITIES, STORIES, sweepOnce, sweepTwice } from './faults/crash-sweep.ts';
import { sweepSize } from './sweep-size.ts';

const EVERY = sweepSize(1, 3);
const EVERY_OF_TWO = sweepSize(1, 4);

describe.each(CITIES.map(([name, code], city) => ({ name, code, city })))('with $name', ({ code, city }) => {
  it.each(STORIES.map((story, place) => ({ ...story, place })))(
    '$title survives a death at its moments',
    async ({ place, ...story }) => {
      // Where not every moment is taken, each story and authority begins at another.
      const stride = { every: EVERY, first: (place + city) % EVERY };
      const { moments, lives } = await sweepOnce(story, code, stride);
      expect(moments).toBeGreaterThan(20);
      expect(lives).toBeGreaterThanOrEqual(Math.floor(moments / EVERY));
    },
  );
});

const [[name, national]] = CITIES;

it(`an emission to ${name} survives two deaths, wherever they are`, async () => {
  const [emission] = STORIES;
  if (!emission) throw new Error('There is a story');
  const { moments, lives } = await sweepTwice(emission, national, EVERY_OF_TWO);
  expect(lives).toBeGreaterThan((moments * moments) / 2 / EVERY_OF_TWO ** 2);
});
