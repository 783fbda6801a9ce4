// Latency of the API on a whole local stack, under a steady load:
// `npm run bench -- latency [--rate N] [--seconds N]`.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ApiAnswer, ApiClient } from './api-client.ts';
import { printMachine } from './machine.ts';
import { openLoop, type Shot } from './open-loop.ts';
import { onOwnStack } from './own-stack.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';

const AIM_P95_MS = 60;
const WARM_UP_SECONDS = 8;
/** How long the invoices may take to be issued once the load has ended. */
const SETTLE_MS = 60_000;

interface Accepted {
  readonly invoiceId: string;
  readonly scheduledAt: number;
}

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '25' }, seconds: { type: 'string', default: '40' } },
});
const [perSecond, seconds] = [Number(values.rate), Number(values.seconds)];

async function load(api: ApiClient, what: 'ping' | 'emit', invoice: string, forSeconds: number) {
  const onSecond = (fired: number) => progress(`${what}: ${fired} of ${perSecond * forSeconds}`);
  const fire = () =>
    what === 'ping'
      ? api.call('GET', '/ping')
      : api.call('POST', '/invoices', invoice, { 'idempotency-key': randomUUID() });
  return openLoop({ perSecond, seconds: forSeconds, onSecond }, fire);
}

const failed = (status: number) => (shot: Shot<ApiAnswer>) =>
  shot.result instanceof Error || shot.result.status !== status;

function acceptedOf(shots: readonly Shot<ApiAnswer>[]): readonly Accepted[] {
  return shots.flatMap(({ result, scheduledAt }) => {
    if (result instanceof Error || result.status !== 202) return [];
    const { invoiceId } = JSON.parse(result.text) as { invoiceId: string };
    return [{ invoiceId, scheduledAt }];
  });
}

/**
 * How long each invoice took from its scheduled POST to the time its `Issued` event bears. Read from the histories once the load is
 * over, so that asking does not add to it.
 *
 * @returns `undefined` for an invoice that was not issued in time
 */
async function timesToIssue(api: ApiClient, accepted: readonly Accepted[]): Promise<readonly (number | undefined)[]> {
  const deadline = Date.now() + SETTLE_MS;
  const times: (number | undefined)[] = [];
  for (const { invoiceId, scheduledAt } of accepted) {
    if (times.length % 100 === 0) progress(`reading histories: ${times.length} of ${accepted.length}`);
    times.push(await issuedAfter(api, invoiceId, scheduledAt, deadline));
  }
  return times;
}

async function issuedAfter(api: ApiClient, invoiceId: string, scheduledAt: number, deadline: number) {
  for (;;) {
    const { status, text } = await api.call('GET', `/invoices/${invoiceId}/events`);
    if (status !== 200) throw new Error(`The history of ${invoiceId} answered ${status}: ${text}`);
    const { events } = JSON.parse(text) as { events: readonly { type: string; at: string }[] };
    const issued = events.find(({ type }) => type === 'Issued');
    if (issued) return Date.parse(issued.at) - scheduledAt;
    if (Date.now() > deadline) return undefined;
    await sleep(250);
  }
}

async function measure(api: ApiClient, invoice: string): Promise<boolean> {
  progress('warming up');
  await load(api, 'emit', invoice, WARM_UP_SECONDS);
  await load(api, 'ping', invoice, 2);
  // Half of the baseline before, half after, so that a drift of the machine shows in it too.
  const pings = [...(await load(api, 'ping', invoice, Math.ceil(seconds / 4)))];
  const posts = await load(api, 'emit', invoice, seconds);
  const accepted = acceptedOf(posts);
  const issues = await timesToIssue(api, accepted);
  pings.push(...(await load(api, 'ping', invoice, Math.ceil(seconds / 4))));
  progressEnds();

  const issued = issues.filter((time) => time !== undefined);
  const latency = (shots: readonly Shot<ApiAnswer>[]) => shots.map(({ latencyMs }) => latencyMs);
  const measured = [
    ['GET /ping', latency(pings), pings.filter(failed(200)).length],
    ['POST /invoices to 202', latency(posts), posts.filter(failed(202)).length],
    ['POST /invoices to ISSUED', issued, accepted.length - issued.length],
  ] as const;
  const base = percentilesOf(measured[0][1]);
  printTable(
    `Latency from the scheduled moment, ${perSecond}/s for ${seconds} s; baseline: GET /ping at the same rate`,
    ['what', 'count', 'errors', 'p50 ms', 'ratio', 'p95 ms', 'ratio', 'p99 ms', 'max ms'],
    measured.map(([what, times, errors]) => {
      const { p50, p95, p99, max } = percentilesOf(times);
      return [what, times.length, errors, p50, ratio(p50, base.p50), p95, ratio(p95, base.p95), p99, max];
    }),
  );
  const { p95 } = percentilesOf(measured[1][1]);
  console.log(`\nAim: POST to 202 p95 of at most ${AIM_P95_MS} ms: ${p95 <= AIM_P95_MS ? 'met' : 'missed'}.`);
  return measured.every(([, , errors]) => errors === 0);
}

await printMachine();
await onOwnStack(async ({ api, invoice }) => {
  if (!(await measure(api, invoice))) {
    console.log('There were errors: these figures say nothing.');
    process.exitCode = 1;
  }
});
