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

export type DatedCommit = Pick<Commit, 'invoiceId' | 'version' | 'hash' | 'at'>;

/** The commits of the store by their time. */
export interface CommitsByTime {
  /** Day of the oldest commit; `undefined` while there is none. */
  firstDay(): Promise<Day | undefined>;
  /** All commits of these days, both included, in any order. */
  between(from: Day, to: Day): AsyncIterable<DatedCommit>;
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
}

/** A service that did not run for long, or never sealed before, catches up over several runs. */
const MOST_DAYS = 31;

/**
 * Seals every day that is over and is not sealed yet, in their order, and looks at the last sealed day again: by now it must still have
 * the commits it was sealed with. A second run at any moment seals nothing twice, and never overwrites. The list says which days have
 * seals, the archive says which seals these are: a listed seal that is not archived is no seal.
 */
export async function sealDueDays(deps: SealingDeps, now: Date): Promise<SealingReport> {
  const due = lastDayOver(now, deps.marginMinutes);
  const { last, differing } = await lastSeal(deps.seals, due);
  if (last && last.day >= due) return { sealed: [], differing };
  const first = last ? dayAfter(last.day) : await deps.commits.firstDay();
  if (first === undefined || first > due) return { sealed: [], differing };
  const days = daysFrom(first, due).slice(0, MOST_DAYS);
  const commits = await byDay(deps.commits.between(last?.day ?? first, days.at(-1) ?? first));

  if (last && !differing.includes(last.day) && !holds(last, inSealOrder(commits.get(last.day) ?? []))) {
    differing.push(last.day);
  }
  const sealed: Seal[] = [];
  let previous = last;
  for (const day of days) {
    const ofDay = inSealOrder(commits.get(day) ?? []);
    const seal = sealOf(day, ofDay, previous);
    // An earlier run may have got as far as keeping it. What stands, stands; should it be another one, somebody has to know.
    previous = await deps.seals.put(seal, ofDay);
    if (previous.hash === seal.hash) sealed.push(previous);
    else if (!differing.includes(day)) differing.push(day);
  }
  return { sealed, differing };
}

/** The newest archived seal of those that are listed, and the days whose listed seals are others. */
async function lastSeal(seals: SealStore, due: Day): Promise<{ last: Seal | undefined; differing: Day[] }> {
  const differing: Day[] = [];
  const listed = (await seals.list()).filter(({ day }) => day <= due);
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

async function byDay(commits: AsyncIterable<DatedCommit>): Promise<Map<Day, SealedCommit[]>> {
  const days = new Map<Day, SealedCommit[]>();
  for await (const { invoiceId, version, hash, at } of commits) {
    const day = dayOf({ at });
    const others = days.get(day);
    if (others) others.push({ invoiceId, version, hash });
    else days.set(day, [{ invoiceId, version, hash }]);
  }
  return days;
}
