import { describe, expect, it } from 'vitest';
import { checkSeals } from './check-seals.ts';
import { type Day, dayAfter, type Seal, sealOf } from './seal.ts';
import type { SealStore } from './sealing.ts';

const DAYS = ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14'];
const TO = '2026-11-14';

const SEALS: Seal[] = [];
for (const day of DAYS) SEALS.push(sealOf(day, [], SEALS.at(-1)));

/** An archive that has all seals but those of `lost`, and a list without those of `unlisted`. */
function keptSeals({ unlisted = [], lost = [] }: { unlisted?: readonly Day[]; lost?: readonly Day[] }): SealStore {
  const archive = SEALS.filter(({ day }) => !lost.includes(day));
  return {
    list: async (from = '') => SEALS.filter(({ day }) => day >= from && !unlisted.includes(day)),
    archived: async (day) => archive.find((seal) => seal.day === day),
    put: async (seal) => seal,
    leaves: async () => [],
  };
}

const found = async (store: SealStore, from?: Day, to = TO) => {
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
});
