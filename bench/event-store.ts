// Our event store against Castore's, on one DynamoDB Local:
// `npm run bench -- store [--rounds N] [--invoices N] [--concurrency N]`.
import { parseArgs } from 'node:util';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { localDynamoDb, startDynamoDb } from '../local/engines/dynamodb.ts';
import { createTables } from '../local/engines/tables.ts';
import { findJava } from '../local/java.ts';
import { portNear } from '../local/ports.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import { companyCnpj } from '../test/invoices.ts';
import { createCastoreTable } from './castore-table.ts';
import { type ConcurrentRun, newConcurrentRun, operationsPerSecond, runConcurrently } from './concurrent-run.ts';
import { type Consumed, sumConsumedCapacity } from './consumed-capacity.ts';
import { type Contestant, castore, nfseLedger } from './contestants.ts';
import { onInterruption } from './interruption.ts';
import { printMachine } from './machine.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';

const CONTESTANTS = { Castore: castore, 'nfse-ledger': nfseLedger } as const;
const BASELINE = 'Castore';
const OPERATIONS = ['append', 'load'] as const;

type Name = keyof typeof CONTESTANTS;
type Runs = Readonly<Record<(typeof OPERATIONS)[number], ConcurrentRun>>;

const NAMES = Object.keys(CONTESTANTS) as Name[];
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    invoices: { type: 'string', default: '400' },
    concurrency: { type: 'string', default: '16' },
  },
});
const [rounds, invoices, concurrency] = [Number(values.rounds), Number(values.invoices), Number(values.concurrency)];

async function oneRound(contestant: Contestant, runs: Runs, round: number): Promise<void> {
  const ids = Array.from({ length: invoices }, (_, n) => invoiceIdFor(companyCnpj, `${round}-${n}`));
  await runConcurrently(runs.append, ids, concurrency, async (invoiceId, timed) => {
    const { issue } = await timed(() => contestant.emit(invoiceId));
    await timed(issue);
  });
  await runConcurrently(runs.load, ids, concurrency, (invoiceId, timed) => timed(() => contestant.load(invoiceId)));
}

/** Rounds in turn, the first to go changing with each; what the warm-up rounds took is thrown away. */
async function measure(client: DynamoDBDocumentClient): Promise<Readonly<Record<Name, Runs>>> {
  const warmUp = 2;
  const newRuns = (): Runs => ({ append: newConcurrentRun(), load: newConcurrentRun() });
  const discarded = newRuns();
  const runs = { Castore: newRuns(), 'nfse-ledger': newRuns() };
  const contestants = { Castore: castore(client), 'nfse-ledger': nfseLedger(client) };
  for (let round = 1 - warmUp; round <= rounds; round++) {
    progress(round > 0 ? `round ${round} of ${rounds}` : 'warming up');
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
      await oneRound(contestants[name], round > 0 ? runs[name] : discarded, round);
    }
  }
  progressEnds();
  return runs;
}

/** Of one invoice, from its emission to its issue, each store used as it is meant to be. */
async function capacityOf(endpoint: string, name: Name): Promise<Consumed> {
  const client = localDynamoDb(endpoint);
  const consumed = sumConsumedCapacity(client);
  const contestant = CONTESTANTS[name](client);
  const invoiceId = invoiceIdFor(companyCnpj, 'capacity');
  const { issue, readsBeforeIssue } = await contestant.emit(invoiceId);
  if (readsBeforeIssue) await contestant.load(invoiceId);
  await issue();
  client.destroy();
  return consumed();
}

/** Processor time of this process for one operation; the engine's is not in it. */
const processorMs = (run: ConcurrentRun): number => run.processorMs / run.latenciesMs.length;

function printSpeed(runs: Readonly<Record<Name, Runs>>): void {
  printTable(
    `Event store: ${rounds} rounds of ${invoices} invoices (2 appends, 1 load each), ${concurrency} at a time; baseline: ${BASELINE}`,
    ['operation', 'store', 'op/s', 'ratio', 'p50 ms', 'ratio', 'p99 ms', 'ratio', 'processor ms', 'ratio'],
    OPERATIONS.flatMap((operation) => {
      const base = runs[BASELINE][operation];
      const basePercentiles = percentilesOf(base.latenciesMs);
      return NAMES.map((name) => {
        const run = runs[name][operation];
        const [perSecond, { p50, p99 }] = [operationsPerSecond(run), percentilesOf(run.latenciesMs)];
        return [
          operation,
          name,
          Math.round(perSecond),
          ratio(perSecond, operationsPerSecond(base)),
          p50,
          ratio(p50, basePercentiles.p50),
          p99,
          ratio(p99, basePercentiles.p99),
          processorMs(run),
          ratio(processorMs(run), processorMs(base)),
        ];
      });
    }),
  );
}

async function printCapacity(endpoint: string): Promise<void> {
  const consumed = await Promise.all(NAMES.map(async (name) => ({ name, ...(await capacityOf(endpoint, name)) })));
  const [base] = consumed;
  printTable(
    `Capacity of one invoice, emitted and issued; baseline: ${BASELINE}, which reads the stream before it issues`,
    ['store', 'WCU', 'ratio', 'RCU', 'ratio'],
    consumed.map(({ name, wcu, rcu }) => [name, wcu, ratio(wcu, base?.wcu ?? 0), rcu, ratio(rcu, base?.rcu ?? 0)]),
  );
}

await printMachine();
const java = await findJava(progress);
progress('starting DynamoDB Local, in memory');
const dynamoDb = await startDynamoDb({ java, port: await portNear(undefined) });
onInterruption(() => dynamoDb.stop());
try {
  const client = localDynamoDb(dynamoDb.endpoint);
  await Promise.all([createTables(client), createCastoreTable(client)]);
  const runs = await measure(client);
  printSpeed(runs);
  await printCapacity(dynamoDb.endpoint);
  client.destroy();
} finally {
  await dynamoDb.stop();
}
