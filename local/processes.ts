import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readJson, replaceFile } from './durable-file.ts';

export type ProcessName = 'supervisor' | 'dynamodb' | 'postgres' | 'functions' | 'worker';
export type ProcessIds = Partial<Record<ProcessName, number>>;

/** What the command line of each of our processes contains: an id alone may belong to somebody else by now. */
const MARKS: Readonly<Record<ProcessName, string>> = {
  supervisor: 'local/start.ts',
  dynamodb: 'DynamoDBLocal.jar',
  postgres: 'local/engines/postgres/main.ts',
  functions: 'local/functions.ts',
  worker: 'local/worker.ts',
};

const GRACE_MS = 3_000;
const run = promisify(execFile);

/** The ids of a stack's processes, kept in a file for whoever wants to look at or end them. */
export function processTable(file: string) {
  const ids: ProcessIds = {};
  let writing = Promise.resolve();
  return {
    set(name: ProcessName, pid: number | undefined): Promise<void> {
      if (pid === undefined) delete ids[name];
      else ids[name] = pid;
      const text = JSON.stringify(ids, null, 2);
      writing = writing.catch(() => undefined).then(() => replaceFile(file, text));
      return writing;
    },
  };
}

export type ProcessTable = ReturnType<typeof processTable>;

/** Whether this id is a process that runs, and is the one of ours that goes by this name. */
export async function isOurs(name: ProcessName, pid: number | undefined): Promise<boolean> {
  return pid !== undefined && Number.isInteger(pid) && pid > 1 && (await commandLine(pid)).includes(MARKS[name]);
}

/**
 * Ends what a supervisor that was killed left behind: politely, then not.
 *
 * @returns how many there were
 */
export async function endOrphans(file: string): Promise<number> {
  const kept = ((await readJson(file)) ?? {}) as ProcessIds;
  const names = ['worker', 'functions', 'dynamodb', 'postgres'] as const;
  const ended = await Promise.all(names.map((name) => endIfOurs(name, kept[name])));
  return ended.filter(Boolean).length;
}

async function endIfOurs(name: ProcessName, pid: number | undefined): Promise<boolean> {
  if (pid === undefined || !(await isOurs(name, pid))) return false;
  signal(pid, 'SIGTERM');
  for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline; await sleep(50)) {
    if (await isGone(pid)) return true;
  }
  signal(pid, 'SIGKILL');
  for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline && !(await isGone(pid)); ) await sleep(20);
  return true;
}

/**
 * Whether a process has let go of everything. Its command line is gone a moment before its ports are, and its first thread may
 * have ended before the others; as a zombie without other threads it holds nothing any more.
 */
async function isGone(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return (await commandLine(pid)) === '';
  const [stat, threads] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
    readdir(`/proc/${pid}/task`).catch(() => []),
  ]);
  return stat === undefined || (/\) [ZX] /.test(stat) && threads.length <= 1);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile: what was wanted.
  }
}

async function commandLine(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    return process.platform === 'linux'
      ? ''
      : run('ps', ['-p', String(pid), '-o', 'command=']).then(
          ({ stdout }) => stdout,
          () => '',
        );
  }
}
