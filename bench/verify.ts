// Events a second whose chain is verified, on one core: `npm run bench -- verify [--events N] [--rounds N]`.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { leafOf, sealOf } from '../src/audit/seal.ts';
import { NO_SEALS, type StoredRow, verifyStream } from '../src/audit/verify-stream.ts';
import { type Commit, tipAfter } from '../src/events/commit.ts';
import type { Stream } from '../src/events/event-scan.ts';
import { read } from '../src/events/event-store.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { rowOf } from '../src/projections/invoice-row.ts';
import { rowDifferences } from '../src/projections/row-differences.ts';
import { inTurns } from './in-turns.ts';
import { printMachine } from './machine.ts';
import { eventsPerSecond, syntheticStreams } from './synthetic-streams.ts';
import { printTable, ratio } from './table.ts';

const AIM = 50_000;
const POOL = 20_000;
const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
});
const [events, rounds] = [Number(values.events), Number(values.rounds)];

await printMachine();
const streams = syntheticStreams(POOL);
const perRound = Math.ceil(events / rounds);

/** The least that a chain can cost: some JSON of each commit, whatever the order of its members, and SHA-256. */
function jsonAndHash({ commits }: Stream): void {
  for (const commit of commits) createHash('sha256').update(JSON.stringify(commit)).digest('base64url');
}

const tipOf = ({ commits }: Stream) => tipAfter(commits.at(-1) as Commit);

function verify(stream: Stream, differences: StoredRow['differences']): void {
  const found = verifyStream(stream, { row: { tip: tipOf(stream), differences }, projectedBefore: '' }, NO_SEALS);
  if (found.length > 0) throw new Error(`${stream.invoiceId} does not verify`);
}

const rows = new Map(
  streams.map((stream) => {
    const { invoice, tip } = read(stream.invoiceId, stream.commits);
    return [stream.invoiceId, JSON.parse(JSON.stringify(rowOf(invoice as LivingInvoice, tip, 300)))];
  }),
);

const chain = (stream: Stream) => verify(stream, () => []);
const chainAndRow = (stream: Stream) =>
  verify(stream, (commits) => rowDifferences(stream.invoiceId, rows.get(stream.invoiceId), commits));

const rates = inTurns(
  {
    'JSON.stringify and createHash (baseline)': () => eventsPerSecond(streams, perRound, jsonAndHash),
    'chain, against a witness': () => eventsPerSecond(streams, perRound, chain),
    'chain and row': () => eventsPerSecond(streams, perRound, chainAndRow),
    'a seal over as many commits': () => {
      const leaves = streams.flatMap(({ commits }) => commits);
      const before = process.cpuUsage();
      if (sealOf('2026-11-24', leaves, undefined).commits !== leaves.length || leafOf(leaves[0] as Commit) === '')
        throw new Error('A seal holds all commits');
      const { user, system } = process.cpuUsage(before);
      return (leaves.length * 1e6) / (user + system);
    },
  },
  rounds,
);
const baseline = rates['JSON.stringify and createHash (baseline)'];
printTable(
  `Verification: ${events} events of ${streams.length} invoices, one core, per second of processor time`,
  ['what', 'events/s', 'ratio', `aim: ${AIM}`],
  Object.entries(rates).map(([name, rate]) => [
    name,
    rate,
    ratio(rate, baseline),
    name === 'chain, against a witness' ? (rate >= AIM ? 'met' : 'missed') : '',
  ]),
);
if (rates['chain, against a witness'] < AIM) process.exitCode = 1;
