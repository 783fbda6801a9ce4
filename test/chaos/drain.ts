import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended } from '../../local/child.ts';
import { laneBench } from './lanes/lane-bench.ts';
import { freshMessage, MUNICIPALITIES } from './lanes/messages.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title = 'workers that are told to stop under load, one after the other';

const INVOICES = 2000;
const LATENCY_MS = 1000;
/** At the most; a smaller scenario stops a worker after a quarter of its invoices. */
const MAX_HANDLED_BETWEEN_STOPS = 100;
const LOOK_EVERY_MS = 50;
const LONGEST_STOP_MS = 110_000;
/** Far longer than the scenario: what only this would bring back was not put back. */
const VISIBILITY_SECONDS = 600;

interface Stop {
  readonly tookMs: number;
  readonly exit: string;
  readonly unfinished: number;
  readonly putBack: number;
  /** Messages that nobody could receive when the worker had gone. */
  readonly hidden: number;
}

/** A worker at a time; each is stopped in the middle of its work and the next goes on, until all is done. */
export async function run(options: ScenarioOptions): Promise<Report> {
  const { invoices = INVOICES, progress } = options;
  const bench = await laneBench(options, 1000);
  const calls = new Map<string, number>();
  let handled = 0;
  const works = Array.from({ length: invoices }, (_, n) =>
    freshMessage(n, MUNICIPALITIES[n % MUNICIPALITIES.length] ?? '', new Date()),
  );
  await bench.send(works);
  const stops: Stop[] = [];
  while (handled < invoices) {
    progress(`${stops.length} workers stopped, ${handled} of ${invoices} invoices done`);
    let stopped: { readonly unfinished: number; readonly putBack: number } = { unfinished: -1, putBack: -1 };
    const child = await bench.worker({ latencyMs: LATENCY_MS, visibilitySeconds: VISIBILITY_SECONDS }, (told) => {
      if (told.kind === 'called') calls.set(told.invoiceId, (calls.get(told.invoiceId) ?? 0) + 1);
      if (told.kind === 'handled') handled++;
      if (told.kind === 'stopped') stopped = told;
    });
    const due = Math.min(invoices, handled + Math.min(MAX_HANDLED_BETWEEN_STOPS, invoices / 4));
    while (handled < due && child.exitCode === null) await sleep(LOOK_EVERY_MS);
    const began = performance.now();
    child.kill('SIGTERM');
    const exit = await ended(child);
    if (child.connected) await once(child, 'disconnect'); // what it said last may come after its end
    const tookMs = performance.now() - began;
    const { hidden } = await bench.depth();
    stops.push({ tookMs, exit, ...stopped, hidden });
    if (exit !== '0' || hidden > 0) break; // what is hidden comes back after the scenario's time
  }
  return report(invoices, handled, calls, stops);
}

function report(invoices: number, handled: number, calls: ReadonlyMap<string, number>, stops: readonly Stop[]): Report {
  const twice = [...calls].filter(([, count]) => count > 1);
  const slowest = Math.max(...stops.map(({ tookMs }) => tookMs));
  const sum = (count: (stop: Stop) => number) => stops.reduce((total, stop) => total + count(stop), 0);
  return {
    summary: `${invoices} invoices, ${LATENCY_MS} ms a call, a worker stopped after ${Math.min(MAX_HANDLED_BETWEEN_STOPS, invoices / 4)} of them, and the next one`,
    figures: [
      ['workers stopped', String(stops.length)],
      ['longest stop', `${(slowest / 1000).toFixed(1)} s`],
      ['put back untouched', String(sum(({ putBack }) => putBack))],
      ['invoices done', String(handled)],
    ],
    promises: [
      {
        promise: 'every worker leaves in time, with nothing unfinished',
        kept: slowest <= LONGEST_STOP_MS && stops.every(({ exit, unfinished }) => exit === '0' && unfinished === 0),
        seen: stops.map(({ exit, unfinished }) => `${exit}/${unfinished}`).join(' '),
      },
      {
        promise: 'what was not begun can be received at once',
        kept: stops.every(({ hidden }) => hidden === 0),
        seen: `${sum(({ hidden }) => hidden)} hidden messages left behind`,
      },
      {
        promise: 'no message is handled twice by the provider',
        kept: twice.length === 0,
        seen: `${calls.size} invoices called for, ${twice.length} more than once`,
      },
      { promise: 'every invoice is done', kept: handled === invoices, seen: `${handled} of ${invoices}` },
    ],
  };
}
