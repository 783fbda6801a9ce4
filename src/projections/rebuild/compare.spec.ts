import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './checksum.ts';
import { type ComparedTable, compare, type RowDigest } from './compare.ts';

type Rows = Map<string, number>;

const row = (id: string, version: number): RowDigest => ({ id, version, digest: digestOf({ id, version }) });

function table(rows: Rows, pageSize = 3): ComparedTable {
  return {
    async *pages() {
      const all = [...rows];
      for (let from = 0; from < all.length; from += pageSize) {
        yield all.slice(from, from + pageSize).map(([id, version]) => row(id, version));
      }
    },
    rows: async (ids) => ids.flatMap((id) => (rows.has(id) ? [row(id, rows.get(id) as number)] : [])),
  };
}

const contents = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,2}$/), fc.integer({ min: 1, max: 9 }), { maxKeys: 12 })
  .map((object): Rows => new Map(Object.entries(object)));
const noPause = async () => {};

describe('a comparison of two tables', () => {
  it('finds nothing between equal ones, in whatever order they give their rows', () =>
    fc.assert(
      fc.asyncProperty(contents, async (rows) => {
        const other = new Map([...rows].reverse());
        const {
          liveChecksum,
          builtChecksum,
          differing,
          rows: count,
        } = await compare(table(rows), table(other, 2), noPause);
        expect(builtChecksum).toBe(liveChecksum);
        expect(differing).toEqual([]);
        expect(count).toBe(rows.size);
      }),
    ));

  it('names every row that is only in one, or of another version', () =>
    fc.assert(
      fc.asyncProperty(contents, contents, async (live, built) => {
        const ids = [...new Set([...live.keys(), ...built.keys()])];
        const expected = ids.filter((id) => live.get(id) !== built.get(id));
        const { differing, liveChecksum, builtChecksum } = await compare(table(live), table(built), noPause);
        expect(differing.map(({ id }) => id).sort()).toEqual(expected.sort());
        expect(liveChecksum === builtChecksum).toBe(expected.length === 0);
      }),
    ));

  it('waits for rows that live events move, first in one and then in the other', async () => {
    const live: Rows = new Map([
      ['a', 2],
      ['b', 1],
    ]);
    const built: Rows = new Map([['a', 1]]);
    let pauses = 0;
    const result = await compare(table(live), table(built), async () => {
      pauses++;
      if (pauses === 2) built.set('a', 2);
      if (pauses === 3) built.set('b', 1);
    });
    expect(result.differing).toEqual([]);
    expect(result.builtChecksum).toBe(result.liveChecksum);
  });
});
