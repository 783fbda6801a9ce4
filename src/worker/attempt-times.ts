const MOST_SECONDS = 3600;
/** A city hall that queues says nothing of itself, and somebody waits for the note: asked sooner and more often than one that is down. */
const MOST_QUEUED_SECONDS = 600;

/**
 * When to try again: exponential from the base with full jitter, an hour at the most. Half of the base is certain, so that no wait is
 * none at all; what keeps a city hall that just came back from being asked by everybody at once is its lane.
 *
 * @param attempt deferrals so far, from 0
 * @param random in [0, 1)
 * @returns ISO 8601, UTC
 */
export function nextAttemptAt(now: Date, attempt: number, baseSeconds: number, random: number): string {
  return after(now, baseSeconds, Math.min(baseSeconds * 2 ** Math.min(attempt, 20), MOST_SECONDS), random);
}

/**
 * When to ask again about a batch that waits in the authority's own queue: from a third of the base on, ten minutes at the most.
 *
 * @returns ISO 8601, UTC
 * @source ABRASF, polling of batches: start at five to ten seconds, cap at minutes
 */
export function nextQuestionAt(now: Date, attempt: number, baseSeconds: number, random: number): string {
  const firstSeconds = baseSeconds / 3;
  return after(now, firstSeconds, Math.min(firstSeconds * 2 ** Math.min(attempt, 20), MOST_QUEUED_SECONDS), random);
}

function after(now: Date, baseSeconds: number, ceiling: number, random: number): string {
  const certain = Math.min(baseSeconds, ceiling) / 2;
  return new Date(now.getTime() + Math.round((certain + (ceiling - certain) * random) * 1000)).toISOString();
}
