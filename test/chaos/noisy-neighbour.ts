import { setTimeout as sleep } from 'node:timers/promises';
import { type Percentiles, percentilesOf } from '../../bench/percentiles.ts';
import { end } from '../../local/child.ts';
import { type LaneBench, laneBench } from './lanes/lane-bench.ts';
import { freshMessage, MUNICIPALITIES } from './lanes/messages.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'one municipality that answers in 30 seconds, with 1,000 waiting, beside nineteen ordinary ones';

const [NOISY = '', ...QUIET] = MUNICIPALITIES;
const NOISY_MS = 30_000;
const WAITING = 1000;
const SECONDS = 60;
const PER_SECOND = 20;
const MOST_MORE = 0.2;

/** The ordinary municipalities at their own pace, alone first and then beside the noisy one. */
export async function run(options: ScenarioOptions): Promise<Report> {
  const { seconds = SECONDS, invoices = WAITING, progress } = options;
  progress(`${seconds} s without a noisy neighbour`);
  const alone = await measure(options, seconds, 0);
  progress(`${seconds} s beside ${invoices} messages of a municipality that takes 30 s`);
  const beside = await measure(options, seconds, invoices);
  const more = beside.others.p95 / alone.others.p95 - 1;
  return {
    summary: `${QUIET.length} municipalities, ${PER_SECOND} invoices a second, beside ${invoices} of one that takes ${NOISY_MS / 1000} s`,
    figures: [
      ['p50, p95, p99 alone', told(alone.others)],
      ['p50, p95, p99 beside it', told(beside.others)],
      ['of the noisy one', `${beside.noisy} done, ${beside.putBack} put back, ${beside.turnedAway} deferred`],
    ],
    promises: [
      {
        promise: `a noisy neighbour moves the p95 of the others by no more than ${100 * MOST_MORE} %`,
        kept: more <= MOST_MORE,
        seen: `${more >= 0 ? '+' : ''}${(100 * more).toFixed(1)} %`,
      },
      {
        promise: 'none of the others is put back or deferred for its sake',
        kept: beside.othersAway === 0,
        seen: String(beside.othersAway),
      },
    ],
  };
}

const told = ({ p50, p95, p99 }: Percentiles) => [p50, p95, p99].map((ms) => `${ms.toFixed(0)} ms`).join(', ');

async function measure(options: ScenarioOptions, seconds: number, noise: number) {
  const bench = await laneBench(options);
  const took: number[] = [];
  const counts = { noisy: 0, putBack: 0, turnedAway: 0, othersAway: 0 };
  const child = await bench.worker({ slow: { [NOISY]: NOISY_MS }, perSecond: 5 }, (message) => {
    if (message.kind !== 'handled' && message.kind !== 'put-back' && message.kind !== 'turned-away') return;
    const noisy = message.municipalityCode === NOISY;
    if (message.kind === 'handled') {
      if (noisy) counts.noisy++;
      else took.push(message.tookMs);
      return;
    }
    if (!noisy) counts.othersAway++;
    else if (message.kind === 'put-back') counts.putBack++;
    else counts.turnedAway++;
  });
  const noisy = Array.from({ length: noise }, (_, n) => freshMessage(1_000_000 + n, NOISY, new Date()));
  await bench.send(noisy);
  await ordinaryTraffic(bench, seconds);
  await sleep(2000);
  // What the noisy one has in hand takes half a minute more, and nobody needs it.
  child.kill('SIGKILL');
  await end(child, 0);
  return { ...counts, others: percentilesOf(took) };
}

/** Sends at its own pace, whatever becomes of what was sent. */
async function ordinaryTraffic(bench: LaneBench, seconds: number): Promise<void> {
  const began = performance.now();
  for (let place = 0; place < seconds * PER_SECOND; place++) {
    await sleep(Math.max(0, began + (place * 1000) / PER_SECOND - performance.now()));
    void bench.send([freshMessage(place, QUIET[place % QUIET.length] ?? '', new Date())]);
  }
}
