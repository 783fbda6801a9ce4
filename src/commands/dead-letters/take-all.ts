import type { DeadLetter, DeadLetters } from './dead-letter.ts';

/** How much of the DLQ is looked at in one go. */
export interface Bounds {
  /** Letters, or a few more: several are asked for at once. */
  readonly most: number;
  readonly msLeft: () => number;
}

export interface Taken {
  readonly letters: readonly DeadLetter[];
  /** Whether these are all there are, as far as an estimate tells: nobody else has one in hand, and none was left. */
  readonly complete: boolean;
}

/** SQS gives at most this many a receive. */
const BATCH = 10;
const RECEIVES_AT_ONCE = 4;

/**
 * Takes letters in hand until there are no more, there are enough of them, or half of the time is over: the other half is for
 * doing something about them.
 */
export async function takeAll(
  deadLetters: DeadLetters,
  { most, msLeft }: Bounds,
  enough: (letters: readonly DeadLetter[]) => boolean = () => false,
): Promise<Taken> {
  const reserveMs = msLeft() / 2;
  // By id: the queue may give one letter twice, and only its last receipt counts.
  const letters = new Map<string, DeadLetter>();
  let ended = false;
  while (!ended && letters.size < most && msLeft() > reserveMs && !enough([...letters.values()])) {
    const room = Math.min(BATCH, most - letters.size);
    const batches = await Promise.all(Array.from({ length: RECEIVES_AT_ONCE }, () => deadLetters.take(room)));
    for (const letter of batches.flat()) letters.set(letter.letterId, letter);
    ended = batches.every(({ length }) => length === 0);
  }
  const all = [...letters.values()];
  return { letters: all, complete: ended && (await deadLetters.count()) <= all.length };
}
