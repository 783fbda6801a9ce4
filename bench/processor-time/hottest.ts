import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { printTable } from '../table.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const PLACES = 10;
const PACKAGES = 12;
const WRITE_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 200;
/** The processor is not used, or not by anything that JavaScript can be asked about. */
const IDLE = new Set(['(idle)', '(root)']);

/** Prints, of each process that was profiled, the places that took most processor time themselves, and the packages they are in. */
export async function printHottest(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { total, places, packages } = sumUp(await profileOf(folder, name));
    const rows = (sums: ReadonlyMap<string, number>, count: number) =>
      [...sums]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, count)
        .map(([what, time]) => [what, `${((100 * time) / total).toFixed(1)} %`]);
    printTable(`${name}: the ten hottest places`, ['place', 'of the time'], rows(places, PLACES));
    printTable(`${name}: by package, with what Node does for it`, ['package', 'of the time'], rows(packages, PACKAGES));
  }
}

/** The profile of a process, once it is written. */
async function profileOf(folder: string, name: string): Promise<Profile> {
  for (const deadline = Date.now() + WRITE_TIMEOUT_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    if (!(await readdir(folder)).includes(`${name}-1.cpuprofile`)) continue;
    try {
      return JSON.parse(await readFile(join(folder, `${name}-1.cpuprofile`), 'utf8')) as Profile;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // half written
    }
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
  const places = new Map<string, number>();
  const packages = new Map<string, number>();
  let total = 0;
  samples.forEach((id, place) => {
    const node = byId.get(id);
    if (!node || IDLE.has(node.callFrame.functionName)) return;
    const time = timeDeltas[place] ?? 0;
    total += time;
    add(places, placeOf(node), time);
    add(packages, owner(id), time);
  });
  return { total, places, packages };
}

function placeOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^file:.*\/(?=(?:src|bench|local)\/)/, '');
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}:${lineNumber + 1}`}`;
}

function ownerIn(url: string): string | undefined {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  const ours = /^file:.*\/((?:src\/[^/]+|bench|local))\//.exec(url)?.[1];
  return ours;
}

function add(sums: Map<string, number>, key: string, time: number): void {
  sums.set(key, (sums.get(key) ?? 0) + time);
}
