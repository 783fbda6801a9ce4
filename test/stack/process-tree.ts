import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Running {
  readonly pid: number;
  readonly parent: number;
}

/** The processes that run below this one, itself included. */
export async function descendants(root: number): Promise<readonly number[]> {
  const all = await allRunning();
  const tree = new Set([root]);
  // Children may have lower numbers than their parents: as many rounds as there are generations.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
}

/** Those of these processes that run. One that ended and waits to be collected does not. */
export async function alive(pids: readonly number[]): Promise<readonly number[]> {
  const all = new Set((await allRunning()).map(({ pid }) => pid));
  return pids.filter((pid) => all.has(pid));
}

/** @throws with those that still run after this time */
export async function untilGone(pids: readonly number[], ms: number): Promise<void> {
  for (const deadline = Date.now() + ms; ; await sleep(50)) {
    const left = await alive(pids);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`Processes still run: ${left.join(', ')}`);
  }
}

async function allRunning(): Promise<readonly Running[]> {
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
    return stdout.split('\n').flatMap((line) => {
      const [pid, parent, state = 'Z'] = line.trim().split(/\s+/);
      return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent) }];
    });
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // `12 (name) S 1 …`: the name may hold blanks and brackets.
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state = 'Z', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return /[ZX]/.test(state) || stat === '' ? [] : [{ pid: Number(pid), parent: Number(parent) }];
    }),
  );
  return found.flat();
}

/** Addresses with their ports on which these processes take connections: `127.0.0.1:4280`. Linux alone tells. */
export async function listeningOn(pids: readonly number[]): Promise<readonly string[]> {
  const sockets = new Set((await Promise.all(pids.map(socketsOf))).flat());
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables
    .flatMap((table) => table.trimEnd().split('\n').slice(1))
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      return state === LISTENING && sockets.has(inode) ? [readable(local)] : [];
    })
    .sort();
}

const LISTENING = '0A';

async function socketsOf(pid: number): Promise<readonly string[]> {
  const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** `0100007F:10B8`, or four such words for IPv6: each word has its bytes in the order of the machine. */
function readable(address: string): string {
  const [host = '', port = ''] = address.split(':');
  const words = host.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  const v4 = bytes.slice(-4).join('.');
  const isV4 = bytes.length === 4 || Buffer.from(bytes.slice(0, 12)).toString('hex') === `${'00'.repeat(10)}ffff`;
  return `${isV4 ? v4 : `[${Buffer.from(bytes).toString('hex')}]`}:${Number.parseInt(port, 16)}`;
}
