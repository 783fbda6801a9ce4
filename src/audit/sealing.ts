import type { Commit } from '../events/commit.ts';
import {
  type Day,
  dayAfter,
  dayBefore,
  dayOf,
  daysFrom,
  holds,
  inSealOrder,
  isDay,
  type Seal,
  type SealedCommit,
  sealHash,
  sealOf,
} from './seal.ts';

/** An item of the list. The list can be edited: `day` may be no day, and where there is no `seal`, the rest of the item is none. */
export interface ListedSeal {
  readonly day: string;
  readonly seal: Seal | undefined;
}

/** Seals as they are kept. None is ever changed. */
export interface SealStore {
  /** Everything in the list from this day on, by day. */
  list(from?: Day): Promise<readonly ListedSeal[]>;
  /** The seal of a day as the archive has it, which nobody can change; `undefined` when it is not there or is no seal. */
  archived(day: Day): Promise<Seal | undefined>;
  /**
   * Keeps a seal with its leaves, unless the day has one.
   *
   * @returns the seal that the day has now: this one, or the one that was there
   */
  put(seal: Seal, commits: readonly SealedCommit[]): Promise<Seal>;
  /** What was sealed: `undefined` when it is gone or is no list of commits. */
  leaves(seal: Seal): Promise<readonly SealedCommit[] | undefined>;
}

/** What was done to an object of the archive after it was kept. Nobody of the service can; who administers the account might. */
export type ArchiveChange =
  /** Somebody wrote another version over it. The oldest one is what was sealed. */
  | 'seal-overwritten'
  /** Somebody deleted it. Under Object Lock its versions are still there. */
  | 'seal-deleted';

/** Seals as an audit reads them: `archived` and `leaves` are the oldest versions of their objects. */
export interface AuditedSeals extends Pick<SealStore, 'list' | 'archived' | 'leaves'> {
  /** What was done to the objects of a seal, each kind once. */
  changes(seal: Seal): Promise<readonly ArchiveChange[]>;
}

export type DatedCommit = Pick<Commit, 'invoiceId' | 'version' | 'hash' | 'at'>;

/** The commits of the store by their time. */
export interface CommitsByTime {
  /** Day of the oldest commit; `undefined` while there is none. Reads the whole store. */
  firstDay(): Promise<Day | undefined>;
  /** All commits of these days, both included, in any order. Reads the whole store. */
  between(from: Day, to: Day): AsyncIterable<DatedCommit>;
  /** The commits of a day, in any order, by an index: those that were written without it are not among them. */
  indexed(day: Day): AsyncIterable<DatedCommit>;
}

export interface SealingDeps {
  readonly seals: SealStore;
  readonly commits: CommitsByTime;
  /** How long after its end a day is sealed. */
  readonly marginMinutes: number;
}

export interface SealingReport {
  readonly sealed: readonly Seal[];
  /**
   * Sealed days whose commits are no longer those that were sealed (somebody touched the store, or a commit came very late), or whose
   * listed seal is not the archived one (somebody touched the list).
   */
  readonly differing: readonly Day[];
  /** Whether the whole store was read, since the index did not give what an earlier day was sealed with. */
  readonly readWholeStore: boolean;
}

/** A service that did not run for long, or never sealed before, catches up over several runs. */
const MAX_DAYS = 31;

/**
 * Seals every day that is over and is not sealed yet, in their order, and looks at the last sealed day again: by now it must still have
 * the commits it was sealed with. A second run at any moment seals nothing twice, and never overwrites. The list says which days have
 * seals, the archive says which seals these are: a listed seal that is not archived is no seal.
 *
 * The index is used once it gives exactly what the last day with commits was sealed with. Until then, as in the first days after an
 * upgrade, the whole store is read.
 */
export async function sealDueDays(deps: SealingDeps, now: Date): Promise<SealingReport> {
  const due = lastDayOver(now, deps.marginMinutes);
  const listed = (await deps.seals.list()).filter(({ day }) => day <= due);
  const { last, differing } = await lastSeal(deps.seals, listed);
  const nothing = { sealed: [], differing, readWholeStore: false };
  if (last && last.day >= due) return nothing;
  const first = last ? dayAfter(last.day) : await deps.commits.firstDay();
  if (first === undefined || first > due) return nothing;
  const days = daysFrom(first, due).slice(0, MAX_DAYS);
  const indexHolds = last !== undefined && (await indexGivesWhatWasSealed(deps, listed, last));
  const commitsOf = indexHolds
    ? (day: Day) => indexedCommits(deps.commits, day)
    : await scannedCommits(deps.commits, last?.day ?? first, days.at(-1) ?? first);

  // An index that holds has been compared with the last day already, unless that day is empty.
  const isCompared = indexHolds && last.commits > 0;
  if (last && !differing.includes(last.day) && !isCompared && !holds(last, await commitsOf(last.day))) {
    differing.push(last.day);
  }
  const sealed: Seal[] = [];
  let previous = last;
  for (const day of days) {
    const commits = await commitsOf(day);
    const seal = sealOf(day, commits, previous);
    // An earlier run may have got as far as keeping it. What stands, stands; should it be another one, somebody has to know.
    previous = await deps.seals.put(seal, commits);
    if (previous.hash === seal.hash) sealed.push(previous);
    else if (!differing.includes(day)) differing.push(day);
  }
  return { sealed, differing, readWholeStore: !indexHolds };
}

/** Whether the newest sealed day that has any commits has all of them in the index, and no others. */
async function indexGivesWhatWasSealed(
  { seals, commits }: SealingDeps,
  listed: readonly ListedSeal[],
  last: Seal,
): Promise<boolean> {
  const days = listed.filter(({ day, seal }) => day <= last.day && seal?.commits !== 0).map(({ day }) => day);
  for (const day of days.toReversed().filter(isDay)) {
    const seal = await seals.archived(day);
    if (seal && seal.commits > 0) return holds(seal, await indexedCommits(commits, day));
  }
  return false;
}

/** The newest archived seal of those that are listed, and the days whose listed seals are others. */
async function lastSeal(
  seals: SealStore,
  listed: readonly ListedSeal[],
): Promise<{ last: Seal | undefined; differing: Day[] }> {
  const differing: Day[] = [];
  for (const { day, seal } of listed.toReversed()) {
    const last = isDay(day) ? await seals.archived(day) : undefined;
    if (!seal || last?.hash !== seal.hash || sealHash(seal) !== seal.hash) differing.push(day);
    if (last) return { last, differing };
  }
  return { last: undefined, differing };
}

/** The newest day whose end lies so long in the past that nothing of it can be under way. */
export function lastDayOver(now: Date, marginMinutes: number): Day {
  return dayBefore(dayOf({ at: new Date(now.getTime() - marginMinutes * 60_000).toISOString() }));
}

/** The commits of one day by the index, in seal order. */
async function indexedCommits(commits: CommitsByTime, day: Day): Promise<SealedCommit[]> {
  const ofDay = await Array.fromAsync(commits.indexed(day), ({ invoiceId, version, hash }) => ({
    invoiceId,
    version,
    hash,
  }));
  return inSealOrder(ofDay);
}

/** The commits of these days by one reading of the whole store, in seal order. */
async function scannedCommits(
  commits: CommitsByTime,
  from: Day,
  to: Day,
): Promise<(day: Day) => Promise<SealedCommit[]>> {
  const days = new Map<Day, SealedCommit[]>();
  for await (const { invoiceId, version, hash, at } of commits.between(from, to)) {
    const day = dayOf({ at });
    const others = days.get(day);
    if (others) others.push({ invoiceId, version, hash });
    else days.set(day, [{ invoiceId, version, hash }]);
  }
  return async (day) => inSealOrder(days.get(day) ?? []);
}
