// Events a second that become rows, on one core: `npm run bench -- rebuild [--events N] [--rounds N]`.
import { parseArgs } from 'node:util';
import type { Stream } from '../src/events/event-scan.ts';
import type { NewEvent } from '../src/events/event-types.ts';
import { digestOf } from '../src/projections/rebuild/checksum.ts';
import { rebuiltRow } from '../src/projections/rebuild/invoices-target.ts';
import { foldedStreams } from '../src/projections/rebuild/rebuild.ts';
import { inTurns } from './in-turns.ts';
import { printMachine } from './machine.ts';
import { eventsPerSecond, syntheticStreams } from './synthetic-streams.ts';
import { printTable, ratio } from './table.ts';

const AIM = 20_000;
const POOL = 20_000;
const RECONCILE_AFTER_SECONDS = 300;
const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const [events, rounds] = [Number(values.events), Number(values.rounds)];

await printMachine();
const streams = syntheticStreams(POOL);
const perRound = Math.ceil(events / rounds);

/** A fold as it is usually written: no versions of events, no schema, no chain, and every event is believed to be possible. */
function plainFold({ commits }: Stream): void {
  let state: Record<string, unknown> = {};
  for (const { events: happened } of commits) {
    for (const { type, data, at } of happened as unknown as readonly (NewEvent & { at: string })[]) {
      state = { ...state, ...data, status: type, updatedAt: at };
    }
  }
  if (state.status === undefined) throw new Error('Something happened to every invoice');
}

function rows(stream: Stream) {
  return foldedStreams({ streams: [stream] }).map((folded) => rebuiltRow(folded, RECONCILE_AFTER_SECONDS));
}

const rates = inTurns(
  {
    'plain fold (baseline)': () => eventsPerSecond(streams, perRound, plainFold),
    'chain, upcast, schema, fold, row': () => eventsPerSecond(streams, perRound, rows),
    'the same, and the row’s checksum': () =>
      eventsPerSecond(streams, perRound, (stream) => void rows(stream).map((row) => digestOf(row))),
  },
  rounds,
);
const baseline = rates['plain fold (baseline)'];
printTable(
  `Rebuild in process: ${events} events of ${streams.length} invoices, one core, per second of processor time`,
  ['what', 'events/s', 'ratio', `aim: ${AIM}`],
  Object.entries(rates).map(([name, rate]) => [
    name,
    rate,
    ratio(rate, baseline),
    name.startsWith('plain') ? '' : rate >= AIM ? 'met' : 'missed',
  ]),
);
if (Object.values(rates).some((rate) => rate < AIM)) process.exitCode = 1;
