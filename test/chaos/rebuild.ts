import { setTimeout as sleep } from 'node:timers/promises';
import { syntheticStreams } from '../../bench/synthetic-streams.ts';
import { StackError } from '../../local/stack-error.ts';
import { dynamoDbEventScan } from '../../src/events/dynamodb-event-scan.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import type { EventScan } from '../../src/events/event-scan.ts';
import { liveInvoices } from '../../src/projections/live-invoices.ts';
import { dynamoDbProjectionStates } from '../../src/projections/projection-states.ts';
import { Checksum } from '../../src/projections/rebuild/checksum.ts';
import { seededRandom } from '../faults/seeded-random.ts';
import { startLedgerEngines } from '../stack/ledger-engines.ts';
import { nfse } from '../stack/nfse.ts';
import { fill, foldedDigest } from './rebuild/events-table.ts';
import { type KilledRun, killedRebuilds } from './rebuild/killed-rebuilds.ts';
import { type Reader, startReader, startWriter, type Writer } from './rebuild/traffic.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';

export const title =
  'a rebuild of InvoicesTable that is killed ten times while invoices are written, projected and read';

const INVOICES = 20_000;
const KILLS = 10;
const SEGMENTS = 4;
/** So many checkpoints, whatever the number of invoices: a kill has to fall between them. */
const CHECKPOINTS = 100;
/** Commits a story has, taken all together. */
const COMMITS_AN_INVOICE = 2.5;
const LOOK_EVERY_MS = 1_000;
const AFTER_SWITCH_MS = 3_000;

/** What a rebuild that came to its end printed. */
interface Rebuilt {
  readonly table: string;
  readonly rows: number;
  readonly liveChecksum: string;
  readonly builtChecksum: string;
  readonly differing: readonly unknown[];
}

/** The command is the real one, each run a process of its own; so are the projector and the engine. */
export async function run(options: ScenarioOptions): Promise<Report> {
  const { invoices = INVOICES, seed, progress, running, dataDir } = options;
  const random = seededRandom(seed);
  const engines = await startLedgerEngines({ dataDir, running, say: progress });
  const { client, tables, environment } = engines;
  const events = dynamoDbEventStore({ client, tableName: tables.events });
  let projected = 0;
  await engines.projectors(({ committedAt }) => {
    projected += committedAt.length;
  });

  const streams = syntheticStreams(invoices * COMMITS_AN_INVOICE).slice(0, invoices);
  const seeded = streams.reduce((sum, { commits }) => sum + commits.length, 0);
  await fill(client, tables.events, streams, (done) => progress(`${done} of ${seeded} commits written`));
  const untilProjected = async (commits: number) => {
    for (; projected < commits; await sleep(LOOK_EVERY_MS)) progress(`${projected} of ${commits} commits projected`);
  };
  await untilProjected(seeded);

  const live = liveInvoices({ client, tables, freshSeconds: 1, nowMs: Date.now });
  const ids = streams.map(({ invoiceId }) => invoiceId);
  const [writer, reader] = [startWriter(events), startReader(live, events, ids, random)];
  const began = performance.now();
  const table = `${tables.invoices}-2`;
  const states = dynamoDbProjectionStates(client, tables.projections);
  const page = Math.ceil(seeded / CHECKPOINTS);
  const args = ['projections', 'rebuild', 'invoices', '--segments', String(SEGMENTS), '--page', String(page)];
  const points = Array.from({ length: KILLS - 1 }, () => random() * seeded).sort((a, b) => a - b);
  const runs = await killedRebuilds(
    {
      args,
      environment,
      states,
      table,
      segments: SEGMENTS,
      running,
      random,
      onKilled: (killed) => progress(`killed ${killed.length} times, ${killed.at(-1)?.after.commits} commits folded`),
    },
    [...points, undefined],
  );
  progress('the last run');
  await rebuild(args, environment);
  const seconds = (performance.now() - began) / 1000;
  await writer.stop();
  await untilProjected(seeded + writer.appended.commits);
  progress('comparing both tables with what all events fold to');
  const rebuilt = await rebuild(args, environment);
  const scan = dynamoDbEventScan({ client, tableName: tables.events, events });
  const folded = await foldedChecksum(scan);
  const switched = await nfse(['projections', 'switch', 'invoices', '--json'], environment);
  await sleep(AFTER_SWITCH_MS);
  await reader.stop();
  client.destroy();
  return report({ invoices, commits: seeded, seconds, runs, table, rebuilt, folded, switched, writer, reader });
}

/** To its end. Rows that traffic moves too fast to be compared are no difference: it is asked again. */
async function rebuild(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Rebuilt> {
  const { out, err } = await nfse([...args, '--json'], environment);
  if (!out.includes('liveChecksum')) throw new StackError(`The rebuild did not come to its end: ${out}${err}`);
  return JSON.parse(out) as Rebuilt;
}

async function foldedChecksum(scan: EventScan): Promise<Checksum> {
  const sum = new Checksum();
  for await (const { streams } of scan.segment({ segment: 0, segments: 1 })) {
    for (const { invoiceId, commits } of streams) {
      const digest = foldedDigest(invoiceId, commits);
      if (digest) sum.add(digest);
    }
  }
  return sum;
}

interface Outcome {
  readonly invoices: number;
  readonly commits: number;
  readonly seconds: number;
  readonly runs: readonly KilledRun[];
  readonly table: string;
  readonly rebuilt: Rebuilt;
  readonly folded: Checksum;
  readonly switched: { readonly code: number | null; readonly out: string };
  readonly writer: Writer;
  readonly reader: Reader;
}

const short = (checksum: string): string => checksum.slice(0, 16);

function report({
  invoices,
  commits,
  seconds,
  runs,
  table,
  rebuilt,
  folded,
  switched,
  writer,
  reader,
}: Outcome): Report {
  const { liveChecksum, builtChecksum, rows, differing } = rebuilt;
  const resumed = runs.slice(1);
  const fromCheckpoint = resumed.filter(
    ({ before, said }, index) => said.includes('continua') && before.commits >= (runs[index]?.after.commits ?? 0),
  );
  const { seen } = reader;
  return {
    summary: `${invoices} invoices of ${commits} commits, ${SEGMENTS} segments, ${runs.length} kills, traffic all the while`,
    figures: [
      ['commits folded when it was killed', runs.map(({ after }) => after.commits).join(', ')],
      [
        'killed while folding, while comparing',
        `${runs.filter(({ after }) => !after.done).length}, ${runs.filter(({ after }) => after.done).length}`,
      ],
      ['from the first start to the end', `${seconds.toFixed(0)} s, kills and starts included`],
      [
        'appended and projected meanwhile',
        `${writer.appended.commits} commits, ${writer.appended.invoices} new invoices`,
      ],
      ['reads meanwhile', `${seen.reads}, ${seen.rows} rows`],
      ['rows compared at the end', String(rows)],
    ],
    promises: [
      {
        promise: 'the rebuilt table, the live one and a fold of all events have one checksum',
        kept:
          differing.length === 0 &&
          builtChecksum === liveChecksum &&
          builtChecksum === folded.hex &&
          rows === folded.rows &&
          rows === invoices + writer.appended.invoices,
        seen: `${short(builtChecksum)}, ${short(liveChecksum)}, ${short(folded.hex)} over ${rows} rows`,
      },
      {
        promise: 'each run after the first goes on at the checkpoints',
        kept: fromCheckpoint.length === resumed.length && rebuilt.table === table,
        seen: `${fromCheckpoint.length} of ${resumed.length}, all into ${rebuilt.table}`,
      },
      {
        promise: 'every read is answered by a whole row, none of them older than before, the switch included',
        kept: seen.reads > 0 && seen.broken.length === 0,
        seen: seen.broken.join('; ') || `${seen.rows} rows, each held against its events`,
      },
      {
        promise: 'the rebuilt table can be switched to',
        kept: switched.code === 0 && switched.out.includes(`"live":"${table}"`),
        seen: switched.out.trim(),
      },
    ],
  };
}
