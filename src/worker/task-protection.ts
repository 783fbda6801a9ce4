export interface TaskProtectionDeps {
  /** Asks ECS to leave this task alone for so many minutes, or to treat it as any other again. */
  readonly ask: (protection: { readonly enabled: boolean; readonly minutes: number }) => Promise<unknown>;
  /** ECS was not there, or refused. The task then may be chosen, and drains as always. */
  readonly onTrouble: (error: unknown) => void;
  /** In milliseconds. */
  readonly now: () => number;
}

export interface TaskProtection {
  /** Runs something that should not be interrupted. It never waits for ECS. */
  during<T>(run: () => Promise<T>): Promise<T>;
  /** Lets the task go. To be called when it is told to stop: a protected task that drains would hold up a deployment. */
  release(): Promise<void>;
}

/** Longer than any message takes; should the worker die, the task is as any other after it. */
const MINUTES = 10;
const RENEW_AFTER_MS = (MINUTES * 60_000) / 2;
/** ECS takes a few requests a second of a task, and a worker is idle for moments only. */
const LEAST_BETWEEN_MS = 30_000;

/**
 * Scale-in protection: when there are to be fewer workers, ECS takes one that has nothing in hand. Asked for when work begins and no
 * protection lasts long enough, given up with the first piece of work that ends with nothing else in hand and the last request some
 * time ago.
 */
export function taskProtection({ ask, onTrouble, now }: TaskProtectionDeps): TaskProtection {
  let inHand = 0;
  let isProtected = false;
  let askedAt = Number.NEGATIVE_INFINITY;

  async function request(enabled: boolean): Promise<void> {
    isProtected = enabled;
    askedAt = now();
    try {
      await ask({ enabled, minutes: MINUTES });
    } catch (error) {
      // Whatever ECS thinks now, the next piece of work asks again.
      isProtected = false;
      onTrouble(error);
    }
  }

  return {
    async during(run) {
      inHand++;
      const since = now() - askedAt;
      if (since >= (isProtected ? RENEW_AFTER_MS : LEAST_BETWEEN_MS)) void request(true);
      try {
        return await run();
      } finally {
        inHand--;
        if (inHand === 0 && isProtected && now() - askedAt >= LEAST_BETWEEN_MS) void request(false);
      }
    },
    async release() {
      if (isProtected) await request(false);
    },
  };
}
