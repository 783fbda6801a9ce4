// How far the projections are behind the event store under a steady load: `npm run bench -- lag [--rate N] [--seconds N]`.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { printMachine } from './machine.ts';
import { openLoop } from './open-loop.ts';
import { onOwnStack } from './own-stack.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable } from './table.ts';

const AIM_MS = { p50: 500, p99: 3_000 };
const WARM_UP_SECONDS = 8;
const SETTLE_MS = 10_000;

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '50' }, seconds: { type: 'string', default: '40' } },
});
const [perSecond, seconds] = [Number(values.rate), Number(values.seconds)];

interface ProjectedLine {
  readonly message?: string;
  readonly projection?: string;
  readonly records?: number;
  readonly ProjectionLag?: number;
  readonly timestamp?: string;
}

/** The age of each batch's oldest commit when the batch was projected, as the projectors log it, a value a record. */
async function lagsSince(logFile: string, since: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const lags = new Map<string, number[]>();
  for (const line of (await readFile(logFile, 'utf8')).split('\n')) {
    if (!line.includes('"projected"')) continue;
    const { projection = '', records = 0, ProjectionLag = 0, timestamp = '' } = JSON.parse(line) as ProjectedLine;
    if (Date.parse(timestamp) < since) continue;
    lags.set(projection, [...(lags.get(projection) ?? []), ...Array<number>(records).fill(ProjectionLag)]);
  }
  return lags;
}

await printMachine();
await onOwnStack(async ({ api, invoice, data }) => {
  const load = (forSeconds: number) =>
    openLoop(
      { perSecond, seconds: forSeconds, onSecond: (fired) => progress(`emit: ${fired} of ${perSecond * forSeconds}`) },
      () => api.call('POST', '/invoices', invoice, { 'idempotency-key': randomUUID() }),
    );
  await load(WARM_UP_SECONDS);
  const since = Date.now();
  const shots = await load(seconds);
  progress('waiting for the projections');
  await sleep(SETTLE_MS);
  progressEnds();
  const failed = shots.filter(({ result }) => result instanceof Error || result.status !== 202).length;
  const lags = await lagsSince(join(data, 'logs/functions.log'), since);
  printTable(
    `Lag of the projections, ${perSecond} invoices/s for ${seconds} s (${failed} errors); aims: p50 ≤ ${AIM_MS.p50} ms, p99 ≤ ${AIM_MS.p99} ms`,
    ['projection', 'records', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'aims'],
    [...lags].map(([projection, values]) => {
      const { p50, p95, p99, max } = percentilesOf(values);
      const met = p50 <= AIM_MS.p50 && p99 <= AIM_MS.p99;
      return [projection, values.length, p50, p95, p99, max, met ? 'met' : 'missed'];
    }),
  );
});
