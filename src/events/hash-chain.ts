import { type Commit, hashOf, isCommit, START, type Tip } from './commit.ts';

/** Where the projection saw a stream end, or that its row was edited and does not say so any more. */
export type Witness = Tip | 'unreadable';

export type ChainBreak =
  /** The commit's content does not give its hash: somebody edited it. */
  | 'content-changed'
  /** The commit is not chained to the one before: that one was replaced. */
  | 'link-broken'
  /** No commit has this version, yet later ones exist. */
  | 'commit-missing'
  /** The projection has seen more than the stream holds: its end was cut off. */
  | 'tail-missing'
  /** The projection has seen another commit at the end of the stream than the one that stands there now. */
  | 'tail-replaced';

export type ChainVerdict =
  | { readonly intact: true; readonly commits: number; readonly head: string }
  | { readonly intact: false; readonly brokenAt: number; readonly reason: ChainBreak };

/**
 * Walks a stream from its first commit and tells where the chain first breaks.
 *
 * @param commits all commits of one stream, by version
 * @param witness where somebody else (the projection) has seen the stream end; a chain alone cannot notice a lost tail
 */
export function verifyChain(commits: readonly Commit[], witness?: Tip): ChainVerdict {
  let tip: Tip = START;
  let witnessed = witness === undefined || witness.version === START.version;
  for (const commit of commits) {
    if (commit.version !== tip.version) return broken(tip.version, 'commit-missing');
    if (hashMismatch(commit)) return broken(commit.version, 'content-changed');
    if (commit.prevHash !== tip.hash) return broken(commit.version, 'link-broken');
    tip = { version: commit.next, hash: commit.hash };
    if (witness && !witnessed && tip.version >= witness.version) {
      // A commit that steps over where the witness saw the stream end is not the one that it saw.
      if (tip.version > witness.version || tip.hash !== witness.hash) return broken(commit.version, 'tail-replaced');
      witnessed = true;
    }
  }
  if (!witnessed) return broken(tip.version, 'tail-missing');
  return { intact: true, commits: commits.length, head: tip.hash };
}

function hashMismatch(commit: Commit): boolean {
  try {
    return !isCommit(commit) || hashOf(commit) !== commit.hash || commit.next !== commit.version + commit.events.length;
  } catch {
    return true; // an edit may leave something that has no canonical form at all
  }
}

function broken(brokenAt: number, reason: ChainBreak): ChainVerdict {
  return { intact: false, brokenAt, reason };
}
