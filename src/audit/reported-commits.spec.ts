import { describe, expect, it } from 'vitest';
import { deferred, draft, emitted, issued } from '../../test/invoices.ts';
import { type Commit, commitOf, START, tipAfter } from '../events/commit.ts';
import { compareReportedCommits, type ReportedCommit } from './reported-commits.ts';

const at = '2026-11-12T12:00:00.000Z';
const BEFORE = '2026-11-12T11:00:00.000Z';
const AFTER = '2026-11-12T13:00:00.000Z';

function history(commitId: string): Commit[] {
  const commits: Commit[] = [];
  for (const event of [emitted, deferred, issued]) {
    const last = commits.at(-1);
    commits.push(commitOf(draft({ tip: last ? tipAfter(last) : START, events: [event], commitId, at })));
  }
  return commits;
}

const commits = history('true');
const copies: readonly ReportedCommit[] = commits.map(({ version, hash }) => ({ version, hash }));

describe('the comparison of a stream with its copies in the reporting database', () => {
  it('finds nothing in a stream that is as it was copied', () => {
    expect(compareReportedCommits(commits, copies, AFTER)).toEqual([]);
  });

  it('finds every commit of a history that was replaced consistently', () => {
    expect(compareReportedCommits(history('forged'), copies, AFTER)).toEqual([
      { kind: 'other-than-reported', version: 1 },
      { kind: 'other-than-reported', version: 2 },
      { kind: 'other-than-reported', version: 3 },
    ]);
  });

  it('finds a commit of which one of several copies differs', () => {
    expect(compareReportedCommits(commits, [{ version: 2, hash: 'other' }, ...copies], AFTER)).toEqual([
      { kind: 'other-than-reported', version: 2 },
    ]);
  });

  it('finds a copied commit that is gone, and a whole stream that is gone', () => {
    expect(compareReportedCommits(commits.slice(0, 2), copies, AFTER)).toEqual([
      { kind: 'reported-commit-gone', version: 3 },
    ]);
    expect(compareReportedCommits([], copies, AFTER).map(({ kind }) => kind)).toEqual(
      Array(3).fill('reported-commit-gone'),
    );
  });

  it('finds a commit without a copy once the projection must have passed it', () => {
    expect(compareReportedCommits(commits, copies.slice(0, 2), AFTER)).toEqual([{ kind: 'not-reported', version: 3 }]);
    expect(compareReportedCommits(commits, copies.slice(0, 2), BEFORE)).toEqual([]);
  });
});
