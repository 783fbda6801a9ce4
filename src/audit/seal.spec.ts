import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InvoiceId } from '../events/ids.ts';
import {
  asSeal,
  dayAfter,
  dayBefore,
  holds,
  inSealOrder,
  leavesText,
  prover,
  proves,
  readLeaves,
  type Seal,
  type SealedCommit,
  sealBreaks,
  sealOf,
} from './seal.ts';

const commit = fc.record({
  invoiceId: fc.stringMatching(/^inv_[0-9a-h]{2}$/) as fc.Arbitrary<InvoiceId>,
  version: fc.integer({ min: 1, max: 12 }),
  hash: fc.stringMatching(/^[\w-]{8}$/),
});
const commits = fc
  .uniqueArray(commit, { maxLength: 20, selector: ({ invoiceId, version }) => `${invoiceId} ${version}` })
  .map(inSealOrder);
const someCommits = commits.filter(({ length }) => length > 0);
const DAY = '2026-02-28';

/** Seals of consecutive days, the first of them over these commits. */
function chain(first: readonly SealedCommit[], days: number): Seal[] {
  const seals = [sealOf(DAY, first, undefined)];
  for (let n = 1; n < days; n++) {
    const before = seals.at(-1) as Seal;
    seals.push(sealOf(dayAfter(before.day), [], before));
  }
  return seals;
}

describe('a seal', () => {
  it('is the same whoever lists the commits of the day, in any order', () =>
    fc.assert(
      fc.property(commits, (sealed) => {
        expect(sealOf(DAY, inSealOrder(sealed.toReversed()), undefined)).toEqual(sealOf(DAY, sealed, undefined));
      }),
    ));

  it('holds for the commits that it was made of, and for no others', () =>
    fc.assert(
      fc.property(someCommits, fc.nat(), fc.constantFrom('removed', 'changed', 'moved'), (sealed, pick, what) => {
        const seal = sealOf(DAY, sealed, undefined);
        expect(holds(seal, sealed)).toBe(true);
        const at = pick % sealed.length;
        const one = sealed[at] as SealedCommit;
        const others = {
          removed: sealed.toSpliced(at, 1),
          changed: sealed.with(at, { ...one, hash: 'another' }),
          moved: sealed.with(at, { ...one, version: one.version + 100 }),
        }[what];
        expect(holds(seal, others)).toBe(false);
      }),
    ));

  it('keeps a list of its leaves that reads back', () =>
    fc.assert(
      fc.property(commits, (sealed) => {
        expect(readLeaves(leavesText(sealed))).toEqual(sealed);
      }),
    ));

  it.each(['inv_1 1', 'inv_1 1 hash', 'inv_1 one hash\n', 'inv_1 1\n', 'inv_1 1 hash more\n', '\n'])(
    'does not take %j for a list of leaves',
    (text) => expect(readLeaves(text)).toBeUndefined(),
  );

  it('proves each of its commits, and no other', () =>
    fc.assert(
      fc.property(someCommits, fc.nat(), (sealed, pick) => {
        const seal = sealOf(DAY, sealed, undefined);
        const proof = prover(DAY, sealed)(sealed[pick % sealed.length] as SealedCommit);
        if (!proof) throw new Error('It is in the seal');
        expect(proves(proof, seal)).toBe(true);
        expect(proves({ ...proof, hash: 'another' }, seal)).toBe(false);
        expect(proves({ ...proof, day: dayAfter(DAY) }, seal)).toBe(false);
        expect(proves(proof, { ...seal, root: 'another' })).toBe(false);
        expect(prover(DAY, sealed)({ ...proof, hash: 'another' })).toBeUndefined();
      }),
    ));
});

describe('the chain of seals', () => {
  it('holds as it was made, from any day on', () =>
    fc.assert(
      fc.property(commits, fc.integer({ min: 1, max: 5 }), fc.nat(), (sealed, days, pick) => {
        expect(sealBreaks(chain(sealed, days).slice(pick % days))).toEqual([]);
      }),
    ));

  it('breaks where a seal was edited, made anew or taken out', () => {
    const seals = chain([], 4);
    const second = seals[1] as Seal;
    const [, day, next] = seals.map((seal) => seal.day);
    expect(sealBreaks(seals.with(1, { ...second, commits: 9 }))).toEqual([{ day, reason: 'seal-changed' }]);
    expect(sealBreaks(seals.toSpliced(1, 1))).toEqual([{ day, reason: 'seal-missing' }]);
    const forged = sealOf(second.day, [{ invoiceId: 'inv_1' as InvoiceId, version: 1, hash: 'h' }], seals[0]);
    expect(sealBreaks(seals.with(1, forged))).toEqual([{ day: next, reason: 'seal-link-broken' }]);
  });

  it('goes by the calendar', () => {
    expect(dayAfter('2028-02-28')).toBe('2028-02-29');
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
    expect(dayBefore('2026-03-01')).toBe('2026-02-28');
  });
});

describe('a value that is to be a seal', () => {
  const seal = sealOf(DAY, [], sealOf(dayBefore(DAY), [], undefined));

  it('is one as it was made, and loses what does not belong to it', () =>
    expect([asSeal(seal), asSeal({ ...seal, more: 1 })]).toEqual([seal, seal]));

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'seal'],
    ['a list', [seal]],
    ['of another kind', { ...seal, v: 2 }],
    ['of no day', { ...seal, day: 'hello' }],
    ['of a day that no calendar has', { ...seal, day: '2026-02-30' }],
    ['of half a commit', { ...seal, commits: 0.5 }],
    ['of fewer than no commits', { ...seal, commits: -1 }],
    ['without a root', { ...seal, root: undefined }],
    ['with a path for a root', { ...seal, root: '../../seal' }],
    ['with a number for a hash', { ...seal, hash: 1 }],
    ['chained to half a hash', { ...seal, prevHash: 'half' }],
  ])('is none: %s', (_, value) => expect(asSeal(value)).toBeUndefined());
});
