import { type Commit, START } from '../events/commit.ts';
import { type ChainBreak, verifyChain, type Witness } from '../events/hash-chain.ts';
import { type InvoiceId, type InvoiceOrigin, ownerOf } from '../events/ids.ts';
import type { ReportedCommitFinding } from './reported-commits.ts';
import { type Day, dayOf, isDay, type SealedCommit } from './seal.ts';
import type { DocumentFinding } from './verify-documents.ts';

export type SealFinding =
  /** The seal of the day holds another commit at this version of the invoice: the history was replaced, hashes and all. */
  | 'other-than-sealed'
  /**
   * The day is sealed or lies before the first sealed one, and no seal of it has the commit: it was put in afterwards, or its writer's
   * clock was far behind.
   */
  | 'not-in-seal'
  /** A seal holds a commit that the stream no longer has. */
  | 'sealed-commit-gone'
  /** Its day has not come yet: no seal would have it for as long. */
  | 'dated-ahead';

/** Something in a history that is not as it was written. */
export type Finding =
  | { readonly kind: ChainBreak; readonly version: number }
  /** The projection's row was edited so that it is no witness: whether the end is the true one, it cannot say. */
  | { readonly kind: 'row-unreadable'; readonly version: number }
  /** The first event names a company and a request that the invoice's id does not follow from: it was replaced, or made up. */
  | { readonly kind: 'company-differs'; readonly version: number }
  | RowFinding
  | DocumentFinding
  | ReportedCommitFinding
  | { readonly kind: SealFinding; readonly version: number; readonly day: Day };

/** The invoice has been projected long ago, and has no row: it was deleted. Or its row is not what its stream says. */
export type RowFinding =
  | { readonly kind: 'row-missing'; readonly version: number }
  | { readonly kind: 'row-differs'; readonly version: number; readonly members: readonly string[] };

/** A row of the projection. */
export interface StoredRow {
  /** The last commit that it was made of. */
  readonly tip: Witness;
  /** Names of its members that do not follow from the stream, as it was at the row's version. */
  differences(commits: readonly Commit[]): readonly string[];
}

/** What the projection says of a stream. */
export interface ProjectedInvoice {
  readonly row: StoredRow | undefined;
  /** ISO 8601, UTC. What happened before is projected by now. */
  readonly projectedBefore: string;
}

/** What the seals know: which days are sealed, and of which commits. */
export interface SealKnowledge {
  readonly days: ReadonlySet<Day>;
  readonly leaves: ReadonlyMap<InvoiceId, readonly SealedLeaf[]>;
  /** The first day that was ever sealed, where it is known: it is the day of the oldest commit, so nothing is older. */
  readonly firstDay?: Day | undefined;
  /** The last day that a commit can be of by now. */
  readonly lastDay?: Day | undefined;
}

export interface SealedLeaf extends Pick<SealedCommit, 'version' | 'hash'> {
  readonly day: Day;
}

/** No day is sealed, or the seals are not asked. */
export const NO_SEALS: SealKnowledge = { days: new Set(), leaves: new Map() };

export function sealKnowledge(
  days: Iterable<{ readonly day: Day; readonly leaves: readonly SealedCommit[] }>,
  { firstDay, lastDay }: Pick<SealKnowledge, 'firstDay' | 'lastDay'> = {},
): SealKnowledge {
  const sealed = new Set<Day>();
  const byInvoice = new Map<InvoiceId, SealedLeaf[]>();
  for (const { day, leaves } of days) {
    sealed.add(day);
    for (const { invoiceId, version, hash } of leaves) {
      const known = byInvoice.get(invoiceId);
      if (known) known.push({ day, version, hash });
      else byInvoice.set(invoiceId, [{ day, version, hash }]);
    }
  }
  return { days: sealed, leaves: byInvoice, firstDay, lastDay };
}

/** Whether a commit of this day must be in a seal of the day. A day that lacks its seal is told of by itself, and not by each commit. */
function mustBeIn({ days, firstDay }: SealKnowledge, day: Day): boolean {
  return days.has(day) || (isDay(day) && firstDay !== undefined && day < firstDay);
}

/**
 * Everything that can be known of a stream: where its chain breaks, alone and against what the projection saw, and each commit that
 * is not as the seals have it. A history that was replaced whole, with all hashes and the projection along with it, is found by the seals
 * alone.
 *
 * @param commits all of the stream, by version
 * @param projection its row, read before the stream was
 */
export function verifyStream(
  { invoiceId, commits }: { readonly invoiceId: InvoiceId; readonly commits: readonly Commit[] },
  projection: ProjectedInvoice,
  seals: SealKnowledge,
): Finding[] {
  const witness = projection.row?.tip;
  const unreadable = witness === 'unreadable';
  const chain = verifyChain(commits, unreadable ? undefined : witness);
  const found: Finding[] = chain.intact ? [] : [{ kind: chain.reason, version: chain.brokenAt }];
  if (unreadable) found.push({ kind: 'row-unreadable', version: commits.at(-1)?.version ?? START.version });
  // The company and the row are compared with a chain that holds. Where it does not, the stream is to blame.
  if (chain.intact) {
    if (isForeign(invoiceId, commits)) found.push({ kind: 'company-differs', version: START.version });
    found.push(...rowFindings(commits, projection));
  }
  const leaves = new Map((seals.leaves.get(invoiceId) ?? []).map((leaf) => [leaf.version, leaf]));
  for (const commit of commits) {
    const { version } = commit;
    const leaf = leaves.get(version);
    leaves.delete(version);
    if (leaf && leaf.hash !== commit.hash) found.push({ kind: 'other-than-sealed', version, day: leaf.day });
    const day = dayOf(commit);
    // A leaf of another day is one of an item whose time somebody had edited when that day was sealed.
    if (leaf?.day !== day && mustBeIn(seals, day)) found.push({ kind: 'not-in-seal', version, day });
    if (isDay(day) && seals.lastDay !== undefined && day > seals.lastDay) {
      found.push({ kind: 'dated-ahead', version, day });
    }
  }
  for (const { version, day } of leaves.values()) found.push({ kind: 'sealed-commit-gone', version, day });
  return found;
}

/**
 * Whether the first event names a company and a request that the invoice's id does not follow from.
 *
 * @param commits a stream whose chain is intact; empty ones are nobody's
 */
export function isForeign(invoiceId: InvoiceId, [first]: readonly Commit[]): boolean {
  if (!first) return false;
  // The chain shows that there is an event, and not what it says.
  const origin = first.events[0]?.data as InvoiceOrigin | null | undefined;
  return !origin || ownerOf(invoiceId, origin) === undefined;
}

function rowFindings(commits: readonly Commit[], { row, projectedBefore }: ProjectedInvoice): RowFinding[] {
  const last = commits.at(-1);
  if (!last) return [];
  if (!row) return last.at < projectedBefore ? [{ kind: 'row-missing', version: last.version }] : [];
  if (row.tip === 'unreadable') return [];
  const members = row.differences(commits);
  return members.length > 0 ? [{ kind: 'row-differs', version: row.tip.version - 1, members }] : [];
}
