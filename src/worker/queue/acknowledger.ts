import { BATCH, type RequestsQueue } from './requests-queue.ts';

/** Messages that are done with are still on the queue. They come again, and find nothing to do. */
export class NotDeleted extends Error {
  override readonly name = 'NotDeleted';
  readonly code = 'not-deleted';
  constructor(count: number, options?: ErrorOptions) {
    super(`${count} messages could not be deleted`, options);
  }
}

export interface Acknowledger {
  /** The message is done with; it is deleted soon, along with others. */
  done(handle: string): void;
  /** Resolves when everything that was done is deleted, or could not be. */
  settled(): Promise<void>;
}

/**
 * How long a message that is done with waits for others, so that one call deletes them all. It stays hidden for longer than that after its
 * last heartbeat, and should the worker die meanwhile, it comes again and finds nothing to do.
 */
const MAX_GATHER_MS = 1_000;

export function acknowledger(queue: RequestsQueue, onTrouble: (error: unknown) => void): Acknowledger {
  let gathered: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const underWay = new Set<Promise<void>>();

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length === 0) return;
    const batch = gathered;
    gathered = [];
    const task = remove(batch).catch(onTrouble);
    underWay.add(task);
    void task.finally(() => underWay.delete(task));
  }

  async function remove(handles: readonly string[]): Promise<void> {
    try {
      const left = await queue.remove(handles);
      if (left.length === 0) return;
      const still = await queue.remove(left);
      if (still.length > 0) throw new NotDeleted(still.length);
    } catch (cause) {
      throw cause instanceof NotDeleted ? cause : new NotDeleted(handles.length, { cause });
    }
  }

  return {
    done(handle) {
      gathered.push(handle);
      if (gathered.length >= BATCH) flush();
      else timer ??= setTimeout(flush, MAX_GATHER_MS);
    },
    async settled() {
      flush();
      await Promise.all(underWay);
    },
  };
}
