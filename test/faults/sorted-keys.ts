/** Keys in their order, for tables and queues in memory that hold tens of thousands. */
export interface SortedKeys {
  add(key: string): void;
  delete(key: string): void;
  /** Keys from this one on, in order, `limit` at the most. */
  from(key: string, limit?: number): readonly string[];
  readonly first: string | undefined;
}

export function sortedKeys(): SortedKeys {
  const keys: string[] = [];
  function placeOf(key: string): number {
    let [from, to] = [0, keys.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((keys[middle] as string) < key) from = middle + 1;
      else to = middle;
    }
    return from;
  }
  return {
    add: (key) => void keys.splice(placeOf(key), 0, key),
    delete(key) {
      const place = placeOf(key);
      if (keys[place] === key) keys.splice(place, 1);
    },
    from(key, limit = keys.length) {
      const place = placeOf(key);
      return keys.slice(place, place + limit);
    },
    get first() {
      return keys[0];
    },
  };
}
