import { setTimeout as sleep } from 'node:timers/promises';
import { end } from '../../local/child.ts';
import { laneBench } from './lanes/lane-bench.ts';
import { freshMessage, MUNICIPALITIES } from './lanes/messages.ts';
import type { Promised, Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'a provider that takes half a second and no rate limit, at 50 and at 200 in flight';

const LATENCY_MS = 500;
const LEVELS = [50, 200] as const;
const SECONDS = 20;
const WARM_UP_MS = 5000;
const ENOUGH = 0.9;
/** Ahead of what the worker can take in a second, so that the queue is never the reason. */
const AHEAD = 3000;
/** Node gives memory back when it likes: what counts is that it does not grow with the time. */
const FLAT_MB = 40;

interface Level {
  readonly places: number;
  readonly perSecond: number;
  readonly share: number;
  readonly memoryMb: readonly [first: number, last: number];
}

/** The queue is real, the worker is its own poller, lanes and handling; the provider waits and the stores keep nothing. */
export async function run(options: ScenarioOptions): Promise<Report> {
  const { seconds = SECONDS, progress } = options;
  const levels: Level[] = [];
  for (const places of LEVELS) {
    progress(`${places} in flight for ${seconds} s`);
    levels.push(await measure(options, places, seconds * 1000));
  }
  return {
    summary: `${LEVELS.join(' and ')} in flight over ${MUNICIPALITIES.length} municipalities, ${LATENCY_MS} ms a call, ${seconds} s each`,
    figures: levels.flatMap(({ places, perSecond, share, memoryMb: [first, last] }) => [
      [
        `${places} in flight`,
        `${perSecond.toFixed(1)} a second, ${(100 * share).toFixed(1)} % of concurrency ÷ latency`,
      ],
      [`memory at ${places}`, `${first.toFixed(0)} MB after the warm-up, ${last.toFixed(0)} MB at the end`],
    ]),
    promises: levels.flatMap(promisesOf),
  };
}

function promisesOf({ places, share, memoryMb: [first, last] }: Level): Promised[] {
  return [
    {
      promise: `at ${places} in flight the worker reaches ${100 * ENOUGH} % of concurrency ÷ latency`,
      kept: share >= ENOUGH,
      seen: `${(100 * share).toFixed(1)} %`,
    },
    {
      promise: `at ${places} in flight its memory is flat`,
      kept: last - first <= FLAT_MB,
      seen: `${(last - first).toFixed(0)} MB more at the end`,
    },
  ];
}

async function measure(options: ScenarioOptions, places: number, forMs: number): Promise<Level> {
  const bench = await laneBench(options);
  let handled = 0;
  const memory: number[] = [];
  const child = await bench.worker(
    // Each lane may take more than its part, so that the places are what is measured.
    { places, concurrency: Math.ceil((2 * places) / MUNICIPALITIES.length), latencyMs: LATENCY_MS },
    (told) => {
      if (told.kind === 'handled') handled++;
      if (told.kind === 'memory') memory.push(told.megabytes);
    },
  );
  let sent = 0;
  let feeding = true;
  const feeder = (async () => {
    while (feeding) {
      if (sent - handled >= AHEAD) {
        await sleep(20);
        continue;
      }
      const at = new Date();
      const works = Array.from({ length: 100 }, (_, n) =>
        freshMessage(sent + n, MUNICIPALITIES[(sent + n) % MUNICIPALITIES.length] ?? '', at),
      );
      await bench.send(works);
      sent += works.length;
    }
  })();
  await sleep(WARM_UP_MS);
  const [before, started, weighed] = [handled, performance.now(), memory.length];
  await sleep(forMs);
  const perSecond = ((handled - before) * 1000) / (performance.now() - started);
  feeding = false;
  await feeder;
  await end(child, 20_000);
  const share = perSecond / ((places * 1000) / LATENCY_MS);
  return { places, perSecond, share, memoryMb: [memory[weighed] ?? 0, memory.at(-1) ?? 0] };
}
