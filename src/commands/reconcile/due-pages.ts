import type { DueRange } from '../../events/due-order.ts';

interface Dated {
  readonly dueAt?: string;
}

/**
 * The rows of several ranges, each of which gives its own in order, in the order of all of them: a row comes once no range can have an
 * earlier one that was not read yet.
 *
 * @param read a page of a range: as many rows as `size`, or fewer where the range ends
 */
export async function* duePages<Row extends Dated>(
  ranges: readonly DueRange[],
  read: (range: DueRange, after?: Row) => Promise<readonly Row[]>,
  size: number,
): AsyncGenerator<readonly Row[]> {
  const all = ranges.map((range) => ({
    range,
    rows: [] as readonly Row[],
    last: undefined as Row | undefined,
    more: true,
  }));
  for (;;) {
    await Promise.all(
      all.map(async (one) => {
        if (!one.more || one.rows.length > 0) return;
        one.rows = await read(one.range, one.last);
        one.last = one.rows.at(-1);
        one.more = one.rows.length === size;
      }),
    );
    const [readTo] = all.flatMap(({ more, last }) => (more ? (last?.dueAt ?? []) : [])).sort();
    const rows: Row[] = [];
    for (const one of all) {
      const known = Map.groupBy(one.rows, ({ dueAt = '' }) => readTo === undefined || dueAt <= readTo);
      rows.push(...(known.get(true) ?? []));
      one.rows = known.get(false) ?? [];
    }
    if (rows.length === 0) return;
    yield rows.sort((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1));
  }
}
