import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { lastLines } from './log-tail.ts';
import { projectRoot } from './project.ts';
import { didNotStart } from './stack-error.ts';

const READY_TIMEOUT_MS = 30_000;

export interface ChildOptions {
  /** Script below the project's folder, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where both its outputs go. */
  readonly logFile: string;
}

const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning', '--import', './local/exit-with-parent.ts'];

/**
 * Starts a script of ours on this Node. In a group of its own, so that Ctrl-C at the terminal reaches the supervisor alone, which
 * ends the rest in order; it ends by itself when the supervisor is gone.
 */
export async function startChild({
  script,
  args,
  nodeOptions = [],
  env,
  logFile,
}: ChildOptions): Promise<ChildProcess> {
  const log = await open(logFile, 'a');
  try {
    return spawn(process.execPath, [...nodeOptions, ...NODE_OPTIONS, script, ...args], {
      cwd: projectRoot,
      env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
  } finally {
    await log.close();
  }
}

/**
 * Watches a process of ours from its start. What it gives waits for the first message, which says that the process is up.
 *
 * @param log the file that it writes to, and the file's size when the process was started
 * @throws StackError with the last lines of its log when the process ends before, or says nothing in time
 */
export function upOrFailed(
  part: string,
  child: ChildProcess,
  log: { readonly logFile: string; readonly since: number },
): () => Promise<void> {
  const answered = new Promise<true>((resolve) => child.once('message', () => resolve(true)));
  const over = ended(child);
  return async () => {
    const timer = AbortSignal.timeout(READY_TIMEOUT_MS);
    const late = new Promise<string>((resolve) => timer.addEventListener('abort', () => resolve('no answer')));
    const outcome = await Promise.race([answered, over, late]);
    if (outcome !== true) throw didNotStart(part, outcome, await lastLines(log.logFile, log.since));
  };
}

/** Resolves once the process has ended, with how. */
export function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(String(child.exitCode ?? child.signalCode));
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(String(code ?? signal)));
    child.once('error', (error) => resolve(error.message));
  });
}

/** Asks a process to end, and makes it after the grace. */
export async function end(child: ChildProcess, graceMs: number): Promise<void> {
  const over = ended(child);
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await over;
  clearTimeout(force);
}
