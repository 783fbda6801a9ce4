import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { projectRoot } from './project.ts';

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
