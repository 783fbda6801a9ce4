import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { teardown } from '../../local/teardown.ts';
import { START, tipAfter } from '../../src/events/commit.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import { event } from '../../src/events/event-types.ts';
import { invoiceIdFor } from '../../src/events/ids.ts';
import { companyCnpj, draft, emitted, issued } from '../../test/invoices.ts';
import { startLedgerEngines } from '../../test/stack/ledger-engines.ts';
import { onInterruption } from '../interruption.ts';
import { openLoop } from '../open-loop.ts';
import { progress, progressEnds } from '../progress.ts';
import { benchDatabase } from '../reporting-database.ts';
import type { Lags, Load } from './load.ts';

const WARM_UP_SECONDS = 8;
/** The authority's answer comes so long after the emission. */
const ISSUED_AFTER_MS = 500;
const LOOK_EVERY_MS = 200;
const PROJECTIONS = ['invoices', 'reporting'] as const;

/**
 * Appends what 50 invoices a second come to, `Emitted` and a while later `Issued`, straight to EventsTable. The event store, the stream and
 * both projectors are the real ones, and neither API, worker nor authorities are there to take the machine's time. A commit's lag is from the
 * time it bears, which is before it is sent, until its batch was projected.
 */
export async function measure({ perSecond, seconds }: Load): Promise<Lags> {
  const running = teardown();
  onInterruption(running.stopAll);
  process.once('exit', running.killAll);
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'nfse-ledger-bench-'));
    running.add(() => rm(dataDir, { recursive: true, force: true }));
    progress('starting the engines');
    const database = await benchDatabase();
    running.add(database.stop);
    const { client, tables, projectors } = await startLedgerEngines({ dataDir, running, say: progress });
    const events = dynamoDbEventStore({ client, tableName: tables.events });
    let since = Number.POSITIVE_INFINITY;
    const lags = new Map(PROJECTIONS.map((projection) => [projection, [] as number[]]));
    const projected = { invoices: 0, reporting: 0 };
    await projectors(({ projection, at, committedAt }) => {
      projected[projection] += committedAt.length;
      lags.get(projection)?.push(...committedAt.filter((time) => time >= since).map((time) => at - time));
    }, database.url);

    let commits = 0;
    const append = async (changes: Parameters<typeof draft>[0]) => {
      const commit = await events.append(draft({ ...changes, commitId: randomUUID(), at: new Date().toISOString() }));
      commits++;
      return commit;
    };
    const invoice = async () => {
      const requestId = randomUUID();
      const invoiceId = invoiceIdFor(companyCnpj, requestId);
      const first = await append({ invoiceId, tip: START, events: [event('Emitted', { ...emitted.data, requestId })] });
      await sleep(ISSUED_AFTER_MS);
      await append({ invoiceId, tip: tipAfter(first), events: [issued] });
    };
    const load = (forSeconds: number) =>
      openLoop(
        { perSecond, seconds: forSeconds, onSecond: (n) => progress(`invoice ${n} of ${perSecond * forSeconds}`) },
        invoice,
      );
    await load(WARM_UP_SECONDS);
    since = Date.now();
    const shots = await load(seconds);
    while (PROJECTIONS.some((projection) => projected[projection] < commits)) {
      progress(`projected: ${projected.invoices} and ${projected.reporting} of ${commits} commits`);
      await sleep(LOOK_EVERY_MS);
    }
    const errors = shots.filter(({ result }) => result instanceof Error).length;
    const slowest = Math.max(...shots.map(({ latencyMs }) => latencyMs - ISSUED_AFTER_MS));
    client.destroy();
    return {
      lags,
      remark: `projectors alone, reporting in ${database.name}, ${errors} errors, slowest invoice appended in ${slowest.toFixed(0)} ms`,
    };
  } finally {
    progressEnds();
    await running.stopAll();
  }
}
