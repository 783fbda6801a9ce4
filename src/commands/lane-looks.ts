const MINUTE_MS = 60_000;
const MOST_MS = 60 * MINUTE_MS;

/**
 * When somebody looks again at the invoices of a lane that is shut: the same moment for all of them, so that they come back together
 * and in their order, and each municipality at a moment of its own. The moments of a lane are a minute apart at first and get rarer
 * while it stays shut, an hour apart at the most.
 *
 * @param now in milliseconds
 * @param shutSince in milliseconds
 * @returns a time after now, by an hour at the most
 */
export function nextLookAt(now: number, shutSince: number, municipalityCode: string): number {
  const everyMs = lookEveryMs(now - shutSince);
  const offset = Math.floor(everyMs * shareOf(municipalityCode));
  const passed = (((now - offset) % everyMs) + everyMs) % everyMs;
  return now - passed + everyMs;
}

/** Half as long as it has been shut, rounded down to a minute doubled some times: so the moments seldom move. */
function lookEveryMs(shutMs: number): number {
  const minutes = Math.max(1, shutMs / 2 / MINUTE_MS);
  return Math.min(MINUTE_MS * 2 ** Math.floor(Math.log2(minutes)), MOST_MS);
}

/** The municipality's place in every interval, from 0 to 1: codes follow one another, their places do not. */
function shareOf(municipalityCode: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (const char of municipalityCode) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
