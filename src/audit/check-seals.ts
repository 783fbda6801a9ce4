import {
  type Day,
  dayAfter,
  dayBefore,
  holds,
  isDay,
  isSameSeal,
  type Seal,
  type SealBreak,
  type SealedCommit,
  sealBreaks,
} from './seal.ts';
import type { ArchiveChange, AuditedSeals } from './sealing.ts';
import { type SealKnowledge, sealKnowledge } from './verify-stream.ts';

export type SealProblemReason =
  | SealBreak
  | ArchiveChange
  /** There is no seal at all, though commits of this day and since must have theirs. */
  | 'no-seals'
  /** The archive has the seal and the list does not. */
  | 'seal-not-listed'
  /** The list has the seal and the archive does not. */
  | 'seal-not-archived'
  /** List and archive have different seals; the archive is the one that cannot be changed. */
  | 'seal-differs'
  /** An item of the list is no seal, or is of no day. */
  | 'not-a-seal'
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
  /** The last day that may be sealed by now: today or, in the first hour of a day, yesterday comes after it. */
  readonly to: Day;
  /** The last day that must be sealed by now, unless that is `to`. */
  readonly due?: Day;
}

/** So many days without a seal, one after the other, and there is none before them. */
const MAX_GAP_DAYS = 366;
const MAX_CONCURRENT_READS = 8;

export interface CheckedSeals {
  readonly problems: readonly SealProblem[];
  readonly knowledge: SealKnowledge;
  readonly seals: readonly Seal[];
  /** Whether any day is sealed, of those that were looked at or before them. */
  readonly isAnyDaySealed: boolean;
}

/**
 * Checks the seals themselves (chain, list against archive, leaves against root), and gives what they know of the commits. Which days
 * there are is told by the archive: the list can be edited, and what was taken out of it is not overlooked for that. What was put into it,
 * under whatever day, is a problem of its own and hides no other.
 *
 * @param onDay told of each day that was looked at
 */
export async function checkSeals(
  store: AuditedSeals,
  { from, to, due = to }: SealRange,
  onDay: (done: number, days: number) => void = () => {},
): Promise<CheckedSeals> {
  const list = await store.list(from);
  const listed = new Map(list.map(({ day, seal }) => [day, seal]));
  const archive = await archivedSeals(store, { from, to });
  if (archive.size === 0 && from === undefined) await addLongAgo(archive);
  const first = from ?? [...archive.keys()].at(-1);
  const days = [...new Set([...(first === undefined ? [] : daysOf(first, to)), ...listed.keys()])].sort();

  const problems: SealProblem[] = [];
  const seals: Seal[] = [];
  const without: Day[] = [];
  const known: { day: Day; leaves: readonly SealedCommit[] }[] = [];
  for (const [index, day] of days.entries()) {
    const inList = listed.get(day);
    const archived = archive.get(day) ?? (isDay(day) ? await store.archived(day) : undefined);
    const seal = archived ?? inList;
    if (listed.has(day) && !inList) problems.push({ day, reason: 'not-a-seal' });
    if (archived) archive.set(day, archived);
    if (archived && !listed.has(day)) problems.push({ day, reason: 'seal-not-listed' });
    if (!archived && inList) problems.push({ day, reason: 'seal-not-archived' });
    if (archived && inList && !isSameSeal(archived, inList)) problems.push({ day, reason: 'seal-differs' });
    if (archived) problems.push(...(await store.changes(archived)).map((reason) => ({ day, reason })));
    if (seal) {
      seals.push(seal);
      const leaves = await store.leaves(seal);
      if (leaves && holds(seal, leaves)) known.push({ day, leaves });
      else problems.push({ day, reason: 'leaves-changed' });
    } else if (isDay(day)) without.push(day);
    onDay(index + 1, days.length);
  }
  // Each day that is missing is told, not only the first of several.
  problems.push(...sealBreaks(seals).filter(({ reason }) => reason !== 'seal-missing'));
  const before = seals.length === 0 && from !== undefined ? await archivedSeals(store, { to: dayBefore(from) }) : NONE;
  const missing = missingAmong(without, before.size > 0);
  problems.push(...missing.map((day) => ({ day, reason: 'seal-missing' as const })));
  // Only a seal that follows no other is the first one; before another one there were more.
  const firstDay = seals.find(({ day, prevHash }) => prevHash === '' && archive.has(day))?.day;
  return {
    problems,
    knowledge: sealKnowledge(known, { firstDay, lastDay: dayAfter(dayAfter(to)) }),
    seals,
    isAnyDaySealed: seals.length > 0 || before.size > 0,
  };

  /** A ledger at rest: its last seal is so old that the way back from today does not reach it. */
  async function addLongAgo(seals: Map<Day, Seal>): Promise<void> {
    for (const { day } of list.toReversed()) {
      if (!isDay(day) || day > to || !(await store.archived(day))) continue;
      for (const [found, seal] of await archivedSeals(store, { to: day })) seals.set(found, seal);
      return;
    }
  }

  /** Days before the very first seal need none. */
  function missingAmong(days: readonly Day[], isSealedBefore: boolean): readonly Day[] {
    // Somebody can put a seal of any day into the list: it tells which days must have one only where there is no archive at all.
    const kept = seals.filter(({ day }) => archive.has(day));
    const [oldest, newest] = kept.length > 0 ? [kept[0], kept.at(-1)] : [seals[0], seals.at(-1)];
    const expected = days.filter((day) => day <= due || (newest && day < newest.day));
    if (!oldest) return isSealedBefore ? expected : [];
    if (oldest.prevHash === '') return expected.filter((day) => day > oldest.day);
    return from === undefined && !listed.has(dayBefore(oldest.day)) ? [dayBefore(oldest.day), ...expected] : expected;
  }
}

const NONE: ReadonlyMap<Day, Seal> = new Map();

/** Days, both included. */
interface ArchiveRange {
  /** Without it, all since the first seal. */
  readonly from?: Day | undefined;
  readonly to: Day;
}

/** What the archive has of these days, looked for from the last one backwards: the newest first. */
export async function archivedSeals(
  store: Pick<AuditedSeals, 'archived'>,
  { from = '', to }: ArchiveRange,
): Promise<Map<Day, Seal>> {
  const found = new Map<Day, Seal>();
  let gap = 0;
  for (let day = to; isDay(day) && gap < MAX_GAP_DAYS; ) {
    const days = daysBack(day, MAX_CONCURRENT_READS).filter((one) => one >= from);
    const seals = await Promise.all(days.map((one) => store.archived(one)));
    for (const [index, seal] of seals.entries()) {
      gap = seal ? 0 : gap + 1;
      if (seal) found.set(days[index] as Day, seal);
      if (seal?.prevHash === '') return found;
    }
    const last = days.at(-1);
    if (last === undefined) return found;
    day = dayBefore(last);
  }
  return found;
}

/** A day and those before it, as many as there are to be. */
function daysBack(from: Day, count: number): Day[] {
  const days: Day[] = [];
  for (let day = from; days.length < count && isDay(day); day = dayBefore(day)) days.push(day);
  return days;
}

function daysOf(first: Day, last: Day): Day[] {
  const days: Day[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}
