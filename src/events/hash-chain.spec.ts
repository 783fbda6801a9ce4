import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deferred, draft, issued } from '../../test/invoices.ts';
import { type Commit, commitOf, hashOf, START, tipAfter } from './commit.ts';
import { verifyChain } from './hash-chain.ts';

/** A stream of so many commits, each of one or two events. */
function stream(sizes: readonly number[]): Commit[] {
  const commits: Commit[] = [];
  for (const [index, size] of sizes.entries()) {
    const last = commits.at(-1);
    const events = index === 0 ? draft().events : Array.from({ length: size }, () => deferred);
    commits.push(commitOf(draft({ tip: last ? tipAfter(last) : START, events, commitId: `commit-${index}` })));
  }
  return commits;
}

const streams = fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 6 }).map(stream);
const oneOf = (commits: readonly Commit[], pick: number) => pick % commits.length;

describe('the hash chain', () => {
  it('holds for every stream as it was written', () =>
    fc.assert(
      fc.property(streams, (commits) => {
        const last = commits.at(-1) as Commit;
        expect(verifyChain(commits, tipAfter(last))).toEqual({
          intact: true,
          commits: commits.length,
          head: last.hash,
        });
      }),
    ));

  it('holds while the witness lags behind', () =>
    fc.assert(
      fc.property(streams, fc.nat(), (commits, pick) => {
        const witness = tipAfter(commits[oneOf(commits, pick)] as Commit);
        expect(verifyChain(commits, witness).intact).toBe(true);
      }),
    ));

  it('does not verify with any commit changed, and says which', () =>
    fc.assert(
      fc.property(streams, fc.nat(), fc.constantFrom('at', 'commitId', 'events', 'next'), (commits, pick, what) => {
        const index = oneOf(commits, pick);
        const commit = commits[index] as Commit;
        const edits = { at: '2027-01-01T00:00:00.000Z', commitId: 'forged', events: [], next: commit.next + 1 };
        const edited = commits.with(index, { ...commit, [what]: edits[what] });
        expect(verifyChain(edited)).toMatchObject({
          intact: false,
          brokenAt: commit.version,
          reason: 'content-changed',
        });
      }),
    ));

  it('does not verify with a commit changed and hashed anew', () =>
    fc.assert(
      fc.property(streams, fc.nat(), (commits, pick) => {
        const index = oneOf(commits, pick);
        const forged = { ...(commits[index] as Commit), at: '2027-01-01T00:00:00.000Z' };
        const edited = commits.with(index, { ...forged, hash: hashOf(forged) });
        const isLast = index === commits.length - 1;
        expect(verifyChain(edited, tipAfter(commits.at(-1) as Commit))).toMatchObject({
          intact: false,
          reason: isLast ? 'tail-replaced' : 'link-broken',
        });
      }),
    ));

  it('does not verify with any commit missing, and says where', () =>
    fc.assert(
      fc.property(streams, fc.nat(), (commits, pick) => {
        const index = oneOf(commits, pick);
        const { version } = commits[index] as Commit;
        const witness = tipAfter(commits.at(-1) as Commit);
        expect(verifyChain(commits.toSpliced(index, 1), witness)).toEqual({
          intact: false,
          brokenAt: version,
          reason: index === commits.length - 1 ? 'tail-missing' : 'commit-missing',
        });
      }),
    ));

  it('does not verify after an edit that leaves no canonical form', () => {
    const [first] = stream([1]) as [Commit];
    expect(verifyChain([{ ...first, at: 0.5 as never }])).toMatchObject({ reason: 'content-changed' });
  });

  it('gives each commit the hash that was published for it', () => {
    // A changed canonical form would make every stored history unverifiable: this value must never change.
    expect(commitOf(draft({ events: [issued] })).hash).toBe('NXfLnHUo2065oWoMHRQtR5HTpha2ib9KuJOvhVp65ro');
  });

  const MALFORMED: readonly (readonly [string, object])[] = [
    ['no events', { events: undefined }],
    ['a text for events', { events: 'e' }],
    ['an empty list of events', { events: [], next: 1 }],
    ['an event that is null', { events: [null] }],
    ['an event without a type', { events: [{ ...draft().events[0], type: undefined }] }],
    ['no time', { at: undefined }],
    ['a number for a time', { at: 5 }],
    ['no id', { commitId: undefined }],
  ];
  it.each(MALFORMED)('does not verify with a commit that has %s, hashed like that', (_, edit) => {
    const [first] = stream([1]) as [Commit];
    const forged = { ...first, ...edit };
    expect(verifyChain([{ ...forged, hash: hashOf(forged) }])).toEqual({
      intact: false,
      brokenAt: 1,
      reason: 'content-changed',
    });
  });
});
