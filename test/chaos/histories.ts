import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { live, type Step, step } from '../faults/histories.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'random commands, faults, deaths, copies and delays, against a small model, in memory';

const SECONDS = 60;
const LONGEST = 40;

/** As many histories as fit into the time. The first that ends otherwise than the model says is shrunk and told. */
export async function run({ seconds = SECONDS, seed, progress }: ScenarioOptions): Promise<Report> {
  const deadline = performance.now() + seconds * 1_000;
  let histories = 0;
  let steps = 0;
  const lives = async (history: readonly Step[]) => {
    if (performance.now() > deadline) return;
    histories++;
    steps += history.length;
    if (histories % 500 === 0) {
      progress(`${histories} histories`);
      await turn();
    }
    await live(history);
  };
  let broken: string | undefined;
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: LONGEST }), lives);
  for (let round = 0; broken === undefined && performance.now() < deadline; round++) {
    const result = await fc.check(property, { seed: seed + round, numRuns: 5_000 });
    if (result.failed) broken = storyOf(result.errorInstance);
  }
  return {
    summary: `random histories for ${seconds} s`,
    figures: [
      ['histories', String(histories)],
      ['steps', String(steps)],
    ],
    promises: [
      {
        promise: 'one note for a request at the most, and an end that nothing changes',
        kept: broken === undefined,
        seen: broken ?? `${histories} histories ended as the model says`,
      },
    ],
  };
}

function storyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
