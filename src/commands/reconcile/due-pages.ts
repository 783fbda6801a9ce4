interface Dated {
  readonly dueAt?: string;
}

/**
 * The rows of several shards, each of which gives its own in order, in the order of all of them: a row comes once no shard can have an
 * earlier one that was not read yet.
 *
 * @param read a page of a shard: as many rows as `size`, or fewer where the shard ends
 */
export async function* duePages<Row extends Dated>(
  shards: readonly string[],
  read: (shard: string, after?: Row) => Promise<readonly Row[]>,
  size: number,
): AsyncGenerator<readonly Row[]> {
  const all = shards.map((shard) => ({
    shard,
    rows: [] as readonly Row[],
    last: undefined as Row | undefined,
    more: true,
  }));
  for (;;) {
    await Promise.all(
      all.map(async (one) => {
        if (!one.more || one.rows.length > 0) return;
        one.rows = await read(one.shard, one.last);
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
