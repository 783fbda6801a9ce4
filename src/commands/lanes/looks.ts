const MOST_MS = 3_600_000;

/** The least time between two looks at a lane: twice the wait before the first retry. */
export const leastLookMs = (retryBaseSeconds: number): number => Math.min(2 * retryBaseSeconds * 1000, MOST_MS);

/**
 * When somebody looks again at the invoices of a lane that is shut: the same moment for all of them, so that they come back together
 * and in their order, and each lane at a moment of its own. The moments of a lane are `leastMs` apart at first and get
 * rarer while it stays shut, an hour apart at the most.
 *
 * @param now in milliseconds
 * @param shutSince in milliseconds
 * @param leastMs between two looks, an hour at the most
 * @returns a time after now, by an hour at the most
 */
export function nextLookAt(now: number, shutSince: number, lane: string, leastMs: number): number {
  const everyMs = lookEveryMs(now - shutSince, leastMs);
  const offset = Math.floor(everyMs * shareOf(lane));
  const passed = (((now - offset) % everyMs) + everyMs) % everyMs;
  return now - passed + everyMs;
}

/** Half as long as it has been shut, rounded down to the least time doubled some times: so the moments seldom move. */
function lookEveryMs(shutMs: number, leastMs: number): number {
  const times = Math.max(1, shutMs / 2 / leastMs);
  return Math.min(leastMs * 2 ** Math.floor(Math.log2(times)), MOST_MS);
}

/** The lane's place in every interval, from 0 to 1: codes follow one another, their places do not. */
function shareOf(lane: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const char of lane) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
