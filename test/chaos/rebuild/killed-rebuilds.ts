import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Teardown } from '../../../local/teardown.ts';
import type { ProjectionStates, SegmentCheckpoint } from '../../../src/projections/projection-states.ts';
import { startNfse } from '../../stack/nfse.ts';

const LOOK_EVERY_MS = 50;
/** A kill comes at any moment after its point: between two checkpoints, within a write, while rows are compared. */
const LATEST_MS = 400;

/** How far the segments are. */
export interface Reached {
  readonly commits: number;
  readonly done: boolean;
}

/** One run of `nfse projections rebuild` that was killed. */
export interface KilledRun {
  readonly before: Reached;
  readonly after: Reached;
  /** What the command said first: that it begins, or that it goes on. */
  readonly said: string;
}

export interface KilledRebuildsOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly states: ProjectionStates;
  /** The table that is being made. */
  readonly table: string;
  readonly segments: number;
  readonly running: Teardown;
  readonly random: () => number;
  readonly onKilled: (runs: readonly KilledRun[]) => void;
}

/**
 * Starts the command again and again, and kills it each time once so many commits are folded and a moment more has passed.
 *
 * @param points commits, ascending; `undefined` stands for the comparison, when all are folded
 */
export async function killedRebuilds(
  options: KilledRebuildsOptions,
  points: readonly (number | undefined)[],
): Promise<readonly KilledRun[]> {
  const runs: KilledRun[] = [];
  while (runs.length < points.length) {
    const run = await killedAt(options, points[runs.length]);
    if (!run) continue;
    runs.push(run);
    options.onKilled(runs);
  }
  return runs;
}

/** @returns `undefined` when it was done before it could be killed */
async function killedAt(options: KilledRebuildsOptions, point: number | undefined): Promise<KilledRun | undefined> {
  const { args, environment, running, random } = options;
  const before = await reached(options);
  const child = startNfse(args, environment);
  running.add(
    async () => void child.kill('SIGKILL'),
    () => child.kill('SIGKILL'),
  );
  const over = once(child, 'close');
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const isThere = async () => {
    const { commits, done } = await reached(options);
    return said !== '' && (point === undefined ? done : commits >= point);
  };
  while (child.exitCode === null && !(await isThere())) await sleep(LOOK_EVERY_MS);
  await sleep(random() * LATEST_MS);
  child.kill('SIGKILL');
  await over;
  if (child.signalCode !== 'SIGKILL') return undefined;
  return { before, after: await reached(options), said: said.split('\n')[0] ?? '' };
}

async function reached({ states, table, segments }: KilledRebuildsOptions): Promise<Reached> {
  const checkpoints: readonly SegmentCheckpoint[] = await states.checkpoints('invoices', table);
  return {
    commits: checkpoints.reduce((sum, { commits }) => sum + commits, 0),
    done: checkpoints.length === segments && checkpoints.every(({ done }) => done),
  };
}
