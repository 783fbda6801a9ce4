import { describe, expect, it } from 'vitest';
import { CITIES, STORIES, sweepOnce, sweepTwice } from './faults/crash-sweep.ts';

const TIMEOUT = 30_000;

describe.each(CITIES)('with %s', (_name, municipalityCode) => {
  it.each(STORIES)('$title survives a death at each of its moments', { timeout: TIMEOUT }, async (story) => {
    expect((await sweepOnce(story, municipalityCode)).moments).toBeGreaterThan(20);
  });
});

const [[name, national]] = CITIES;

it(`an emission to ${name} survives two deaths, wherever they are`, { timeout: TIMEOUT }, async () => {
  const [emission] = STORIES;
  if (!emission) throw new Error('There is a story');
  const { moments, lives } = await sweepTwice(emission, national);
  expect(lives).toBeGreaterThan((moments * moments) / 2);
});
