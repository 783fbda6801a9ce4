import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printTable } from '../table.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  /** HTTP requests that the process made meanwhile. */
  readonly requests: number;
}

const SHOWN = 12;
const WRITE_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** The processor is not used, or not by anything that JavaScript can be asked about. */
const IDLE = new Set(['(idle)', '(root)']);

/**
 * Prints, of each process that was profiled, how many requests it made for an invoice, and what share of its processor time each package
 * takes, with what Node does for it.
 */
export async function printPackageShares(folder: string, names: readonly string[], invoices: number): Promise<void> {
  for (const name of names) {
    const profile = await profileOf(folder, name);
    const { total, packages } = sumUp(profile);
    const largest = [...packages].toSorted(([, a], [, b]) => b - a).slice(0, SHOWN);
    printTable(
      `${name}: ${(profile.requests / invoices).toFixed(1)} requests an invoice; what its packages take, each with what Node does for it`,
      ['package', '% of the time'],
      largest.map(([owner, time]) => [owner, (100 * time) / total]),
    );
  }
}

/** The profile of a process, once it is written. */
async function profileOf(folder: string, name: string): Promise<Profile> {
  for (const deadline = Date.now() + WRITE_TIMEOUT_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    const text = await readFile(join(folder, `${name}.cpuprofile`), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text) as Profile;
  }
  throw new Error(`${name} left no profile`);
}

function sumUp({ nodes, samples, timeDeltas }: Profile) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  /** The package, or file of ours, that a frame is in or was called from. */
  const owner = (id: number | undefined): string => {
    for (let at = id; at !== undefined; at = parents.get(at)) {
      const found = ownerIn(byId.get(at)?.callFrame.url ?? '');
      if (found !== undefined) return found;
    }
    return 'Node, on its own';
  };
  const packages = new Map<string, number>();
  let total = 0;
  samples.forEach((id, place) => {
    const node = byId.get(id);
    if (!node || IDLE.has(node.callFrame.functionName)) return;
    const time = timeDeltas[place] ?? 0;
    total += time;
    const own = owner(id);
    packages.set(own, (packages.get(own) ?? 0) + time);
  });
  return { total, packages };
}

function ownerIn(url: string): string | undefined {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  const ours = /^file:.*\/((?:src\/[^/]+|bench|local))\//.exec(url)?.[1];
  return ours;
}
