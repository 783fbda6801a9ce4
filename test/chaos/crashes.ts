import { CITIES, STORIES, sweepOnce, sweepTwice } from '../faults/crash-sweep.ts';
import type { Promised, Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'every process killed at each of its moments, and at every pair of them, in memory';

/** Every story with every kind of authority, with one death and with two. Takes minutes: CI kills once only. */
export async function run({ progress }: ScenarioOptions): Promise<Report> {
  const promises: Promised[] = [];
  let single = 0;
  let double = 0;
  let moments = 0;
  for (const [name, municipalityCode] of CITIES) {
    for (const story of STORIES) {
      progress(`${name}: ${story.title}`);
      try {
        const once = await sweepOnce(story, municipalityCode);
        const twice = await sweepTwice(story, municipalityCode);
        moments += once.moments;
        single += once.lives;
        double += twice.lives;
      } catch (error) {
        promises.push({ promise: `${story.title} survives, with ${name}`, kept: false, seen: told(error) });
      }
    }
  }
  const stories = CITIES.length * STORIES.length;
  return {
    summary: `${STORIES.length} stories with ${CITIES.length} kinds of authority`,
    figures: [
      ['moments to die at', String(moments)],
      ['lived with one death', String(single)],
      ['lived with two deaths', String(double)],
    ],
    promises: [
      ...promises,
      {
        promise: 'none lost, none twice, settled within two reconcile rounds, and one more for each death',
        kept: promises.length === 0,
        seen: `${stories - promises.length} of ${stories} stories`,
      },
    ],
  };
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.message}: ${error.cause instanceof Error ? error.cause.message.split('\n')[0] : ''}`;
}
