// What sealing a day takes, by how many commits the table keeps of other days:
// `npm run bench -- seal [--kept 10000,100000,1000000] [--day 2000] [--rounds 5] [--scanned 100000]`.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { localDynamoDb, startDynamoDb } from '../local/engines/dynamodb.ts';
import { createTable, defaultTableNames } from '../local/engines/tables.ts';
import { findJava } from '../local/java.ts';
import { portNear } from '../local/ports.ts';
import { type Day, dayAfter, type Seal, type SealedCommit } from '../src/audit/seal.ts';
import { type CommitsByTime, type SealStore, sealDueDays } from '../src/audit/sealing.ts';
import { type Commit, commitOf, tipAfter } from '../src/events/commit.ts';
import { commitItem } from '../src/events/dynamodb-commit.ts';
import { dynamoDbCommitsByTime } from '../src/events/dynamodb-commits-by-time.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import { TABLES } from '../src/platform/table-definitions.ts';
import { companyCnpj, draft, issued } from '../test/invoices.ts';
import { type Consumed, sumConsumedCapacity } from './consumed-capacity.ts';
import { onInterruption } from './interruption.ts';
import { printMachine } from './machine.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { printTable, ratio } from './table.ts';
import { writeItems } from './write-items.ts';

const { values } = parseArgs({
  options: {
    kept: { type: 'string', default: '10000,100000,1000000' },
    day: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '5' },
    /** The largest table that is also sealed by scanning it: the local engine reads a table once for each of its segments. */
    scanned: { type: 'string', default: '100000' },
  },
});
const sizes = values.kept.split(',').map(Number);
const [commitsOfDay, rounds, scanned] = [Number(values.day), Number(values.rounds), Number(values.scanned)];

const SEALED: Day = '2026-11-24';
const DUE = dayAfter(SEALED);
const NIGHT = new Date(`${dayAfter(DUE)}T01:10:00.000Z`);
/** How far the processor time of the largest table may be above that of the smallest. Chance alone is a few tenths. */
const MAX_PROCESSOR_RATIO = 2;

const first = commitOf(draft());
/** The commits of one realistic invoice. The sealing looks at their keys, times and hashes alone, so only these are made anew. */
const PATTERN: readonly [Commit, Commit] = [
  first,
  commitOf(draft({ tip: tipAfter(first), events: [issued], commitId: '2' })),
];

function commitNumber(n: number, day: Day): Commit {
  const pattern = PATTERN[n % 2] as Commit;
  const invoiceId = invoiceIdFor(companyCnpj, `${day}-${Math.floor(n / 2)}`);
  return { ...pattern, invoiceId, at: `${day}T12:31:00.000Z`, hash: randomBytes(32).toString('base64url') };
}

/** Days of the year before those that are sealed here. */
function keptDay(n: number): Day {
  return new Date(Date.UTC(2025, 10, 1 + (n % 365))).toISOString().slice(0, 10);
}

/** The archive of seals, in memory: what it takes is the same for every table. */
function memorySeals(seals: readonly Seal[] = []): SealStore & { readonly kept: Map<Day, Seal> } {
  const kept = new Map(seals.map((seal) => [seal.day, seal]));
  const leaves = new Map<Day, readonly SealedCommit[]>();
  return {
    kept,
    list: async () => [...kept.values()].map((seal) => ({ day: seal.day, seal })),
    archived: async (day) => kept.get(day),
    leaves: async ({ day }) => leaves.get(day),
    async put(seal, commits) {
      kept.set(seal.day, seal);
      leaves.set(seal.day, commits);
      return seal;
    },
  };
}

interface Run {
  readonly readUnits: number;
  readonly processorMs: number;
  readonly wallMs: number;
}

/** Seals the due day so many times, each time as if it had not been. */
async function measure(consumed: () => Consumed, commits: CommitsByTime, earlier: Seal, times: number): Promise<Run> {
  const runs: Run[] = [];
  for (let round = 0; round < times; round++) {
    const before = { units: consumed().rcu, cpu: process.cpuUsage(), at: performance.now() };
    const { sealed, differing } = await sealDueDays(
      { seals: memorySeals([earlier]), commits, marginMinutes: 60 },
      NIGHT,
    );
    const { user, system } = process.cpuUsage(before.cpu);
    if (sealed[0]?.commits !== commitsOfDay || differing.length > 0) throw new Error('The day was not sealed as it is');
    runs.push({
      readUnits: consumed().rcu - before.units,
      processorMs: (user + system) / 1_000,
      wallMs: performance.now() - before.at,
    });
  }
  const median = (of: (run: Run) => number) => percentilesOf(runs.map(of)).p50;
  return {
    readUnits: median(({ readUnits }) => readUnits),
    processorMs: median(({ processorMs }) => processorMs),
    wallMs: median(({ wallMs }) => wallMs),
  };
}

await printMachine();
const java = await findJava(progress);
progress('starting DynamoDB Local, in memory');
const engine = await startDynamoDb({ java, port: await portNear(undefined) });
onInterruption(() => engine.stop());
try {
  const client = localDynamoDb(engine.endpoint);
  // Nobody follows its stream here, which would take as much of the engine's memory again.
  const { stream: _, ...unstreamed } = TABLES.events;
  await createTable(client, defaultTableNames.events, unstreamed);
  const write = (from: number, to: number, dayOf: (n: number) => Day) =>
    writeItems(client, defaultTableNames.events, { from, to, itemAt: (n) => commitItem(commitNumber(n, dayOf(n))) });
  for (const day of [SEALED, DUE]) await write(0, commitsOfDay, () => day);

  const consumed = sumConsumedCapacity(client);
  const byTime = dynamoDbCommitsByTime(client, defaultTableNames.events);
  /** As it was before there was the index: every day is read from the whole table. */
  const byScan: CommitsByTime = { ...byTime, async *indexed() {} };
  const seals = memorySeals();
  await sealDueDays({ seals, commits: byTime, marginMinutes: 60 }, new Date(`${DUE}T01:10:00.000Z`));
  const earlier = seals.kept.get(SEALED) as Seal;

  const results: { readonly kept: number; readonly by: 'index' | 'scan'; readonly run: Run }[] = [];
  let kept = 0;
  for (const size of sizes) {
    await write(kept, size, keptDay);
    kept = size;
    progress(`sealing beside ${kept} kept commits`);
    await measure(consumed, byTime, earlier, 1); // warms up
    const index = await measure(consumed, byTime, earlier, rounds);
    results.push({ kept, by: 'index', run: index });
    progress(
      `${kept} kept commits: ${index.readUnits} read units, ${Math.round(index.processorMs)} ms of processor time`,
    );
    if (kept <= scanned) results.push({ kept, by: 'scan', run: await measure(consumed, byScan, earlier, 1) });
  }
  progressEnds();
  const byIndex = results.filter(({ by }) => by === 'index').map(({ run }) => run);
  const smallest = byIndex[0];
  if (!smallest) throw new RangeError('--kept takes numbers, one at least');
  printTable(
    `Sealing a day of ${commitsOfDay} commits; baseline: by the index, in the smallest table`,
    ['kept commits', 'by', 'read units', 'ratio', 'processor ms', 'ratio', 'wall ms'],
    results.map(({ kept: size, by, run: { readUnits, processorMs, wallMs } }) => [
      `${size}`,
      by,
      readUnits,
      ratio(readUnits, smallest.readUnits),
      processorMs,
      ratio(processorMs, smallest.processorMs),
      wallMs,
    ]),
  );
  const largest = byIndex.at(-1) ?? smallest;
  const same =
    largest.readUnits === smallest.readUnits && largest.processorMs <= MAX_PROCESSOR_RATIO * smallest.processorMs;
  console.log(
    `\nAim: the same read units, and at most x ${MAX_PROCESSOR_RATIO} of the processor time. ${same ? 'Met' : 'Missed'}.`,
  );
  if (!same) process.exitCode = 1;
  client.destroy();
} finally {
  await engine.stop();
}
