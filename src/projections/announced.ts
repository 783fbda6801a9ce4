import { type Commit, type Tip, tipAfter } from '../events/commit.ts';

/** Commits of one invoice as a stream announced them, each once and in their order. */
export function inOrder(announced: readonly Commit[]): Commit[] {
  return [...new Map(announced.map((commit) => [commit.version, commit])).values()].sort(
    (a, b) => a.version - b.version,
  );
}

/** Whether each commit begins where the one before ends, in version and in hash. */
export function follow(tip: Tip, commits: readonly Commit[]): boolean {
  let at = tip;
  for (const commit of commits) {
    if (commit.version !== at.version || commit.prevHash !== at.hash) return false;
    at = tipAfter(commit);
  }
  return true;
}
