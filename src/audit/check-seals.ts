import { type Day, dayAfter, holds, type Seal, type SealBreak, type SealedCommit, sealBreaks } from './seal.ts';
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

/**
 * Checks the seals themselves (chain, list against archive, leaves against root), and gives what they know of the commits.
 *
 * @param range of days to look at; `to` is the last day that should be sealed by now
 * @param onDay told of each day that was looked at
 */
export async function checkSeals(
  store: SealStore,
  range: { readonly from?: Day | undefined; readonly to: Day },
  onDay: (done: number, days: number) => void = () => {},
): Promise<{
  readonly problems: readonly SealProblem[];
  readonly knowledge: SealKnowledge;
  readonly seals: readonly Seal[];
}> {
  const listed = new Map((await store.list(range.from)).map((seal) => [seal.day, seal]));
  const first = [...listed.keys()][0];
  const days = first === undefined ? [] : daysOf(first, [...listed.keys(), range.to]);
  const problems: SealProblem[] = [];
  const seals: Seal[] = [];
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
    }
    onDay(index + 1, days.length);
  }
  problems.push(...sealBreaks(seals));
  return { problems, knowledge: sealKnowledge(known), seals };
}

function daysOf(first: Day, others: readonly Day[]): Day[] {
  const last = others.reduce((a, b) => (a > b ? a : b));
  const days: Day[] = [];
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day);
  return days;
}
