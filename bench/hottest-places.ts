// Where functions and worker spend their processor time, by V8's sampling profiler under a steady load on a whole local stack:
// `npm run bench -- hottest-places [--rate N] [--warm-up N] [--seconds N] [--keep DIR]`.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inProject } from '../local/project.ts';
import type { ApiClient } from './api-client.ts';
import { busyTime, type CpuProfile, type Place } from './cpu-profile.ts';
import { printMachine } from './machine.ts';
import { openLoop } from './open-loop.ts';
import { onOwnStack } from './own-stack.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable } from './table.ts';

const PLACES_SHOWN = 10;
/** How long the last invoices may take to be issued and projected, before the profile's window ends. */
const SETTLE_MS = 3_000;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    /** Keeps the profiles there, for a viewer such as Chrome's developer tools. */
    keep: { type: 'string' },
  },
});
const [perSecond, warmUp, seconds] = [Number(values.rate), Number(values['warm-up']), Number(values.seconds)];
const PROFILED = ['functions', 'worker'] as const;
type Profiled = (typeof PROFILED)[number];

async function emit(api: ApiClient, invoice: string, forSeconds: number, what: string): Promise<number> {
  const onSecond = (fired: number) => progress(`${what}: ${fired} of ${perSecond * forSeconds}`);
  const shots = await openLoop({ perSecond, seconds: forSeconds, onSecond }, () =>
    api.call('POST', '/invoices', invoice, { 'idempotency-key': randomUUID() }),
  );
  const refused = shots.filter(({ result }) => result instanceof Error || result.status !== 202).length;
  if (refused > 0) throw new Error(`${refused} of ${shots.length} invoices were not accepted`);
  return shots.length;
}

async function profileOf(folder: string, pid: number): Promise<CpuProfile> {
  const name = (await readdir(folder)).find((file) => file.split('.').includes(String(pid)));
  if (!name) throw new Error(`Process ${pid} left no profile in ${folder}`);
  return JSON.parse(await readFile(join(folder, name), 'utf8')) as CpuProfile;
}

/** `src/events/commit.ts`, `@smithy/core`, `node:crypto`: the package where it is not ours. */
function shownFile(url: string): string {
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url);
  if (packaged?.[1]) return packaged[1];
  return url.startsWith('file:') ? fileURLToPath(url).slice(inProject('').length).replace(/^\//, '') : url;
}

function printPlaces(name: Profiled, { totalMs, places }: ReturnType<typeof busyTime>, invoices: number): void {
  const top = places.slice(0, PLACES_SHOWN);
  printTable(
    `${name}: ${(totalMs / invoices).toFixed(2)} ms busy an invoice; the ${PLACES_SHOWN} hottest places, by their own time`,
    ['place', 'in', 'ms an invoice', '%'],
    top.map(({ name: place, url, ms }: Place) => [place, shownFile(url), ms / invoices, (100 * ms) / totalMs]),
  );
}

await printMachine();
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'nfse-ledger-profiles-')));
const pids = new Map<Profiled, number>();
let window = { from: 0n, to: 0n };
let invoices = 0;
await onOwnStack(
  async ({ api, invoice, data }) => {
    await emit(api, invoice, Math.ceil(warmUp / perSecond), 'warming up');
    const from = process.hrtime.bigint();
    invoices = await emit(api, invoice, seconds, 'measuring');
    await sleep(SETTLE_MS);
    window = { from, to: process.hrtime.bigint() };
    const ids = JSON.parse(await readFile(join(data, 'processes.json'), 'utf8')) as Record<Profiled, number>;
    for (const name of PROFILED) pids.set(name, ids[name]);
    progress('stopping the stack');
  },
  { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` },
);
progressEnds();
for (const [name, pid] of pids) printPlaces(name, busyTime(await profileOf(folder, pid), window), invoices);
if (values.keep === undefined) await rm(folder, { recursive: true, force: true });
