import { type DueRange, dueInOrder, dueTogether, isInOrder } from '../../events/due-order.ts';
import { type EventStore, read } from '../../events/event-store.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { laneOf } from '../../nfse/routing/lane.ts';
import { type Due as DueInLane, laneTurns, type TurnSettings } from '../lanes/turns.ts';
import type { LaneView } from '../lanes/view.ts';
import type { Workflow } from '../ports.ts';
import { workFor } from '../start-work.ts';
import { duePages } from './due-pages.ts';

/** What a reader shows of an unfinished invoice. Times are ISO 8601, UTC. */
export interface Due extends DueInLane {
  readonly invoiceId: InvoiceId;
  readonly dueAt?: string;
  readonly dps: { readonly number: number };
}

export interface ReconcileDeps<Row extends Due> {
  readonly events: Pick<EventStore, 'load'>;
  readonly workflow: Workflow;
  /** Rows that are due in a range, oldest first, from the one after `after` on. */
  readonly due: (range: DueRange, limit: number, after?: Row) => Promise<readonly Row[]>;
  /** Moves a row on, for one caller only. @returns `false` when it has moved already */
  readonly claimDue: (row: Row, dueAt: string) => Promise<boolean>;
  /** How many rows of a shard are due, or at least are. */
  readonly countDue: (shard: string, until: string) => Promise<number>;
  /** What is known of these lanes; one that is missing has nothing against it. */
  readonly lanesOf: (lanes: readonly string[]) => Promise<ReadonlyMap<string, LaneView>>;
  /** Lanes that flow although those that wait in them were put off until a moment, which is ahead. */
  readonly awake: () => Promise<readonly Awake[]>;
  /** Says so of a lane; `undefined` when nobody waits for that moment any more. Sees to its own failures: then they wait until it comes. */
  readonly putOff: (lane: string, nextLookAt: string | undefined) => Promise<void>;
  readonly now: () => Date;
  /** Until this run has to be over. */
  readonly msLeft: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** An invoice was not started; it is due again later. */
  readonly onFailure: (invoiceId: InvoiceId, error: unknown) => void;
  /** An invoice was started for the hour, and nothing has come of it. */
  readonly onStuck: (invoiceId: InvoiceId, since: string) => void;
}

export interface ReconcileSettings {
  readonly shards: readonly string[];
  /** How long an unfinished invoice may rest. */
  readonly restMs: number;
  readonly mostStarts: number;
  readonly startsPerSecond: number;
  readonly lanes: TurnSettings;
  readonly traceId?: string | undefined;
}

/** What a run did. */
export interface Reconciled {
  readonly started: number;
  /** Moved on without a start: their lanes are shut, or have enough. */
  readonly postponed: number;
  /** Taken by another run, or moved on since the index was written. */
  readonly skipped: number;
  /** Their streams have ended, and their rows do not show it yet. */
  readonly stale: number;
  readonly failed: number;
  /** Among those taken up: unmoved for an hour and more. */
  readonly stuck: number;
  /** Of the row that waited longest, when the run began: how long it was due. */
  readonly oldestDueSeconds: number;
  /** Due and not taken up, or at least so many. */
  readonly left: number;
  readonly stoppedBy: 'end' | 'time' | 'limit' | 'failures';
}

/** A lane, and the moment until which those that wait in it were put off, ISO 8601, UTC. */
export interface Awake {
  readonly lane: string;
  readonly nextLookAt: string;
}

interface Ready<Row> {
  readonly row: Row;
  /** When the lane can take it, in milliseconds. */
  readonly startAt: number;
}

const PAGE = 50;
/** Lanes that are woken in a run: each is a query a shard, and an authority of the whole country has thousands. */
const MOST_WOKEN = 50;
/** Starts at once. */
const ABREAST = 10;
/** So many failures with no success between them: workflows or the table are down, and the rest may as well stay due. */
const MOST_FAILURES = 20;
/** Also the longest wait of what nothing comes of. */
const STUCK_MS = 3_600_000;

/**
 * Starts the work again of unfinished invoices whose time has come, be they deferred or forgotten (a crash between append and start,
 * a message lost, a queue purged). It keeps no place between runs: a row that is taken up moves on, so the next run begins with what
 * this one left. It takes what is due in the order of all shards, and starts are paced: a backlog of thousands is no stampede. Each start
 * says when its message may appear, so that a lane meets its messages one after the other; an invoice whose lane cannot take it within
 * the round is not started but moved on ({@link laneTurns}). Those that were moved on because their lane was shut come as soon as it flows.
 */
export async function reconcile<Row extends Due>(
  deps: ReconcileDeps<Row>,
  { shards, restMs, mostStarts, startsPerSecond, lanes, traceId }: ReconcileSettings,
): Promise<Reconciled> {
  const begunAt = deps.now().getTime();
  const until = new Date(begunAt).toISOString();
  const counts = { started: 0, postponed: 0, skipped: 0, stale: 0, failed: 0, stuck: 0 };
  const turnOf = laneTurns(begunAt, lanes);
  const putOff = new Map<string, number>();
  let failuresInARow = 0;
  let oldestDueAt = until;
  let stoppedBy: Reconciled['stoppedBy'] = 'end';

  async function takeUp({ row, startAt }: Ready<Row>): Promise<void> {
    const { invoiceId } = row;
    const { dueAt = '' } = row;
    // What was moved on for its lane's sake has rested since it came due, and was not started in vain before.
    const since = isInOrder(dueAt) ? dueAt : (row.nextAttemptAt ?? row.updatedAt);
    const restedMs = deps.now().getTime() - Date.parse(since);
    // As long again as it has not moved: what fails at each start is tried less and less, without anybody counting.
    const waitMs = Math.max(restMs, Math.min(restedMs, STUCK_MS));
    try {
      if (!(await deps.claimDue(row, new Date(deps.now().getTime() + waitMs).toISOString()))) {
        counts.skipped++;
        return;
      }
      // The row is what a reader saw last; only the stream knows whether there is still something to do.
      const { invoice } = read(invoiceId, await deps.events.load(invoiceId));
      const work = workFor(invoice, 'reconciliation', traceId);
      if (!work) {
        counts.stale++;
        return;
      }
      await deps.workflow.start(work, Math.max(0, Math.floor((startAt - deps.now().getTime()) / 1000)));
      counts.started++;
      failuresInARow = 0;
    } catch (error) {
      counts.failed++;
      failuresInARow++;
      deps.onFailure(invoiceId, error);
    }
    if (restedMs < STUCK_MS) return;
    counts.stuck++;
    deps.onStuck(invoiceId, since);
  }

  /** @returns those that are to be started now */
  async function postpone(page: readonly Row[]): Promise<readonly Ready<Row>[]> {
    const views = await deps.lanesOf([...new Set(page.map(laneOf))]);
    const ready: Ready<Row>[] = [];
    await Promise.all(
      page.map(async (row) => {
        const lane = laneOf(row);
        const turn = turnOf(row, views.get(lane));
        if ('startInMs' in turn) {
          ready.push({ row, startAt: begunAt + turn.startInMs });
          return;
        }
        if (turn.withLane && putOff.get(lane) !== turn.lookAt) {
          putOff.set(lane, turn.lookAt);
          await deps.putOff(lane, new Date(turn.lookAt).toISOString());
        }
        try {
          if (await deps.claimDue(row, dueInOrder(turn.lookAt, row.dps.number))) counts.postponed++;
          else counts.skipped++;
          failuresInARow = 0;
        } catch (error) {
          counts.failed++;
          failuresInARow++;
          deps.onFailure(row.invoiceId, error);
        }
      }),
    );
    return ready;
  }

  function isOver(): boolean {
    if (deps.msLeft() <= 0) stoppedBy = 'time';
    else if (counts.started >= mostStarts) stoppedBy = 'limit';
    else if (failuresInARow >= MOST_FAILURES) stoppedBy = 'failures';
    return stoppedBy !== 'end';
  }

  const awake = (await deps.awake()).slice(0, MOST_WOKEN);
  const ranges = [{ until }, ...awake.map(({ nextLookAt }) => dueTogether(nextLookAt))].flatMap((range) =>
    shards.map((shard) => ({ shard, ...range })),
  );
  for await (const rows of duePages<Row>(ranges, (range, after) => deps.due(range, PAGE, after), PAGE)) {
    const oldest = rows[0]?.dueAt;
    if (oldest !== undefined && oldest < oldestDueAt) oldestDueAt = oldest;
    const ready = await postpone(rows);
    for (let start = 0; start < ready.length && !isOver(); start += ABREAST) {
      const abreast = ready.slice(start, Math.min(start + ABREAST, start + mostStarts - counts.started));
      await Promise.all([...abreast.map(takeUp), deps.pause((abreast.length * 1000) / startsPerSecond)]);
    }
    if (isOver()) break;
  }

  if (!isOver()) {
    for (const { lane } of awake) {
      if (!putOff.has(lane)) await deps.putOff(lane, undefined);
    }
  }
  const left = isOver() ? await Promise.all(shards.map((shard) => deps.countDue(shard, until))) : [];
  return {
    ...counts,
    oldestDueSeconds: Math.round((Date.parse(until) - Date.parse(oldestDueAt)) / 1000),
    left: left.reduce((sum, rows) => sum + rows, 0),
    stoppedBy,
  };
}
