import type { EventScan, ScanPage } from '../../events/event-scan.ts';
import { type Building, begin, type Comparison, compared, type ProjectionName } from '../projection-state.ts';
import { initialState, type ProjectionStates, type SegmentCheckpoint } from '../projection-states.ts';
import { type ComparedTable, type ComparisonResult, compare } from './compare.ts';
import { type FoldedStream, foldStream } from './fold-stream.ts';

/** The read model that is rebuilt. A table of it is written to by a guard of versions, so that any row may come twice and late. */
export interface RebuildTarget {
  readonly projection: ProjectionName;
  /** The table that is live before the first rebuild. */
  readonly configured: string;
  tableOf(generation: number): string;
  /** Makes the table if it is not there, as the live one is. */
  create(table: string, live: string): Promise<void>;
  write(table: string, streams: readonly FoldedStream[]): Promise<void>;
  compared(table: string): ComparedTable;
}

export interface RebuildDeps {
  readonly scan: EventScan;
  readonly states: ProjectionStates;
  readonly target: RebuildTarget;
  /** For so long a projector may not know yet that there is a table to fill. */
  readonly announceMs: number;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly progress: (progress: RebuildProgress) => void;
}

export type RebuildProgress =
  | { readonly phase: 'announcing'; readonly table: string; readonly resumed: boolean; readonly segments: number }
  | {
      readonly phase: 'folding';
      readonly commits: number;
      /** Of these, commits that an earlier run had done: they say nothing about the pace of this one. */
      readonly before: number;
      readonly invoices: number;
      /** About how many commits there are. */
      readonly estimate: number;
    }
  | { readonly phase: 'comparing'; readonly rows: number; readonly estimate: number };

export interface Rebuilt extends ComparisonResult {
  readonly table: string;
  readonly commits: number;
  readonly invoices: number;
}

export const PAUSE_BETWEEN_LOOKS_MS = 300;

/**
 * Fills a new table from all events, beside the live one and while live events reach both, then compares the two. Killed at any
 * moment and started again it goes on at its checkpoints; what is done twice then does no harm. Two at a time do no harm either.
 *
 * @throws CannotRebuild at the first history that cannot be folded; what was done until there is kept
 */
export async function rebuild(deps: RebuildDeps, segments: number): Promise<Rebuilt> {
  const { states, target } = deps;
  const building = await announced(deps, segments);
  const saved = new Map((await states.checkpoints(target.projection, building.table)).map((one) => [one.segment, one]));
  const parts = Array.from(
    { length: building.segments },
    (_, segment): SegmentCheckpoint =>
      saved.get(segment) ?? { segment, table: building.table, commits: 0, invoices: 0, done: false },
  );
  const before = parts.reduce((sum, { commits }) => sum + commits, 0);
  const estimate = await deps.scan.estimate();
  const tell = () =>
    deps.progress({
      phase: 'folding',
      commits: parts.reduce((sum, { commits }) => sum + commits, 0),
      before,
      invoices: parts.reduce((sum, { invoices }) => sum + invoices, 0),
      estimate,
    });
  tell();
  await allOrFirstFailure(
    parts.map((part) => (stopped) => {
      return foldSegment(deps, building, part, stopped, (checkpoint) => {
        parts[part.segment] = checkpoint;
        tell();
      });
    }),
  );
  const result = await compareTables(deps);
  return {
    ...result,
    table: building.table,
    commits: parts.reduce((sum, { commits }) => sum + commits, 0),
    invoices: parts.reduce((sum, { invoices }) => sum + invoices, 0),
  };
}

/**
 * Makes the table known to the projector before anything is scanned: an event that is appended later reaches the new table by the
 * projector, one that was appended earlier is in the scan, and none is in neither.
 */
async function announced(deps: RebuildDeps, segments: number): Promise<Building> {
  const { states, target } = deps;
  const was = await states.read(target.projection);
  const state = was ?? initialState(target.configured);
  const next = begin(state, { tableOf: target.tableOf, segments, at: deps.now().toISOString() });
  const building = next.building as Building;
  const resumed = next === state;
  await target.create(building.table, next.live);
  if (!resumed) await states.replace(target.projection, was, next);
  deps.progress({ phase: 'announcing', table: building.table, resumed, segments: building.segments });
  const since = resumed ? Date.parse(building.since) : deps.now().getTime();
  await deps.sleep(Math.max(0, since + deps.announceMs - deps.now().getTime()));
  return building;
}

async function foldSegment(
  deps: RebuildDeps,
  building: Building,
  from: SegmentCheckpoint,
  stopped: () => boolean,
  onCheckpoint: (checkpoint: SegmentCheckpoint) => void,
): Promise<void> {
  if (from.done) return;
  const { states, target, scan } = deps;
  let checkpoint = from;
  const save = async (change: Partial<SegmentCheckpoint>) => {
    checkpoint = { ...checkpoint, ...change };
    await states.saveCheckpoint(target.projection, checkpoint);
    onCheckpoint(checkpoint);
  };
  const { segment } = from;
  for await (const page of scan.segment({ segment, segments: building.segments, after: from.after })) {
    if (stopped()) return;
    await target.write(building.table, foldedStreams(page));
    await save({
      after: page.after,
      commits: checkpoint.commits + page.streams.reduce((sum, { commits }) => sum + commits.length, 0),
      invoices: checkpoint.invoices + page.streams.length,
    });
  }
  await save({ done: true });
}

/** Pure, and nearly all of what a rebuild asks of the processor. @throws CannotRebuild */
export function foldedStreams({ streams }: Pick<ScanPage, 'streams'>): FoldedStream[] {
  return streams.flatMap((stream) => foldStream(stream) ?? []);
}

/** Compares the rebuilt table with the live one, and keeps what came of it for the switch. */
async function compareTables(deps: RebuildDeps): Promise<ComparisonResult> {
  const { states, target, progress, now, sleep } = deps;
  const was = await states.read(target.projection);
  if (!was?.building) throw new Error('A rebuild that is complete has a table');
  const estimate = (await states.checkpoints(target.projection, was.building.table)).reduce(
    (sum, { invoices }) => sum + invoices,
    0,
  );
  let rows = 0;
  const result = await compare(
    target.compared(was.live),
    target.compared(was.building.table),
    () => sleep(PAUSE_BETWEEN_LOOKS_MS),
    (more) => {
      rows += more;
      progress({ phase: 'comparing', rows, estimate });
    },
  );
  const { liveChecksum, builtChecksum, differing } = result;
  const comparison: Comparison = {
    at: now().toISOString(),
    rows: result.rows,
    liveChecksum,
    builtChecksum,
    differing: differing.length,
  };
  await states.replace(target.projection, was, compared(was, comparison));
  return result;
}

/** Runs all side by side. When one fails the others stop at their next page, and only then is the failure told. */
async function allOrFirstFailure(runs: readonly ((stopped: () => boolean) => Promise<void>)[]): Promise<void> {
  let failed = false;
  const results = await Promise.allSettled(
    runs.map((run) =>
      run(() => failed).catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    ),
  );
  const first = results.find((result) => result.status === 'rejected');
  if (first) throw first.reason;
}
