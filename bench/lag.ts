// How far the projections are behind the event store under a steady load: `npm run bench -- lag [--rate N] [--seconds N] [--whole-stack]`.
import { parseArgs } from 'node:util';
import type { Lags, Load } from './lag/load.ts';
import { printMachine } from './machine.ts';
import { percentilesOf } from './percentiles.ts';
import { printTable } from './table.ts';

const AIM_MS = { p50: 500, p99: 3_000 };

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '40' },
    'whole-stack': { type: 'boolean', default: false },
  },
});

await printMachine();
const { measure } = values['whole-stack']
  ? await import('./lag/whole-stack.ts')
  : await import('./lag/projectors-alone.ts');
const load: Load = { perSecond: Number(values.rate), seconds: Number(values.seconds) };
const { lags, remark }: Lags = await measure(load);
printTable(
  `Lag of the projections, ${load.perSecond} invoices/s for ${load.seconds} s, ${remark}; aims: p50 ≤ ${AIM_MS.p50} ms, p99 ≤ ${AIM_MS.p99} ms`,
  ['projection', 'commits', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms', 'aims'],
  [...lags].map(([projection, values]) => {
    const { p50, p95, p99, max } = percentilesOf(values);
    const met = p50 <= AIM_MS.p50 && p99 <= AIM_MS.p99;
    return [projection, values.length, p50, p95, p99, max, met ? 'met' : 'missed'];
  }),
);
