import { describe, expect, it } from 'vitest';
import {
  type ArchivedDay,
  type ArchivedDocument,
  type ArchivedPart,
  type ArchivingDeps,
  archiveDueDays,
  type Packs,
} from './archiving.ts';

const SHARDS = ['00', '01', '02'];
const DAMAGED = 'damaged';
const TODAY = '2026-11-26';
const NOW = new Date(`${TODAY}T02:00:00Z`);
const YESTERDAY = '2026-11-25';
const WINDOW = ['2026-11-22', '2026-11-23', '2026-11-24', YESTERDAY];
const nameOf = ({ day, shard }: ArchivedPart) => `${day}#${shard}`;

/** A table and an archive in memory. @param documents by part, then by key */
function installation(documents: Record<string, Record<string, string>> = {}) {
  const table = new Map(Object.entries(documents).map(([part, all]) => [part, new Map(Object.entries(all))]));
  const archive = new Map<string, ArchivedDocument[][]>();
  const remembered = new Map<string, ArchivedDay>();
  const failures: string[] = [];
  const listed: string[] = [];
  const packs: Packs = {
    async *of(part) {
      yield* archive.get(nameOf(part)) ?? [];
    },
    async put(part, number, pack) {
      const there = archive.get(nameOf(part)) ?? [];
      if (number <= there.length) return false;
      expect(number).toBe(there.length + 1);
      archive.set(nameOf(part), [...there, [...pack]]);
      return true;
    },
  };
  const deps: ArchivingDeps = {
    async list(part) {
      listed.push(nameOf(part));
      const there = new Map(table.get(nameOf(part)));
      return {
        keys: [...there.keys()].sort(),
        read: async (key) => (there.get(key) === DAMAGED ? undefined : there.get(key)),
      };
    },
    packs,
    days: {
      from: async (day) => [...remembered.keys()].filter((one) => one >= day).sort(),
      remember: async (day) => void remembered.set(day.day, day),
    },
    daysWithDocuments: async () => undefined,
    shards: SHARDS,
    daysInTable: WINDOW.length,
    marginMinutes: 60,
    late: () => false,
    onFailure: (part) => void failures.push(nameOf(part)),
  };
  const put = (part: string, key: string, content: string) =>
    table.set(part, new Map([...(table.get(part) ?? []), [key, content]]));
  const keysIn = (part: string) => (archive.get(part) ?? []).map((pack) => pack.map(({ key }) => key));
  return { deps, archive, remembered, failures, listed, put, keysIn };
}

const NOTHING = { archived: [], documents: 0, damaged: [], failed: 0, unarchivedSeconds: 0 };

describe('archiving', () => {
  it('packs each part of every day that is over, and remembers the days, those without documents too', async () => {
    const { deps, remembered, keysIn } = installation({
      [`${YESTERDAY}#00`]: { a: 'A', b: 'B' },
      [`${YESTERDAY}#02`]: { c: 'C' },
      '2026-11-23#01': { d: 'D' },
      [`${TODAY}#00`]: { e: 'E' },
    });
    expect(await archiveDueDays(deps, NOW)).toEqual({ ...NOTHING, archived: WINDOW, documents: 4 });
    expect(keysIn(`${YESTERDAY}#00`)).toEqual([['a', 'b']]);
    expect(keysIn(`${YESTERDAY}#02`)).toEqual([['c']]);
    expect(keysIn('2026-11-23#01')).toEqual([['d']]);
    expect(keysIn(`${TODAY}#00`)).toEqual([]);
    expect([...remembered.keys()]).toEqual(WINDOW);
    expect(remembered.get(YESTERDAY)).toEqual({ day: YESTERDAY, documents: 3, packs: 2, at: NOW.toISOString() });
    expect(remembered.get('2026-11-22')).toMatchObject({ documents: 0, packs: 0 });
  });

  it('asks for no part of a day that has no documents, where the table can tell', async () => {
    const { deps, listed, remembered } = installation({ [`${YESTERDAY}#00`]: { a: 'A' } });
    const telling = { ...deps, daysWithDocuments: async () => new Set([YESTERDAY, TODAY]) };
    expect(await archiveDueDays(telling, NOW)).toEqual({ ...NOTHING, archived: WINDOW, documents: 1 });
    expect(listed).toEqual(SHARDS.map((shard) => `${YESTERDAY}#${shard}`));
    expect(remembered.get('2026-11-22')).toMatchObject({ documents: 0, packs: 0 });
  });

  it('waits for the margin after the end of a day', async () => {
    const { deps } = installation({ [`${YESTERDAY}#00`]: { a: 'A' } });
    const early = await archiveDueDays(deps, new Date(`${TODAY}T00:59:59Z`));
    expect(early.archived).toEqual(WINDOW.slice(0, -1));
    const later = await archiveDueDays(deps, new Date(`${TODAY}T01:00:00Z`));
    expect(later).toMatchObject({ archived: [YESTERDAY], documents: 1 });
  });

  it('looks at nothing when all is archived', async () => {
    const { deps, listed } = installation({ [`${YESTERDAY}#00`]: { a: 'A' } });
    await archiveDueDays(deps, NOW);
    const looks = listed.length;
    expect(await archiveDueDays(deps, NOW)).toEqual(NOTHING);
    expect(listed).toHaveLength(looks);
  });

  it('looks once more at the last day when the next one is over, and packs what came late, and nothing twice', async () => {
    const { deps, remembered, put, keysIn } = installation({ [`${YESTERDAY}#00`]: { b: 'B' } });
    await archiveDueDays(deps, NOW);
    put(`${YESTERDAY}#00`, 'a', 'A');
    const tomorrow = await archiveDueDays(deps, new Date('2026-11-27T02:00:00Z'));
    expect(tomorrow).toEqual({ ...NOTHING, archived: [TODAY], documents: 1 });
    expect(keysIn(`${YESTERDAY}#00`)).toEqual([['b'], ['a']]);
    expect(remembered.get(YESTERDAY)).toMatchObject({ documents: 2, packs: 2 });
  });

  it('packs the others of a damaged document, names it, and tries it again', async () => {
    const { deps, put, keysIn } = installation({ [`${YESTERDAY}#00`]: { a: 'A', b: DAMAGED, c: 'C' } });
    const dayAndHours = { unarchivedSeconds: 2 * 3600 };
    const first = await archiveDueDays(deps, NOW);
    expect(first).toMatchObject({ archived: WINDOW.slice(0, -1), documents: 2, damaged: ['b'], ...dayAndHours });
    expect(await archiveDueDays(deps, NOW)).toEqual({ ...NOTHING, damaged: ['b'], ...dayAndHours });
    put(`${YESTERDAY}#00`, 'b', 'B');
    expect(await archiveDueDays(deps, NOW)).toEqual({ ...NOTHING, archived: [YESTERDAY], documents: 1 });
    expect(keysIn(`${YESTERDAY}#00`)).toEqual([['a', 'c'], ['b']]);
  });

  it('goes on with the other parts when one fails, wherever it does, and makes up for it in the next run', async () => {
    for (const failing of ['list', 'of', 'put'] as const) {
      const { deps, failures, keysIn } = installation({
        [`${YESTERDAY}#00`]: { a: 'A' },
        [`${YESTERDAY}#01`]: { b: 'B' },
      });
      const breaking = (part: ArchivedPart) => {
        if (nameOf(part) === `${YESTERDAY}#00`) throw new Error('unreachable');
      };
      const broken: ArchivingDeps = {
        ...deps,
        list: (part) => (failing === 'list' && breaking(part)) || deps.list(part),
        packs: {
          of: (part) => (failing === 'of' && breaking(part)) || deps.packs.of(part),
          put: (part, ...pack) => (failing === 'put' && breaking(part)) || deps.packs.put(part, ...pack),
        },
      };
      expect(await archiveDueDays(broken, NOW), failing).toMatchObject({ documents: 1, failed: 1 });
      expect(failures).toEqual([`${YESTERDAY}#00`]);
      expect(await archiveDueDays(deps, NOW)).toEqual({ ...NOTHING, archived: [YESTERDAY], documents: 1 });
      expect(keysIn(`${YESTERDAY}#00`)).toEqual([['a']]);
      expect(keysIn(`${YESTERDAY}#01`)).toEqual([['b']]);
    }
  });

  it('goes on where a run broke off between a pack and the memory of its day', async () => {
    const { deps, keysIn } = installation({ [`${YESTERDAY}#00`]: { a: 'A' } });
    const dying: ArchivingDeps = {
      ...deps,
      days: { ...deps.days, remember: () => Promise.reject(new Error('killed')) },
    };
    for (let runs = 0; runs < 2; runs++) await expect(archiveDueDays(dying, NOW)).rejects.toThrow('killed');
    expect(await archiveDueDays(deps, NOW)).toMatchObject({ archived: WINDOW });
    expect(keysIn(`${YESTERDAY}#00`)).toEqual([['a']]);
  });

  it('ends before its time does, and the next run goes on', async () => {
    const { deps, listed } = installation({ [`${YESTERDAY}#02`]: { a: 'A' } });
    const short = { ...deps, late: () => listed.length >= WINDOW.length * SHARDS.length - 1 };
    expect(await archiveDueDays(short, NOW)).toMatchObject({ archived: WINDOW.slice(0, -1), documents: 0 });
    expect(await archiveDueDays(deps, NOW)).toMatchObject({ archived: [YESTERDAY], documents: 1 });
  });

  it('that two runs do at once packs each document once', async () => {
    const { deps, keysIn, put } = installation({ [`${YESTERDAY}#00`]: { a: 'A', b: 'B' } });
    const reports = await Promise.all([archiveDueDays(deps, NOW), archiveDueDays(deps, NOW)]);
    expect(reports.map(({ documents }) => documents).sort()).toEqual([0, 2]);
    expect(keysIn(`${YESTERDAY}#00`)).toEqual([['a', 'b']]);

    // One listed the part before the last document came, and the other after it.
    const other = installation({ [`${YESTERDAY}#00`]: { a: 'A' } });
    put(`${YESTERDAY}#00`, 'c', 'C');
    const overtaken: ArchivingDeps = {
      ...deps,
      packs: {
        of: other.deps.packs.of,
        async put(part, number, pack) {
          if (number === 1) await archiveDueDays(other.deps, NOW);
          return other.deps.packs.put(part, number, pack);
        },
      },
      days: { from: async () => WINDOW.slice(0, -1), remember: async () => {} },
    };
    expect(await archiveDueDays(overtaken, NOW)).toMatchObject({ archived: [YESTERDAY], documents: 2 });
    expect(other.keysIn(`${YESTERDAY}#00`)).toEqual([['a'], ['b', 'c']]);
  });

  it('divides a large part into packs that can each be read whole', async () => {
    const large = 'x'.repeat(7 * 1024 * 1024);
    const { deps, keysIn } = installation({ [`${YESTERDAY}#00`]: { a: large, b: large, c: large, d: large } });
    await archiveDueDays(deps, NOW);
    expect(keysIn(`${YESTERDAY}#00`)).toEqual([['a', 'b', 'c'], ['d']]);
  });
});
