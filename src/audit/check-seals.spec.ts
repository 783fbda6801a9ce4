import { describe, expect, it } from 'vitest';
import { checkSeals } from './check-seals.ts';
import { type Day, dayAfter, type Seal, sealOf } from './seal.ts';
import type { ArchiveChange, AuditedSeals, ListedSeal } from './sealing.ts';

const DAYS = ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14'];
const TO = '2026-11-14';

const SEALS: Seal[] = [];
for (const day of DAYS) SEALS.push(sealOf(day, [], SEALS.at(-1)));

/** An archive that has all seals but those of `lost`, and a list without those of `unlisted`. */
interface Kept {
  readonly unlisted?: readonly Day[];
  readonly lost?: readonly Day[];
  /** Put into the list, in the place of what it has of that day. */
  readonly edited?: readonly ListedSeal[];
  /** What was done to the archive's objects of a day. */
  readonly changed?: Readonly<Record<Day, readonly ArchiveChange[]>>;
}

function keptSeals({ unlisted = [], lost = [], edited = [], changed = {} }: Kept): AuditedSeals {
  const listed = SEALS.filter(({ day }) => !unlisted.includes(day)).map((seal) => ({ day: seal.day, seal }));
  const list = [...new Map([...listed, ...edited].map((one) => [one.day, one])).values()];
  const archive = SEALS.filter(({ day }) => !lost.includes(day));
  return {
    list: async (from = '') => list.filter(({ day }) => day >= from),
    archived: async (day) => archive.find((seal) => seal.day === day),
    leaves: async () => [],
    changes: async ({ day }) => changed[day] ?? [],
  };
}

const found = async (store: AuditedSeals, from?: Day, to = TO) => {
  const { problems, seals } = await checkSeals(store, { from, to });
  return { problems: problems.map(({ day, reason }) => `${day} ${reason}`), seals: seals.length };
};

describe('checking the seals', () => {
  it('finds nothing where every day has its seal in both places', async () =>
    expect(await found(keptSeals({}))).toEqual({ problems: [], seals: 5 }));

  it.each([
    ['the first ones', DAYS.slice(0, 2)],
    ['all', DAYS],
    ['the last ones', DAYS.slice(3)],
  ])('looks at the archived seals though somebody took %s out of the list', async (_, unlisted) => {
    const problems = unlisted.map((day) => `${day} seal-not-listed`);
    expect(await found(keptSeals({ unlisted }))).toEqual({ problems, seals: 5 });
  });

  it.each([
    ['in between', DAYS.slice(1, 3), DAYS.slice(1, 3)],
    ['at the end', DAYS.slice(3), DAYS.slice(3)],
    ['at the beginning', DAYS.slice(0, 2), DAYS.slice(1, 2)],
  ])('tells of days %s that have a seal nowhere', async (_, gone, missing) => {
    const problems = missing.map((day) => `${day} seal-missing`);
    expect(await found(keptSeals({ unlisted: gone, lost: gone }))).toEqual({ problems, seals: 5 - gone.length });
  });

  it('asks for every day since the one it is told to begin with, but those before the very first seal', async () => {
    const since = DAYS[2] ?? '';
    expect(await found(keptSeals({ unlisted: DAYS }), since)).toEqual({
      problems: DAYS.slice(2).map((day) => `${day} seal-not-listed`),
      seals: 3,
    });
    const gone = DAYS.slice(2);
    const missing = gone.map((day) => `${day} seal-missing`);
    expect(await found(keptSeals({ unlisted: gone, lost: gone }), since)).toEqual({ problems: missing, seals: 0 });
    expect(await found(keptSeals({ unlisted: gone.slice(0, 1), lost: gone.slice(0, 1) }), since)).toEqual({
      problems: missing.slice(0, 1),
      seals: 2,
    });
    expect(await found(keptSeals({}), '2026-11-01')).toEqual({ problems: [], seals: 5 });
  });

  it('wants no seal of a ledger that has none, nor of a day that may still be sealed', async () => {
    expect(await found(keptSeals({ unlisted: DAYS, lost: DAYS }))).toEqual({ problems: [], seals: 0 });
    const to = dayAfter(TO);
    expect((await checkSeals(keptSeals({}), { to, due: TO })).problems).toEqual([]);
    expect((await checkSeals(keptSeals({}), { to })).problems).toEqual([{ day: to, reason: 'seal-missing' }]);
  });

  it.each(['hello', '', '2026-02-30', '2026-11-2', '9999-99-99'])(
    'tells of an item of the list whose day is %j, and checks all others',
    async (day) => {
      const edited = [{ day, seal: undefined }];
      const problems = [`${day} not-a-seal`, ...DAYS.slice(1, 2).map((gone) => `${gone} seal-not-listed`)].sort();
      const { problems: told, seals } = await found(keptSeals({ edited, unlisted: DAYS.slice(1, 2) }));
      expect([told.toSorted(), seals]).toEqual([problems, 5]);
    },
  );

  it('tells of an item that is no seal, and takes the archived seal of its day', async () => {
    const [first, second] = DAYS as [Day, Day];
    const spoiled = (day: Day) => ({ day, seal: undefined });
    expect(await found(keptSeals({ edited: [spoiled(second)] }))).toEqual({
      problems: [`${second} not-a-seal`],
      seals: 5,
    });
    expect(await found(keptSeals({ edited: [spoiled(second)], lost: [second] }))).toEqual({
      problems: [`${second} not-a-seal`, `${second} seal-missing`],
      seals: 4,
    });
    expect((await found(keptSeals({ edited: DAYS.map(spoiled), lost: DAYS }), first)).problems).toHaveLength(5);
  });

  it.each(['0000-01-01', '0001-01-01', '2099-12-31', '9999-12-31'])(
    'asks for no other day because the list has a seal of %s, which was never archived',
    async (day) => {
      const invented = sealOf(day, [], SEALS.at(-1));
      const asked: Day[] = [];
      const store = keptSeals({ edited: [{ day, seal: invented }] });
      const archived = async (one: Day) => {
        asked.push(one);
        return store.archived(one);
      };
      expect(await found({ ...store, archived })).toEqual({ problems: [`${day} seal-not-archived`], seals: 6 });
      expect(asked.length).toBeLessThan(20);
    },
  );

  it('tells of seals that somebody wrote over or deleted, though their oldest versions are as they were', async () => {
    const [first, second] = DAYS as [Day, Day];
    const changed = { [first]: ['seal-overwritten'], [second]: ['seal-overwritten', 'seal-deleted'] } as const;
    expect(await found(keptSeals({ changed }))).toEqual({
      problems: [`${first} seal-overwritten`, `${second} seal-overwritten`, `${second} seal-deleted`],
      seals: 5,
    });
  });

  it.each<Partial<Seal>>([
    { root: 'x'.repeat(43) },
    { commits: 7 },
    { prevHash: 'x'.repeat(43) },
    { hash: 'x'.repeat(43) },
  ])('tells of a listed seal that says %j, whatever hash it has', async (edit) => {
    const [day, seal] = [DAYS[2] as Day, SEALS[2] as Seal];
    const edited = [{ day, seal: { ...seal, ...edit } }];
    expect(await found(keptSeals({ edited }))).toEqual({ problems: [`${day} seal-differs`], seals: 5 });
  });

  it('knows the first day that was ever sealed, unless the seals before the oldest one are gone', async () => {
    const firstDay = async (kept: Kept) => (await checkSeals(keptSeals(kept), { to: TO })).knowledge.firstDay;
    expect(await firstDay({})).toBe(DAYS[0]);
    const gone = DAYS.slice(0, 1);
    expect(await firstDay({ unlisted: gone, lost: gone })).toBeUndefined();
  });

  it('knows whether any day is sealed', async () => {
    const isAnyDaySealed = async (kept: Kept, from?: Day) =>
      (await checkSeals(keptSeals(kept), { to: TO, from })).isAnyDaySealed;
    expect(await isAnyDaySealed({})).toBe(true);
    const gone = DAYS.slice(2);
    expect(await isAnyDaySealed({ unlisted: gone, lost: gone }, DAYS[2])).toBe(true);
    expect(await isAnyDaySealed({ unlisted: DAYS, lost: DAYS }, DAYS[2])).toBe(false);
    expect(await isAnyDaySealed({ unlisted: DAYS, lost: DAYS })).toBe(false);
  });

  it('finds the seals of a ledger that has been at rest for years', async () => {
    const to = '2030-01-01';
    const { problems } = await checkSeals(keptSeals({ unlisted: DAYS.slice(0, 1) }), { to });
    expect(problems[0]).toEqual({ day: DAYS[0], reason: 'seal-not-listed' });
    expect(problems.at(-1)).toEqual({ day: to, reason: 'seal-missing' });
  });
});
