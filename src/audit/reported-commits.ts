import type { Commit } from '../events/commit.ts';
import type { InvoiceId } from '../events/ids.ts';

/** What the reporting database copied of a commit when the commit was projected. */
export type ReportedCommit = Pick<Commit, 'version' | 'hash'>;

/** The copies of commit hashes in the reporting database, as a witness of the streams. */
export interface ReportedCommits {
  /** @returns `undefined` if the reporting database cannot be read; an invoice without copies is not in the map */
  of(invoiceIds: readonly InvoiceId[]): Promise<ReadonlyMap<InvoiceId, readonly ReportedCommit[]> | undefined>;
  /** Every invoice that has copies; ends early if the reporting database cannot be read. */
  invoices(): AsyncIterable<readonly InvoiceId[]>;
}

export interface ReportedCommitFinding {
  readonly kind: /** The stream holds another commit than the one that was copied: the commit was replaced, or its copy was edited. */
    | 'other-than-reported'
    /** The stream does not hold a commit that was copied: the commit was deleted, or its copy was made up. */
    | 'reported-commit-gone'
    /** The projection passed the commit long ago and no copy exists: the copy was deleted, or the commit was put in. */
    | 'not-reported';
  readonly version: number;
}

/**
 * Compares a stream with its copies.
 *
 * @param commits the whole stream, read after the copies
 * @param projectedBefore ISO 8601, UTC. Every commit from before that time has a copy
 */
export function compareReportedCommits(
  commits: readonly Commit[],
  copies: readonly ReportedCommit[],
  projectedBefore: string,
): ReportedCommitFinding[] {
  const found: ReportedCommitFinding[] = [];
  const copiesByVersion = Map.groupBy(copies, ({ version }) => version);
  for (const { version, hash, at } of commits) {
    // Each event of a commit has a copy. Somebody may edit one and leave the others.
    const ofCommit = copiesByVersion.get(version) ?? [];
    copiesByVersion.delete(version);
    if (ofCommit.some((copy) => copy.hash !== hash)) found.push({ kind: 'other-than-reported', version });
    else if (ofCommit.length === 0 && at < projectedBefore) found.push({ kind: 'not-reported', version });
  }
  for (const version of copiesByVersion.keys()) found.push({ kind: 'reported-commit-gone', version });
  return found;
}
