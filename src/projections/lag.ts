import type { Progress, Projection } from './projections-table.ts';

/** How far a projection is behind the event store, and what tells so. */
export interface Lag {
  /**
   * `current`: what was announced is projected. `waiting`: its projector cannot go on. `behind`: the other projection has seen commits
   * that this one has not, and its projector says nothing. `idle`: nothing was ever projected.
   */
  readonly state: 'current' | 'waiting' | 'behind' | 'idle';
  /** Of the oldest commit known to be missing; where none is, of the last one when it was projected. */
  readonly lagMs: number | null;
}

/** A projector that waits says so at each try, and the waits between tries grow to a minute. */
const SAID_LATELY_MS = 180_000;
/** Each projection writes its progress once a second, and batches are not taken at the same moment. */
const BESIDE_EACH_OTHER_MS = 10_000;

/** What the progress of all projections says about each, at a moment. */
export function lagOf(projection: Projection, progress: Readonly<Record<Projection, Progress>>, now: Date): Lag {
  const { committedAt, projectedAt, waiting } = progress[projection];
  const since = (time: string) => Math.max(0, now.getTime() - Date.parse(time));
  if (waiting && since(waiting.triedAt) < SAID_LATELY_MS)
    return { state: 'waiting', lagMs: since(waiting.committedAt) };
  const newest = Object.values(progress)
    .flatMap((one) => one.committedAt ?? [])
    .sort()
    .at(-1);
  if (newest !== undefined && Date.parse(newest) - Date.parse(committedAt ?? '1970') > BESIDE_EACH_OTHER_MS) {
    return { state: 'behind', lagMs: since(newest) };
  }
  if (committedAt === undefined || projectedAt === undefined) return { state: 'idle', lagMs: null };
  return { state: 'current', lagMs: Math.max(0, Date.parse(projectedAt) - Date.parse(committedAt)) };
}
