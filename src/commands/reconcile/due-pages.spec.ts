import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DueRange } from '../../events/due-order.ts';
import { duePages } from './due-pages.ts';

interface Row {
  readonly dueAt: string;
}

const PAGE = 3;

/** Reads all rows of the shards, and the pages that they came in. */
async function readAll(...shards: readonly (readonly Row[])[]) {
  const read = async ({ shard }: DueRange, after?: Row) => {
    const rows = shards[Number(shard)] ?? [];
    const start = after ? rows.indexOf(after) + 1 : 0;
    return rows.slice(start, start + PAGE);
  };
  return Array.fromAsync(
    duePages(
      Object.keys(shards).map((shard) => ({ shard, until: '~' })),
      read,
      PAGE,
    ),
  );
}

const row = (at: number): Row => ({ dueAt: String(at).padStart(4, '0') });
const inOrder = (times: readonly number[]) => times.toSorted((a, b) => a - b).map(row);

it('gives the rows of all shards in the order of all of them, each once, however they are spread', async () => {
  const shard = fc.array(fc.nat(200), { maxLength: 20 }).map(inOrder);
  await fc.assert(
    fc.asyncProperty(fc.tuple(shard, shard, shard), async (shards) => {
      const rows = (await readAll(...shards)).flat();
      const dueAt = rows.map((one) => one.dueAt);
      expect(dueAt).toEqual(dueAt.toSorted());
      expect(new Set(rows)).toEqual(new Set(shards.flat()));
      expect(rows).toHaveLength(shards.flat().length);
    }),
  );
});

it('holds back what another shard may still have an earlier one of', async () => {
  const pages = await readAll(inOrder([1, 2, 3, 4, 5]), inOrder([2, 9, 10]));
  expect(pages.map((page) => page.map(({ dueAt }) => Number(dueAt)))).toEqual([
    [1, 2, 2, 3],
    [4, 5, 9, 10],
  ]);
});

it('gives nothing where nothing is due', async () => expect(await readAll([], [])).toEqual([]));
