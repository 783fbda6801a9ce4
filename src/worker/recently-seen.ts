/**
 * Tells whether a key is met for the first time among the last `capacity` ones.
 *
 * @returns a function that answers `true` once for each key
 */
export function recentlySeen(capacity: number): (key: string) => boolean {
  const seen = new Set<string>();
  return (key) => {
    if (seen.delete(key)) {
      seen.add(key); // the newest again
      return false;
    }
    seen.add(key);
    const [oldest] = seen;
    if (seen.size > capacity && oldest !== undefined) seen.delete(oldest);
    return true;
  };
}
