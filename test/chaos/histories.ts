import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { live, type Step, step } from '../faults/histories.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'random commands, faults, deaths, copies and delays, against a small model, in memory';

const HISTORIES = 20_000;
const LONGEST = 40;

/** The first history that ends otherwise than the model says is shrunk and told. */
export async function run({ invoices: wanted = HISTORIES, seed, progress }: ScenarioOptions): Promise<Report> {
  let histories = 0;
  let steps = 0;
  const lives = async (history: readonly Step[]) => {
    histories++;
    steps += history.length;
    if (histories % 500 === 0) {
      progress(`${histories} histories`);
      await turn();
    }
    await live(history);
  };
  const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: LONGEST }), lives);
  const result = await fc.check(property, { seed, numRuns: wanted });
  const broken = result.failed ? storyOf(result.errorInstance) : undefined;
  return {
    summary: `${wanted} random histories`,
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
