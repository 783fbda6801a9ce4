import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, ended } from './child.ts';
import { sentenceOf } from './stack-error.ts';

const LONGEST_WAIT_MS = 10_000;
const STEADY_MS = 30_000;

export interface KeptAlive {
  /** Ends the process for good. */
  stop(graceMs: number): Promise<void>;
  /** Ends it now, without a word. */
  kill(): void;
}

/** How long to wait before a process that ended is started again: at once, then longer each time, up to ten seconds. */
export function restartDelayMs(restarts: number): number {
  return restarts === 0 ? 0 : Math.min(250 * 2 ** restarts, LONGEST_WAIT_MS);
}

/**
 * Keeps a process running: starts it again when it ends. One that ran for half a minute counts as steady.
 *
 * @param options.first the process, started already
 * @param options.onStart told of each process that is started again
 * @param options.onEnd told how it ended and how long it will be until the next start
 */
export function keepAlive(options: {
  readonly first: ChildProcess;
  readonly start: () => Promise<ChildProcess>;
  readonly onStart: (child: ChildProcess) => void;
  readonly onEnd: (how: string, delayMs: number) => void;
}): KeptAlive {
  const stopping = new AbortController();
  let child: ChildProcess | undefined = options.first;
  let failure = '';

  async function watch(): Promise<void> {
    for (let restarts = 0; !stopping.signal.aborted; ) {
      const since = Date.now();
      const how = child ? await ended(child) : failure;
      child = undefined;
      if (stopping.signal.aborted) return;
      if (Date.now() - since > STEADY_MS) restarts = 0;
      const delayMs = restartDelayMs(restarts++);
      options.onEnd(how, delayMs);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      // A start that throws (DynamoDB not answering, a full disk) is a process that ended: it is tried again.
      child = await options.start().catch((error: unknown) => {
        failure = sentenceOf(error);
        return undefined;
      });
      if (child) options.onStart(child);
    }
  }

  const watching = watch();
  return {
    async stop(graceMs) {
      stopping.abort();
      if (child) await end(child, graceMs);
      await watching;
      // One that was being started at that moment.
      if (child) await end(child, graceMs);
    },
    kill() {
      stopping.abort();
      child?.kill('SIGKILL');
    },
  };
}
