import { readFileSync } from 'node:fs';
import { percentilesOf } from '../../bench/percentiles.ts';
import type { Credentials } from '../../local/credentials.ts';
import { seededRandom } from '../faults/seeded-random.ts';
import { fuzz, operationCount } from '../fuzz/fuzz.ts';
import { startStack } from '../stack/start-stack.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'valid and mutated requests of every operation, as every role and tenant, against the description';

const SECONDS = 60;
const CONCURRENCY = 4;
const MAX_ANSWER_MS = 1_000;
/** A long poll is what asks all servers of a queue, and it waits this long where the queue is empty. */
const LONG_POLL_MS = 1_000;
/** Operations that poll the DLQ. */
const POLLING = new Set(['surveyDeadLetters', 'replayDeadLetters', 'discardDeadLetters']);
const MAX_SHOWN = 5;

export async function run({ seconds = SECONDS, seed, dataDir, progress, running }: ScenarioOptions): Promise<Report> {
  progress('starting a stack');
  const stack = await startStack(dataDir, {}, ['--port', '0', '--in-memory']);
  running.add(stack.stop, () => stack.process.kill('SIGKILL'));
  const credentials = JSON.parse(readFileSync(stack.credentialsFile, 'utf8')) as Credentials;
  const end = performance.now() + seconds * 1_000;
  const result = await fuzz({
    stack: credentials,
    random: seededRandom(seed),
    concurrency: CONCURRENCY,
    goesOn: ({ requests, wrong }) => {
      if (requests % 100 === 0) progress(`${requests} requests, ${wrong.length} answers that are not as described`);
      return performance.now() < end;
    },
  });
  const slow = result.answers.filter(
    ({ operationId, ms }) => ms > MAX_ANSWER_MS + (POLLING.has(operationId) ? LONG_POLL_MS : 0),
  );
  const { p50, p95, max } = percentilesOf(result.answers.map(({ ms }) => ms));
  const statuses = [...result.byStatus].sort(([a], [b]) => a - b).map(([status, times]) => `${times} × ${status}`);
  return {
    summary: `${result.requests} requests in ${seconds} s, ${CONCURRENCY} at once`,
    figures: [
      ['operations', `${result.asked.size} of ${operationCount}`],
      ['answers', statuses.join(', ')],
      ['time of an answer', `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, longest ${max.toFixed(0)} ms`],
    ],
    promises: [
      {
        promise: 'at least half of the emissions are accepted',
        kept: result.accepted >= result.emissions / 2 && result.accepted > 0,
        seen: `${result.accepted} of ${result.emissions}`,
      },
      {
        promise: 'every answer is one that the description has, and none is a failure of the service',
        kept: result.wrong.length === 0,
        seen: `${result.wrong.length} are not${result.wrong
          .slice(0, MAX_SHOWN)
          .map((one) => `\n    ${one}`)
          .join('')}`,
      },
      {
        promise: 'no answer takes longer than a second, or two where the DLQ is polled',
        kept: slow.length === 0,
        seen: `${slow.length} of ${result.requests} did${slow
          .slice(0, MAX_SHOWN)
          .map(({ operationId, ms }) => `\n    ${operationId} ${ms.toFixed(0)} ms`)
          .join('')}`,
      },
    ],
  };
}
