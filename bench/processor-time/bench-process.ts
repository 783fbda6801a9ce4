import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ended, startChild } from '../../local/child.ts';

export interface BenchProcess {
  /** Names the process's log, and its profile. */
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFolder: string;
  /** Where profiles go; none are taken without it. */
  readonly profileFolder?: string | undefined;
}

const MAX_LOG_CHARACTERS = 2_000;
const PROFILER = ['--import', './bench/processor-time/profiler.ts'];

/** Starts a process and waits for its first message. @throws Error with the end of its log when it ends before */
export async function startProcess(options: BenchProcess): Promise<{ child: ChildProcess; message: unknown }> {
  const child = await startSilent(options);
  const outcome = await Promise.race([once(child, 'message'), ended(child)]);
  if (typeof outcome !== 'string') return { child, message: outcome[0] };
  const log = await readFile(logOf(options), 'utf8');
  throw new Error(`${options.name} ended with ${outcome} before it was ready:\n${log.slice(-MAX_LOG_CHARACTERS)}`);
}

/** Starts a process that says nothing of itself. */
export function startSilent(options: BenchProcess): Promise<ChildProcess> {
  const { name, script, args = [], nodeOptions = [], env, profileFolder } = options;
  return startChild({
    script,
    args,
    nodeOptions: profileFolder === undefined ? nodeOptions : [...nodeOptions, ...PROFILER],
    env: profileFolder === undefined ? env : { ...env, BENCH_PROFILE: join(profileFolder, name) },
    logFile: logOf(options),
  });
}

const logOf = ({ logFolder, name }: BenchProcess) => join(logFolder, `${name}.log`);
