import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLoop } from '../open-loop.ts';
import { onOwnStack } from '../own-stack.ts';
import { progress, progressEnds } from '../progress.ts';
import type { Lags, Load } from './load.ts';

const WARM_UP_SECONDS = 8;
const SETTLE_MS = 10_000;

interface ProjectedLine {
  readonly message?: string;
  readonly projection?: string;
  readonly records?: number;
  readonly ProjectionLag?: number;
  readonly timestamp?: string;
}

/** Posts invoices to a whole stack. What the projectors are behind is what the machine is behind with all of it. */
export async function measure({ perSecond, seconds }: Load): Promise<Lags> {
  let measured: Lags | undefined;
  await onOwnStack(async ({ api, invoice, data }) => {
    const load = (forSeconds: number) =>
      openLoop(
        {
          perSecond,
          seconds: forSeconds,
          onSecond: (fired) => progress(`emit: ${fired} of ${perSecond * forSeconds}`),
        },
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
    measured = { lags, remark: `the whole stack on this machine, ${failed} errors` };
  });
  if (!measured) throw new Error('The stack was not measured');
  return measured;
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
