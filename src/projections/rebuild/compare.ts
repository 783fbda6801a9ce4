import { Checksum } from './checksum.ts';

/** A row as far as a comparison looks at it. */
export interface RowDigest {
  readonly id: string;
  readonly version: number;
  readonly digest: string;
}

/** One of the tables that are compared. */
export interface ComparedTable {
  /** All rows, in parts that may be read side by side. */
  pages(): AsyncIterable<readonly RowDigest[]>;
  /** The rows of these ids that there are, as they are now. */
  rows(ids: readonly string[]): Promise<readonly RowDigest[]>;
}

export interface Difference {
  readonly id: string;
  /** Versions of the rows; `undefined` where there is none. The same version twice: the same history gave another row. */
  readonly live: number | undefined;
  readonly built: number | undefined;
}

export interface ComparisonResult {
  readonly rows: number;
  readonly liveChecksum: string;
  readonly builtChecksum: string;
  readonly differing: readonly Difference[];
}

/** A row is looked at again while traffic moves it, so many times. */
const LOOKS = 8;

/**
 * Compares two tables row by row while live events go on reaching both. The rows of a pair are looked at again until both are of one
 * version; so the checksums are over equal versions, and are equal when every row is.
 *
 * @param pause between two looks at what moves
 * @param onRows told how many rows were compared
 */
export async function compare(
  live: ComparedTable,
  built: ComparedTable,
  pause: () => Promise<void>,
  onRows: (rows: number) => void = () => {},
): Promise<ComparisonResult> {
  const sums = { live: new Checksum(), built: new Checksum() };
  const differing: Difference[] = [];
  const take = ({ live: one, built: other, id }: Pair) => {
    if (one) sums.live.add(one.digest);
    if (other) sums.built.add(other.digest);
    if (one?.digest !== other?.digest) differing.push({ id, live: one?.version, built: other?.version });
  };

  const moving = new Set<string>();
  for await (const page of live.pages()) {
    for (const pair of paired(page, await built.rows(page.map(({ id }) => id)))) {
      if (isSettled(pair)) take(pair);
      else moving.add(pair.id);
    }
    onRows(page.length);
  }
  // And what only the rebuilt one has. A row that came to both meanwhile is in neither sum.
  for await (const page of built.pages()) {
    const known = new Set((await live.rows(page.map(({ id }) => id))).map(({ id }) => id));
    for (const { id } of page) if (!known.has(id)) moving.add(id);
  }
  for (const pair of await settled(live, built, [...moving], pause)) take(pair);
  return {
    rows: sums.live.rows,
    liveChecksum: sums.live.hex,
    builtChecksum: sums.built.hex,
    differing,
  };
}

interface Pair {
  readonly id: string;
  readonly live: RowDigest | undefined;
  readonly built: RowDigest | undefined;
}

/** Two rows of one version: whether they are equal can be said. */
const isSettled = ({ live, built }: Pair) =>
  live !== undefined && built !== undefined && live.version === built.version;

async function settled(
  live: ComparedTable,
  built: ComparedTable,
  ids: readonly string[],
  pause: () => Promise<void>,
): Promise<Pair[]> {
  let moving = ids;
  const pairs: Pair[] = [];
  for (let look = 1; moving.length > 0; look++) {
    await pause();
    const now = paired(await live.rows(moving), await built.rows(moving));
    pairs.push(...now.filter((pair) => look === LOOKS || isSettled(pair)));
    moving = look === LOOKS ? [] : now.filter((pair) => !isSettled(pair)).map(({ id }) => id);
  }
  return pairs;
}

function paired(live: readonly RowDigest[], built: readonly RowDigest[]): Pair[] {
  const others = new Map(built.map((row) => [row.id, row]));
  const pairs: Pair[] = live.map((row) => ({ id: row.id, live: row, built: others.get(row.id) }));
  const known = new Set(live.map(({ id }) => id));
  for (const row of built) if (!known.has(row.id)) pairs.push({ id: row.id, live: undefined, built: row });
  return pairs;
}
