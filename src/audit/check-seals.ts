import {
  type Day,
  dayAfter,
  dayBefore,
  holds,
  type Seal,
  type SealBreak,
  type SealedCommit,
  sealBreaks,
} from './seal.ts';
import type { SealStore } from './sealing.ts';
import { type SealKnowledge, sealKnowledge } from './verify-stream.ts';

export type SealProblemReason =
  | SealBreak
  /** The archive has the seal and the list does not. */
  | 'seal-not-listed'
  /** The list has the seal and the archive does not. */
  | 'seal-not-archived'
  /** List and archive have different seals; the archive is the one that cannot be changed. */
  | 'seal-differs'
  /** What was sealed is gone, or is no longer what the root was made of. */
  | 'leaves-changed';

export interface SealProblem {
  readonly day: Day;
  readonly reason: SealProblemReason;
}

/** Days to look at. */
export interface SealRange {
  /** Every day from here on is asked for; without it, every day since the first seal. */
  readonly from?: Day | undefined;
  /** The last day that may be sealed by now. */
  readonly to: Day;
  /** The last day that must be sealed by now, unless that is `to`. */
  readonly due?: Day;
}

/** So many days without a seal, one after the other, and there is none before them. */
const LONGEST_GAP_DAYS = 366;

/**
 * Checks the seals themselves (chain, list against archive, leaves against root), and gives what they know of the commits. Which days
 * there are is told by the archive: the list can be edited, and what was taken out of it is not overlooked for that.
 *
 * @param onDay told of each day that was looked at
 */
export async function checkSeals(
  store: SealStore,
  { from, to, due = to }: SealRange,
  onDay: (done: number, days: number) => void = () => {},
): Promise<{
  readonly problems: readonly SealProblem[];
  readonly knowledge: SealKnowledge;
  readonly seals: readonly Seal[];
}> {
  const listed = new Map((await store.list(from)).map((seal) => [seal.day, seal]));
  const [firstListed] = listed.keys();
  const start = firstListed !== undefined && firstListed < to ? firstListed : to;
  const first = from ?? (await firstArchived(store, start)) ?? firstListed;
  const days = first === undefined ? [] : daysOf(first, [...listed.keys(), to]);
  const problems: SealProblem[] = [];
  const seals: Seal[] = [];
  const without: Day[] = [];
  const known: { day: Day; leaves: readonly SealedCommit[] }[] = [];
  for (const [index, day] of days.entries()) {
    const inList = listed.get(day);
    const archived = await store.archived(day);
    const seal = archived ?? inList;
    if (archived && !inList) problems.push({ day, reason: 'seal-not-listed' });
    if (!archived && inList) problems.push({ day, reason: 'seal-not-archived' });
    if (archived && inList && archived.hash !== inList.hash) problems.push({ day, reason: 'seal-differs' });
    if (seal) {
      seals.push(seal);
      const leaves = await store.leaves(seal);
      if (leaves && holds(seal, leaves)) known.push({ day, leaves });
      else problems.push({ day, reason: 'leaves-changed' });
    } else without.push(day);
    onDay(index + 1, days.length);
  }
  // Each day that is missing is told, not only the first of several.
  problems.push(...sealBreaks(seals).filter(({ reason }) => reason !== 'seal-missing'));
  const missing = await missingAmong(without);
  problems.push(...missing.map((day) => ({ day, reason: 'seal-missing' as const })));
  return { problems, knowledge: sealKnowledge(known), seals };

  /** Days before the very first seal need none. */
  async function missingAmong(days: readonly Day[]): Promise<readonly Day[]> {
    const [oldest, newest] = [seals[0], seals.at(-1)];
    const expected = days.filter((day) => day <= due || (newest && day < newest.day));
    if (!oldest) return from !== undefined && (await firstArchived(store, dayBefore(from))) ? expected : [];
    if (oldest.prevHash === '') return expected.filter((day) => day > oldest.day);
    return from === undefined ? [dayBefore(oldest.day), ...expected] : expected;
  }
}

/** The oldest day with a seal in the archive, looked for from this day backwards. */
async function firstArchived(store: SealStore, start: Day): Promise<Day | undefined> {
  let first: Day | undefined;
  let gap = 0;
  for (let day = start; gap < LONGEST_GAP_DAYS; day = dayBefore(day)) {
    const seal = await store.archived(day);
    gap = seal ? 0 : gap + 1;
    if (seal) first = day;
    if (seal?.prevHash === '') return first;
  }
  return first;
}

function daysOf(first: Day, others: readonly Day[]): Day[] {
  const last = others.reduce((a, b) => (a > b ? a : b));
  const days: Day[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}
