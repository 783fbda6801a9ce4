import { describe, expect, it } from 'vitest';
import { cancelRequested, deferred, draft, emitted, invoiceId, issued, newEmission } from '../../test/invoices.ts';
import { type Commit, commitOf, hashOf, START, type Tip, tipAfter } from '../events/commit.ts';
import { event, type NewEvent } from '../events/event-types.ts';
import { dayOf } from './seal.ts';
import { NO_SEALS, type ProjectedInvoice, sealKnowledge, verifyStream } from './verify-stream.ts';

/** A stream written on these days, a commit an event. */
function told(story: readonly (readonly [day: string, event: NewEvent])[], commitId = 'true'): Commit[] {
  const commits: Commit[] = [];
  for (const [day, event] of story) {
    const last = commits.at(-1);
    const tip: Tip = last ? tipAfter(last) : START;
    commits.push(commitOf(draft({ tip, events: [event], commitId, at: `${day}T12:00:00.000Z` })));
  }
  return commits;
}

const STORY = [
  ['2026-11-10', emitted],
  ['2026-11-10', deferred],
  ['2026-11-11', issued],
  ['2026-11-12', cancelRequested],
] as const;
const history = told(STORY);
const witness = tipAfter(history.at(-1) as Commit);
const DAYS = ['2026-11-10', '2026-11-11'];
const seals = sealKnowledge(DAYS.map((day) => ({ day, leaves: history.filter((commit) => dayOf(commit) === day) })));

/** A row that says what the stream says, and saw it end there. */
const rowAt = (tip: Tip | 'unreadable' | undefined, members: readonly string[] = []): ProjectedInvoice => ({
  row: tip && { tip, differences: () => members },
  projectedBefore: '2026-11-12T13:00:00.000Z',
});
const verify = (commits: readonly Commit[], end: Tip = witness) =>
  verifyStream({ invoiceId, commits }, rowAt(end), seals);

describe('the verification of a history', () => {
  it('finds nothing in one that is as it was written, sealed or not sealed yet', () => {
    expect(verify(history)).toEqual([]);
    expect(verifyStream({ invoiceId, commits: history }, rowAt(witness), NO_SEALS)).toEqual([]);
  });

  it('finds a whole history replaced consistently, the projection along with it', () => {
    const forged = told(STORY, 'forged');
    expect(verify(forged, tipAfter(forged.at(-1) as Commit))).toEqual([
      { kind: 'other-than-sealed', version: 1, day: '2026-11-10' },
      { kind: 'other-than-sealed', version: 2, day: '2026-11-10' },
      { kind: 'other-than-sealed', version: 3, day: '2026-11-11' },
    ]);
  });

  it('finds it too where the forged history bears days that are not sealed yet', () => {
    const today = told(
      STORY.map(([, event]) => ['2026-11-13', event] as const),
      'forged',
    );
    expect(verify(today, tipAfter(today.at(-1) as Commit)).map(({ kind, version }) => [kind, version])).toEqual([
      ['other-than-sealed', 1],
      ['other-than-sealed', 2],
      ['other-than-sealed', 3],
    ]);
  });

  it('finds an end that was cut off, where the projection was cut along with it', () => {
    const shorter = history.slice(0, 2);
    expect(verify(shorter, tipAfter(shorter.at(-1) as Commit))).toEqual([
      { kind: 'sealed-commit-gone', version: 3, day: '2026-11-11' },
    ]);
  });

  it('finds a commit that was put in on a day that was sealed without it', () => {
    const longer = told([...STORY.slice(0, 3), ['2026-11-11', cancelRequested]]);
    expect(verify(longer, tipAfter(longer.at(-1) as Commit))).toEqual([
      { kind: 'not-in-seal', version: 4, day: '2026-11-11' },
    ]);
  });

  it('finds a history that is gone altogether', () =>
    expect(
      verifyStream({ invoiceId, commits: [] }, rowAt(undefined), seals).map(({ kind, version }) => [kind, version]),
    ).toEqual([
      ['sealed-commit-gone', 1],
      ['sealed-commit-gone', 2],
      ['sealed-commit-gone', 3],
    ]));

  it('finds commits of days before the first that was ever sealed, and of days that have not come', () => {
    const madeUp = told([
      ['2026-11-09', emitted],
      ['2026-11-14', issued],
    ]);
    const known = sealKnowledge([{ day: '2026-11-10', leaves: [] }], { firstDay: '2026-11-10', lastDay: '2026-11-13' });
    expect(verifyStream({ invoiceId, commits: madeUp }, rowAt(tipAfter(madeUp.at(-1) as Commit)), known)).toEqual([
      { kind: 'not-in-seal', version: 1, day: '2026-11-09' },
      { kind: 'dated-ahead', version: 2, day: '2026-11-14' },
    ]);
    expect(
      verifyStream({ invoiceId, commits: madeUp }, rowAt(tipAfter(madeUp.at(-1) as Commit)), sealKnowledge([])),
    ).toEqual([]);
  });

  it('finds a commit that another day was sealed with, since its time was edited for as long as that took', () => {
    const [first, ...rest] = history as [Commit, ...Commit[]];
    const moved = sealKnowledge([
      { day: '2026-11-10', leaves: rest.filter((commit) => dayOf(commit) === '2026-11-10') },
      { day: '2026-11-11', leaves: [first, ...rest.filter((commit) => dayOf(commit) === '2026-11-11')] },
    ]);
    expect(verifyStream({ invoiceId, commits: history }, rowAt(witness), moved)).toEqual([
      { kind: 'not-in-seal', version: 1, day: '2026-11-10' },
    ]);
  });

  it('tells where the chain breaks beside what the seals say', () => {
    const edited = history.with(1, { ...(history[1] as Commit), at: '2026-11-10T12:00:01.000Z' });
    expect(verify(edited)).toEqual([{ kind: 'content-changed', version: 2 }]);
  });

  it('tells that the projection is no witness any more, beside what is found without it', () => {
    const kinds = (commits: readonly Commit[]) => verifyStream({ invoiceId, commits }, rowAt('unreadable'), seals);
    expect(kinds(history)).toEqual([{ kind: 'row-unreadable', version: 4 }]);
    expect(kinds([])).toContainEqual({ kind: 'row-unreadable', version: 1 });
    expect(kinds(history.slice(0, 2)).map(({ kind }) => kind)).toEqual(['row-unreadable', 'sealed-commit-gone']);
  });

  it.each([undefined, null, 5, 'some day'])('finds a commit whose time is %j', (at) =>
    expect(verify(history.with(2, { ...(history[2] as Commit), at: at as string }))).toEqual([
      { kind: 'content-changed', version: 3 },
    ]),
  );

  it('finds a history of another company than the id was derived from, however consistent it is', () => {
    const foreign = [
      event('Emitted', { ...emitted.data, companyCnpj: '12345678000195' }),
      newEmission('pedido-119').emitted,
    ];
    for (const first of foreign) {
      const madeUp = told([['2026-11-12', first]]);
      expect(verify(madeUp, tipAfter(madeUp[0] as Commit))).toContainEqual({ kind: 'company-differs', version: 1 });
    }
  });

  it.each([null, 'some text', {}])('finds a first event whose data are %j', (data) => {
    const [first] = history as [Commit, ...Commit[]];
    const edited = { ...first, events: first.events.map((one) => ({ ...one, data })) };
    const commit = { ...edited, hash: hashOf(edited) };
    expect(verify([commit], tipAfter(commit))).toContainEqual({ kind: 'company-differs', version: 1 });
  });

  it('finds a row that does not say what the stream says', () => {
    expect(verifyStream({ invoiceId, commits: history }, rowAt(witness, ['status', 'total']), seals)).toEqual([
      { kind: 'row-differs', version: 4, members: ['status', 'total'] },
    ]);
  });

  it('finds that the row of an invoice is gone, once the projector must have written it', () => {
    const noRow = (projectedBefore: string) =>
      verifyStream({ invoiceId, commits: history }, { row: undefined, projectedBefore }, seals);
    expect(noRow('2026-11-12T13:00:00.000Z')).toEqual([{ kind: 'row-missing', version: 4 }]);
    expect(noRow('2026-11-12T12:00:00.000Z')).toEqual([]);
  });
});
