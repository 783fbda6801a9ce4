import { chmod, mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readJson, replaceFile } from './durable-file.ts';
import { type Held, holdFile } from './exclusive-file.ts';
import { endOrphans } from './processes.ts';
import { shortPath } from './project.ts';
import { StackError } from './stack-error.ts';

const MARKER = 'nfse-ledger.json';
const LOCK = 'stack.lock';
/** What the project keeps in `.local` besides the data: a fetched Java, the launcher's lock. */
const NOT_DATA = new Set(['jre', 'install.lock']);
const ENOUGH_BYTES = 64 * 1024 * 1024;

export interface DataDirectory {
  readonly path: string;
  file(name: string): string;
  /** Lets another start have it. */
  release(): void;
}

/**
 * Makes the folder ours for as long as we run: no second stack on the same data, nothing left running of an earlier one.
 *
 * @param options.fresh forget the data in it first; refused for a folder that this project did not make
 * @throws StackError when it is in use, is not ours, or the disk is nearly full
 */
export async function openDataDirectory(options: { path: string; fresh: boolean }): Promise<DataDirectory> {
  const { path } = options;
  const file = (name: string) => join(path, name);
  await makeFolder(path);
  await checkOurs(path);
  await checkSpace(path);
  // It holds keys, tokens and passwords, and the documents of the example companies.
  await chmod(path, 0o700);
  await replaceFile(file(MARKER), `${JSON.stringify({ what: 'data of a local nfse-ledger stack' })}\n`);
  const held = await hold(path);
  await endOrphans(file('processes.json'));
  if (options.fresh) await forget(path);
  await mkdir(file('logs'), { recursive: true });
  return { path, file, release: () => held.release() };
}

/** Not `recursive`: that one never comes back from a file system that says "no such folder" below one that exists (/proc). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const parentIsMissing =
      code === 'ENOENT' &&
      !(await stat(parent).then(
        () => true,
        () => false,
      ));
    if (!parentIsMissing)
      throw new StackError(
        `${shortPath(path)} cannot be used as a folder (${code}): choose another folder with --data.`,
      );
    await makeFolder(parent);
    await mkdir(path);
  }
}

async function checkOurs(path: string): Promise<void> {
  const entries = await readdir(path);
  const foreign = entries.filter((name) => !NOT_DATA.has(name) && !name.endsWith('.draft'));
  if (foreign.length === 0 || foreign.includes(MARKER)) return;
  throw new StackError(
    `${shortPath(path)} is not empty and was not made by this project: choose another folder with --data.`,
  );
}

async function checkSpace(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  if (bavail * bsize >= ENOUGH_BYTES) return;
  throw new StackError(
    `The disk of ${shortPath(path)} is nearly full: free 64 MB, or choose another folder with --data.`,
  );
}

/** The file stays when it is released: a name that comes and goes is what two starts would race for. */
async function hold(path: string): Promise<Held> {
  const held = holdFile(join(path, LOCK));
  if (!held) throw await alreadyRunning(path);
  return held;
}

async function alreadyRunning(path: string): Promise<StackError> {
  const credentials = (await readJson(join(path, 'credentials.json'))) as { apiUrl?: string } | undefined;
  const where = credentials?.apiUrl ? ` at ${credentials.apiUrl}` : '';
  return new StackError(
    `The stack is already running${where} on ${shortPath(path)}: stop it first, or choose other data with --data.`,
  );
}

async function forget(path: string): Promise<void> {
  const kept = new Set([...NOT_DATA, MARKER]);
  // The lock has a journal beside it.
  const entries = (await readdir(path)).filter((name) => !kept.has(name) && !name.startsWith(LOCK));
  await Promise.all(entries.map((name) => rm(join(path, name), { recursive: true, force: true })));
}
