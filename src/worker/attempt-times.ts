const MOST_SECONDS = 3600;

/**
 * When to try again: exponential from the base with full jitter over its upper half, an hour at the most. Half of the wait is certain,
 * so that a city hall that just came back is not asked at once by everybody.
 *
 * @param attempt deferrals so far, from 0
 * @param random in [0, 1)
 * @returns ISO 8601, UTC
 */
export function nextAttemptAt(now: Date, attempt: number, baseSeconds: number, random: number): string {
  const ceiling = Math.min(baseSeconds * 2 ** Math.min(attempt, 20), MOST_SECONDS);
  return new Date(now.getTime() + Math.round(ceiling * (0.5 + random / 2) * 1000)).toISOString();
}
