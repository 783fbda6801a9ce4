// Latency of the API on a whole local stack under a steady load, at half the rate that the machine can bear:
// `npm run bench -- latency [--rate N] [--seconds N]`.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ApiAnswer, ApiClient } from './api-client.ts';
import { printMachine } from './machine.ts';
import { openLoop, type Shot } from './open-loop.ts';
import { onOwnStack } from './own-stack.ts';
import { percentilesOf } from './percentiles.ts';
import { findPlateau, type Step } from './plateau.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';

const AIM_P95_MS = 60;
const WARM_UP_SECONDS = 8;
const WARM_UP_PER_SECOND = 10;
/** Of the search for the rate. */
const STEP_SECONDS = 6;
const REST_MS = 1_000;
/** How long the invoices may take to be issued once the load has ended. */
const SETTLE_MS = 60_000;

interface Accepted {
  readonly invoiceId: string;
  readonly scheduledAt: number;
}

const { values } = parseArgs({
  options: {
    /** Instead of searching for it. */
    rate: { type: 'string' },
    seconds: { type: 'string', default: '40' },
  },
});
const seconds = Number(values.seconds);

interface Target {
  readonly api: ApiClient;
  /** Body of a POST. */
  readonly invoice: string;
}

async function load({ api, invoice }: Target, what: 'ping' | 'emit', perSecond: number, forSeconds: number) {
  const onSecond = (fired: number) => progress(`${what}: ${fired} of ${perSecond * forSeconds}, ${perSecond}/s`);
  const fire = () =>
    what === 'ping'
      ? api.call('GET', '/ping')
      : api.call('POST', '/invoices', invoice, { 'idempotency-key': randomUUID() });
  return openLoop({ perSecond, seconds: forSeconds, onSecond }, fire);
}

/** The rate to measure at: half of the highest that p95 is on its plateau at. */
async function restfulRate(target: Target): Promise<number> {
  const { p95Ms, perSecond, left } = await findPlateau((rate) => step(target, rate));
  progressEnds();
  const end = left
    ? `at ${left.perSecond}/s it is ${left.p95Ms.toFixed(0)} ms${left.errors > 0 ? `, with ${left.errors} errors` : ''}`
    : 'no rate that was tried left it';
  const half = Math.max(1, Math.round(perSecond / 2));
  console.log(
    `\nPOST to 202: p95 is on its plateau of ${p95Ms.toFixed(0)} ms up to ${perSecond}/s; ${end}. Measured at half: ${half}/s.`,
  );
  return half;
}

async function step(target: Target, perSecond: number): Promise<Step> {
  const shots = await load(target, 'emit', perSecond, STEP_SECONDS);
  const accepted = acceptedOf(shots);
  // What waits for the worker would be in the way of the next step.
  const last = accepted.at(-1);
  if (last) await issuedAfter(target.api, last.invoiceId, last.scheduledAt, Date.now() + SETTLE_MS);
  await sleep(REST_MS);
  return { p95Ms: percentilesOf(latencies(shots)).p95, errors: shots.length - accepted.length };
}

const latencies = (shots: readonly Shot<ApiAnswer>[]) => shots.map(({ latencyMs }) => latencyMs);

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

async function measure(target: Target): Promise<boolean> {
  progress('warming up');
  await load(target, 'emit', WARM_UP_PER_SECOND, WARM_UP_SECONDS);
  const perSecond = values.rate === undefined ? await restfulRate(target) : Number(values.rate);
  await load(target, 'ping', perSecond, 2);
  // Half of the baseline before, half after, so that a drift of the machine shows in it too.
  const pings = [...(await load(target, 'ping', perSecond, Math.ceil(seconds / 4)))];
  const posts = await load(target, 'emit', perSecond, seconds);
  const accepted = acceptedOf(posts);
  const issues = await timesToIssue(target.api, accepted);
  pings.push(...(await load(target, 'ping', perSecond, Math.ceil(seconds / 4))));
  progressEnds();

  const issued = issues.filter((time) => time !== undefined);
  const measured = [
    ['GET /ping', latencies(pings), pings.filter(failed(200)).length],
    ['POST /invoices to 202', latencies(posts), posts.filter(failed(202)).length],
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
await onOwnStack(async (target) => {
  if (!(await measure(target))) {
    console.log('There were errors: these figures say nothing.');
    process.exitCode = 1;
  }
});
