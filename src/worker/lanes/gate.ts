/** Whether a lane may be used: freely, by a few messages that find out, or not before a time (or not before somebody says so). */
export type Gate =
  | { readonly kind: 'flowing' }
  | {
      readonly kind: 'probing';
      readonly places: number;
      /** Since when it has not flowed, in milliseconds. */
      readonly since: number;
    }
  | {
      readonly kind: 'shut';
      /** For the invoice's history. */
      readonly why: string;
      /** In milliseconds, like `until`. */
      readonly since: number;
      readonly until?: number;
    };

/** What becomes of a message that cannot begin at once. */
export type Verdict =
  | { readonly kind: 'keep' }
  /** The lane has more than it can take soon: back to the queue until the lane can hope to take it. */
  | { readonly kind: 'put-back'; readonly turnInMs: number }
  /** Nobody can say when, or it was put back before: the invoice waits in its history, and the queue is rid of the message. */
  | { readonly kind: 'defer' };

export interface Situation {
  readonly gate: Gate;
  readonly now: number;
  /** How long a message may wait in hand. */
  readonly patienceMs: number;
  readonly waitedMs: number;
  /** Whether as many wait in its lane as it holds. */
  readonly full: boolean;
  readonly receiveCount: number;
}

/**
 * A message is put back once at the most, because each receive brings it nearer to the dead-letter queue, which is for what the code
 * cannot handle. A shut lane is worth waiting for in hand when it opens within the patience.
 */
export function turnsAway(situation: Situation): Verdict['kind'] {
  const { gate, now, patienceMs, waitedMs, full, receiveCount } = situation;
  if (gate.kind === 'shut' && (gate.until ?? Number.POSITIVE_INFINITY) - now > patienceMs) return 'defer';
  if (!full && waitedMs <= patienceMs) return 'keep';
  return receiveCount > 1 ? 'defer' : 'put-back';
}
