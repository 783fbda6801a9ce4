import { mkdir, open, readdir, readFile, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { readJson, replaceFile } from './durable-file.ts';
import { endOrphans, isOurs } from './processes.ts';
import { projectRoot } from './project.ts';
import { StackError } from './stack-error.ts';

const MARKER = 'nfse-ledger.json';
const LOCK = 'supervisor.lock';
/** What the project keeps in `.local` besides the data: a fetched Java, the launcher's lock. */
const NOT_DATA = new Set(['jre', 'install.lock']);
const ENOUGH_BYTES = 64 * 1024 * 1024;

export interface DataDirectory {
  readonly path: string;
  file(name: string): string;
  /** Lets another start have it. */
  release(): Promise<void>;
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
  await replaceFile(file(MARKER), `${JSON.stringify({ what: 'data of a local nfse-ledger stack' })}\n`);
  await takeLock(path);
  await endOrphans(file('processes.json'));
  if (options.fresh) await forget(path);
  await mkdir(file('logs'), { recursive: true });
  return { path, file, release: () => rm(file(LOCK), { force: true }) };
}

/** A path as a person would write it from the project's folder. */
export function shortPath(path: string): string {
  const short = relative(projectRoot, path);
  return short.startsWith('..') ? path : short || '.';
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

async function takeLock(path: string): Promise<void> {
  const lock = join(path, LOCK);
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(lock, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (await isOurs('supervisor', owner)) throw await alreadyRunning(path);
    await rm(lock, { force: true });
  }
  throw await alreadyRunning(path);
}

async function alreadyRunning(path: string): Promise<StackError> {
  const credentials = (await readJson(join(path, 'credentials.json'))) as { apiUrl?: string } | undefined;
  const where = credentials?.apiUrl ? ` at ${credentials.apiUrl}` : '';
  return new StackError(
    `The stack is already running${where} on ${shortPath(path)}: stop it first, or choose other data with --data.`,
  );
}

async function forget(path: string): Promise<void> {
  const kept = new Set([...NOT_DATA, MARKER, LOCK]);
  const entries = (await readdir(path)).filter((name) => !kept.has(name));
  await Promise.all(entries.map((name) => rm(join(path, name), { recursive: true, force: true })));
}
