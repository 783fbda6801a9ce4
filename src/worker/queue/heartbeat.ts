import type { Hidden, RequestsQueue } from './requests-queue.ts';

/** Keeps messages hidden from others while they are in hand. */
export interface Heartbeat {
  keep(handle: string): void;
  /** Lets the message reappear when its time is over. */
  letGo(handle: string): void;
  /** Lets messages reappear at a time: no beat that is under way can hide them longer. */
  hide(messages: readonly Hidden[]): Promise<void>;
  stop(): Promise<void>;
}

/** Beats in a visibility time: two may fail before a message is seen by somebody else. */
const BEATS = 3;

export function heartbeat(
  queue: RequestsQueue,
  visibilitySeconds: number,
  onTrouble: (error: unknown) => void,
): Heartbeat {
  const kept = new Set<string>();
  let beating = Promise.resolve();

  async function beat(): Promise<void> {
    try {
      // One that was deleted meanwhile is refused, which is as it should be.
      await queue.hide([...kept].map((handle) => ({ handle, seconds: visibilitySeconds })));
    } catch (error) {
      onTrouble(error);
    }
  }

  const timer = setInterval(
    () => {
      if (kept.size > 0) beating = beating.then(beat);
    },
    (visibilitySeconds * 1000) / BEATS,
  );

  return {
    keep: (handle) => void kept.add(handle),
    letGo: (handle) => void kept.delete(handle),
    async hide(messages) {
      for (const { handle } of messages) kept.delete(handle);
      await beating;
      try {
        await queue.hide(messages);
      } catch (error) {
        onTrouble(error); // they reappear when their time is over
      }
    },
    async stop() {
      clearInterval(timer);
      await beating;
    },
  };
}
