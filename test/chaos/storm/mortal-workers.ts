import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ended, startChild } from '../../../local/child.ts';
import { lastLines } from '../../../local/log-tail.ts';
import { WORKER_NODE_OPTIONS } from '../../../src/worker/node-options.ts';
import { oneOf } from '../../faults/seeded-random.ts';

export interface MortalWorkers {
  readonly killed: number;
  /** No more killing: what is left may be finished. */
  spare(): void;
  stop(): Promise<void>;
  kill(): void;
}

const LOOK_EVERY_MS = 100;

/**
 * The worker's own program, several times, each of which may be killed at any moment (SIGKILL: nothing is finished, nothing is
 * released) and is started again at once. Kills come by the work that was done, not by the clock: on a machine on which a worker takes
 * long to start, a clock would kill each before its first message.
 *
 * @param options.finished how many messages the workers have finished so far, all together
 * @param options.messagesBetweenKills on the average; drawn evenly from half of it to one and a half
 */
export async function startMortalWorkers(options: {
  readonly count: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  readonly finished: () => Promise<number>;
  readonly messagesBetweenKills: number;
  readonly random: () => number;
}): Promise<MortalWorkers> {
  const { count, env, logFile, finished, messagesBetweenKills, random } = options;
  const stopping = new AbortController();
  const sparing = new AbortController();
  const alive = new Set<ChildProcess>();
  let killed = 0;
  let defect: unknown;

  async function keepOne(): Promise<void> {
    while (!stopping.signal.aborted) {
      const child = await startChild({
        script: 'src/worker/main.ts',
        args: [],
        nodeOptions: WORKER_NODE_OPTIONS,
        env,
        logFile,
      });
      alive.add(child);
      const how = await ended(child);
      alive.delete(child);
      if (how !== 'SIGKILL' && !stopping.signal.aborted) {
        defect = new Error(`A worker ended by itself (${how}). Its log:\n${await lastLines(logFile)}`);
        return;
      }
    }
  }

  async function harm(): Promise<void> {
    const { signal } = sparing;
    const next = (since: number) => since + messagesBetweenKills * (0.5 + random());
    for (let due = next(0); !signal.aborted; ) {
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      const done = await finished();
      if (signal.aborted || done < due || alive.size === 0) continue;
      oneOf(random, [...alive]).kill('SIGKILL');
      killed++;
      due = next(done);
    }
  }

  const kept = Promise.all(Array.from({ length: count }, keepOne));
  const harming = harm();
  const kill = () => {
    stopping.abort();
    sparing.abort();
    for (const child of alive) child.kill('SIGKILL');
  };
  return {
    get killed() {
      return killed;
    },
    spare: () => sparing.abort(),
    kill,
    async stop() {
      kill();
      await Promise.all([kept, harming]);
      if (defect) throw defect;
    },
  };
}
