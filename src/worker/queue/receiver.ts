import type { Message } from '@aws-sdk/client-sqs';
import { BATCH, type RequestsQueue } from './requests-queue.ts';

export interface ReceiverOptions {
  readonly queue: RequestsQueue;
  /** How many more messages may be in hand. */
  readonly room: () => number;
  /** Takes what was received; what it takes counts against the room when it returns. */
  readonly take: (messages: readonly Message[]) => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
  /** How many receives may be under way at once. */
  readonly maxConcurrentReceives: number;
}

export interface Receiver {
  /** Something left the hand. */
  roomAgain(): void;
  /**
   * Begins no receive, lets an answer that is on its way arrive, and aborts the receives that only wait; resolves when what they had
   * brought is taken.
   */
  stop(): Promise<void>;
}

const PAUSE_AFTER_ERROR_MS = 1000;
/** An aborted receive whose messages SQS has already given out hides them for the whole visibility: an answer gets so long to arrive. */
const ANSWER_MS = 500;

/** A receive that brings at least this share of what it asked for has probably left more on the queue. */
const FULL_SHARE = 0.5;

/**
 * One long poll while the queue has little, because each costs a call. One that comes back full adds another, and one that comes back
 * empty takes one away. None asks for more than there is room for.
 */
export function receiver({ queue, room, take, onTrouble, maxConcurrentReceives }: ReceiverOptions): Receiver {
  const stopping = new AbortController();
  const receives = new AbortController();
  const sleepers = new Set<() => void>();
  let asked = 0;
  let concurrency = 1;

  async function loop(place: number): Promise<void> {
    while (!stopping.signal.aborted) {
      const most = place < concurrency ? Math.min(BATCH, room() - asked) : 0;
      if (most <= 0) {
        await woken();
        continue;
      }
      await receive(most);
    }
  }

  async function receive(most: number): Promise<void> {
    asked += most;
    let messages: readonly Message[] = [];
    try {
      messages = await queue.receive(most, receives.signal);
    } catch (error) {
      if (!stopping.signal.aborted) {
        onTrouble(error);
        await woken(PAUSE_AFTER_ERROR_MS);
      }
    }
    const taken = take(messages);
    asked -= most;
    adapt(messages.length, most);
    await taken;
  }

  function adapt(brought: number, most: number): void {
    if (brought === 0) concurrency = Math.max(concurrency - 1, 1);
    else if (brought >= FULL_SHARE * most && concurrency < maxConcurrentReceives) {
      concurrency++;
      wakeAll();
    }
  }

  function wakeAll(): void {
    for (const wake of [...sleepers]) wake();
  }

  /** Until there is room again, the time is over, or all is stopped. The timer holds the process. */
  function woken(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      function wake() {
        clearTimeout(timer);
        if (timer === undefined) sleepers.delete(wake);
        stopping.signal.removeEventListener('abort', wake);
        resolve();
      }
      if (timer === undefined) sleepers.add(wake);
      stopping.signal.addEventListener('abort', wake);
      if (stopping.signal.aborted) wake();
    });
  }

  const running = Promise.all(Array.from({ length: maxConcurrentReceives }, (_, place) => loop(place)));

  return {
    roomAgain: wakeAll,
    async stop() {
      stopping.abort();
      const enough = setTimeout(() => receives.abort(), ANSWER_MS);
      await running;
      clearTimeout(enough);
    },
  };
}
