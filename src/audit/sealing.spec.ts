import { describe, expect, it } from 'vitest';
import type { InvoiceId } from '../events/ids.ts';
import { dayOf, type Seal, type SealedCommit, sealBreaks, sealOf } from './seal.ts';
import { type DatedCommit, type ListedSeal, lastDayOver, type SealStore, sealDueDays } from './sealing.ts';

const commit = (invoice: string, at: string, hash = 'h'): DatedCommit => ({
  invoiceId: `inv_${invoice}` as InvoiceId,
  version: 1,
  hash,
  at,
});

const listed = (seals: readonly Seal[]): ListedSeal[] => seals.map((seal) => ({ day: seal.day, seal }));
const sealsIn = async (store: SealStore) => (await store.list()).flatMap(({ seal }) => seal ?? []);

function memorySeals() {
  const kept = new Map<string, { seal: Seal; leaves: readonly SealedCommit[] }>();
  const store: SealStore = {
    list: async () => listed([...kept.values()].map(({ seal }) => seal)).sort((a, b) => (a.day < b.day ? -1 : 1)),
    async put(seal, leaves) {
      const there = kept.get(seal.day);
      if (there) return there.seal;
      kept.set(seal.day, { seal, leaves });
      return seal;
    },
    archived: async (day) => kept.get(day)?.seal,
    leaves: async ({ day }) => kept.get(day)?.leaves,
  };
  return { kept, store };
}

/** @param indexed those that the index has */
const inOrder = (commits: readonly DatedCommit[], indexed = commits) => ({
  firstDay: async () => commits.map(dayOf).sort()[0],
  async *between(from: string, to: string) {
    yield* commits.filter((one) => dayOf(one) >= from && dayOf(one) <= to);
  },
  async *indexed(day: string) {
    yield* indexed.filter((one) => dayOf(one) === day);
  },
});

const MARGIN = 60;
const commits = [
  commit('a', '2026-11-20T10:00:00.000Z'),
  commit('b', '2026-11-20T23:59:59.999Z'),
  commit('c', '2026-11-22T00:00:00.000Z'),
];

describe('sealing', () => {
  it('seals every day that is over, those without commits too, each chained to the one before', async () => {
    const { kept, store } = memorySeals();
    const deps = { seals: store, commits: inOrder(commits), marginMinutes: MARGIN };
    const { sealed, differing } = await sealDueDays(deps, new Date('2026-11-23T01:00:00Z'));
    expect(sealed.map(({ day, commits }) => [day, commits])).toEqual([
      ['2026-11-20', 2],
      ['2026-11-21', 0],
      ['2026-11-22', 1],
    ]);
    expect(differing).toEqual([]);
    expect(sealBreaks(sealed)).toEqual([]);
    expect(kept.get('2026-11-20')?.leaves.map(({ invoiceId }) => invoiceId)).toEqual(['inv_a', 'inv_b']);
  });

  it('waits until the margin after the end of a day has passed', async () => {
    expect(lastDayOver(new Date('2026-11-23T00:59:59Z'), MARGIN)).toBe('2026-11-21');
    expect(lastDayOver(new Date('2026-11-23T01:00:00Z'), MARGIN)).toBe('2026-11-22');
  });

  it('does nothing a second time, and nothing while there is no commit', async () => {
    const { store } = memorySeals();
    const deps = { seals: store, commits: inOrder(commits), marginMinutes: MARGIN };
    const now = new Date('2026-11-23T02:00:00Z');
    await sealDueDays(deps, now);
    expect(await sealDueDays(deps, now)).toEqual({ sealed: [], differing: [], readWholeStore: false });
    const empty = { ...deps, seals: memorySeals().store, commits: inOrder([]) };
    expect(await sealDueDays(empty, now)).toEqual({ sealed: [], differing: [], readWholeStore: false });
  });

  it('goes on after any number of days on which it did not run', async () => {
    const { store } = memorySeals();
    const deps = { seals: store, commits: inOrder(commits), marginMinutes: MARGIN };
    for (let run = 0; run < 3; run++) await sealDueDays(deps, new Date('2027-01-15T02:00:00Z'));
    const seals = await sealsIn(store);
    expect(seals.at(-1)?.day).toBe('2027-01-14');
    expect(sealBreaks(seals)).toEqual([]);
  });

  it('tells when the last sealed day no longer has the commits it was sealed with, and changes nothing', async () => {
    const { store } = memorySeals();
    const deps = { seals: store, commits: inOrder(commits), marginMinutes: MARGIN };
    await sealDueDays(deps, new Date('2026-11-23T02:00:00Z'));
    const before = await sealsIn(store);
    const forged = commits.with(2, commit('c', '2026-11-22T00:00:00.000Z', 'forged'));
    const late = [...commits, commit('d', '2026-11-22T10:00:00.000Z')];
    for (const touched of [forged, late]) {
      const report = await sealDueDays({ ...deps, seals: memoryCopy(before), commits: inOrder(touched) }, NEXT);
      expect(report).toMatchObject({ sealed: [{ day: '2026-11-23' }], differing: ['2026-11-22'] });
    }
  });

  it('goes on from a seal that was kept before a crash, and tells when it would be another one now', async () => {
    const { store } = memorySeals();
    const deps = { seals: store, commits: inOrder(commits), marginMinutes: MARGIN };
    await sealDueDays(deps, new Date('2026-11-23T02:00:00Z'));
    const [first, ...rest] = await sealsIn(store);
    // The list does not know the later ones yet, the store has them.
    const behind: SealStore = { ...store, list: async () => listed([first as Seal]) };
    expect(await sealDueDays({ ...deps, seals: behind }, new Date('2026-11-23T02:00:00Z'))).toEqual({
      sealed: rest,
      differing: [],
      readWholeStore: false,
    });
    const late = inOrder([...commits, commit('d', '2026-11-22T10:00:00.000Z')]);
    expect(
      await sealDueDays({ ...deps, seals: behind, commits: late }, new Date('2026-11-23T02:00:00Z')),
    ).toMatchObject({ sealed: [{ day: '2026-11-21' }], differing: ['2026-11-22'] });
  });

  it('goes on from the archived seal, whatever somebody wrote into the list, and tells of it', async () => {
    const { store } = memorySeals();
    const deps = { seals: store, commits: inOrder(commits), marginMinutes: MARGIN };
    await sealDueDays(deps, new Date('2026-11-23T02:00:00Z'));
    const archived = await sealsIn(store);
    const last = archived.at(-1) as Seal;
    const forged = sealOf(last.day, [], archived.at(-2));
    const rewritten = { ...last, root: forged.root };
    const invented = sealOf('2026-11-23', [], forged);
    const noSeal = (day: string): ListedSeal => ({ day, seal: undefined });
    const ends: [ListedSeal[], string[]][] = [
      [listed([forged]), [last.day]],
      [listed([rewritten]), [last.day]],
      [listed([last, invented]), ['2026-11-23']],
      [listed([last, { ...invented, day: '2099-01-01' }]), []],
      [[noSeal(last.day)], [last.day]],
      [[...listed([last]), noSeal('2026-11-23')], ['2026-11-23']],
      [[...listed([last]), noSeal('2026-11-22, at noon')], ['2026-11-22, at noon']],
    ];
    for (const [end, differing] of ends) {
      const copy = memoryCopy(archived);
      const seals = { ...copy, list: async () => [...listed(archived.slice(0, -1)), ...end] };
      const touched = await sealDueDays({ ...deps, seals, commits: inOrder(commits) }, NEXT);
      expect(touched).toMatchObject({ sealed: [{ day: '2026-11-23', prevHash: last.hash }], differing });
    }
    const early = { ...store, list: async () => listed([...archived.slice(0, -1), forged]) };
    expect(await sealDueDays({ ...deps, seals: early }, new Date('2026-11-23T02:00:00Z'))).toEqual({
      sealed: [],
      differing: [last.day],
      readWholeStore: false,
    });
  });
});

describe('sealing by the index', () => {
  /** Sealed up to the 22nd; the store then has these commits, of which the index has some. */
  async function sealedThen(now: readonly DatedCommit[], indexed: readonly DatedCommit[], first = commits) {
    const { kept, store } = memorySeals();
    await sealDueDays(
      { seals: store, commits: inOrder(first), marginMinutes: MARGIN },
      new Date('2026-11-23T02:00:00Z'),
    );
    const asked: string[] = [];
    const source = inOrder(now, indexed);
    const between = (from: string, to: string) => {
      asked.push(`${from} ${to}`);
      return source.between(from, to);
    };
    const deps = { seals: store, commits: { ...source, between }, marginMinutes: MARGIN };
    const report = await sealDueDays(deps, NEXT);
    return { report, asked, leaves: kept.get('2026-11-23')?.leaves.map(({ invoiceId }) => invoiceId) };
  }
  const next = [commit('f', '2026-11-23T09:00:00.000Z'), commit('e', '2026-11-23T08:00:00.000Z')];
  const all = [...commits, ...next];

  it('reads no other day of the store, once the index gave what the day before was sealed with', async () => {
    const { report, asked, leaves } = await sealedThen(all, all);
    expect(report).toMatchObject({ sealed: [{ day: '2026-11-23', commits: 2 }], differing: [], readWholeStore: false });
    expect([asked, leaves]).toEqual([[], ['inv_e', 'inv_f']]);
  });

  it('reads the whole store while days were sealed that the index does not have, as after an upgrade', async () => {
    const { report, asked, leaves } = await sealedThen(all, next.slice(0, 1));
    expect(report).toMatchObject({ sealed: [{ day: '2026-11-23', commits: 2 }], differing: [], readWholeStore: true });
    expect([asked, leaves]).toEqual([['2026-11-22 2026-11-23'], ['inv_e', 'inv_f']]);
  });

  it('asks the last day that has any commits, where those after it are empty', async () => {
    const early = commits.slice(0, 2);
    const { report } = await sealedThen([...early, ...next], [...early, ...next], early);
    expect(report).toMatchObject({ sealed: [{ commits: 2 }], differing: [], readWholeStore: false });
    expect((await sealedThen([...early, ...next], next, early)).report.readWholeStore).toBe(true);
  });

  it.each([
    ['lost a commit of the last sealed day', all.toSpliced(2, 1)],
    ['has one more of the last sealed day', [...all, commit('x', '2026-11-22T10:00:00.000Z')]],
    ['has another hash', all.with(2, commit('c', '2026-11-22T00:00:00.000Z', 'forged'))],
  ])('reads the whole store when the index %s, and blames no day whose commits are there', async (_, indexed) => {
    const { report } = await sealedThen(all, indexed);
    expect(report).toMatchObject({ sealed: [{ day: '2026-11-23', commits: 2 }], differing: [], readWholeStore: true });
  });

  it('tells of a commit that came late to an empty day', async () => {
    const early = commits.slice(0, 2);
    const late = [...early, commit('x', '2026-11-22T10:00:00.000Z'), ...next];
    expect((await sealedThen(late, late, early)).report).toMatchObject({
      differing: ['2026-11-22'],
      readWholeStore: false,
    });
  });
});

const NEXT = new Date('2026-11-24T02:00:00Z');

function memoryCopy(seals: readonly Seal[]): SealStore {
  const { kept, store } = memorySeals();
  for (const seal of seals) kept.set(seal.day, { seal, leaves: [] });
  return store;
}
