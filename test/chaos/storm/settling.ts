import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 1_000;

/** Invoices that are not at their end, each with the version of its row: whatever happens to one of them shows here. */
export type Open = ReadonlyMap<string, number>;

export interface Settled {
  /** Those that were left. */
  readonly open: Open;
  /** Whether they were still moving, and only the bound on the work ended the wait. */
  readonly moving: boolean;
}

/**
 * Waits until every invoice is at its end, for as long as anything moves, however slowly.
 *
 * @param options.look at what is open now
 * @param options.stillMs how long nothing may move before it counts as stuck; longer than any wait of the service itself
 * @param options.isEnough whether so much work was done that going on would tell nothing new
 */
export async function untilSettled(options: {
  readonly look: () => Promise<Open>;
  readonly stillMs: number;
  readonly isEnough: () => boolean;
  readonly onLook: (open: Open) => void;
  readonly nowMs?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}): Promise<Settled> {
  const { look, stillMs, isEnough, onLook, nowMs = () => performance.now(), wait = sleep } = options;
  let seen = '';
  let movedAt = nowMs();
  for (;;) {
    const open = await look();
    onLook(open);
    const now = [...open].sort().join();
    if (now !== seen) movedAt = nowMs();
    seen = now;
    if (open.size === 0 || nowMs() - movedAt > stillMs) return { open, moving: false };
    if (isEnough()) return { open, moving: true };
    await wait(LOOK_EVERY_MS);
  }
}
