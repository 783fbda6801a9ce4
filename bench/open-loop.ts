import { setTimeout as sleep } from 'node:timers/promises';

/** One request of an open loop. `scheduledAt` is when it should have been sent, in milliseconds since the epoch. */
export interface Shot<T> {
  readonly scheduledAt: number;
  /** From the scheduled moment to the whole answer: a stall counts for all that had to wait for it. */
  readonly latencyMs: number;
  readonly result: T | Error;
}

/**
 * Fires at a fixed rate, whether or not the earlier ones were answered, and waits for the last answer.
 *
 * @param onSecond told each second how many were fired
 */
export async function openLoop<T>(
  { perSecond, seconds, onSecond }: { perSecond: number; seconds: number; onSecond: (fired: number) => void },
  fire: (number: number) => Promise<T>,
): Promise<readonly Shot<T>[]> {
  const clock = () => performance.timeOrigin + performance.now();
  const begin = clock();
  const shots: Promise<Shot<T>>[] = [];
  for (let number = 0; number < perSecond * seconds; number++) {
    const scheduledAt = begin + (number * 1_000) / perSecond;
    const early = scheduledAt - clock();
    if (early > 0) await sleep(early);
    if (number % perSecond === 0) onSecond(number);
    shots.push(
      fire(number).then(
        (result) => ({ scheduledAt, latencyMs: clock() - scheduledAt, result }),
        (error: unknown) => ({ scheduledAt, latencyMs: clock() - scheduledAt, result: toError(error) }),
      ),
    );
  }
  return Promise.all(shots);
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
