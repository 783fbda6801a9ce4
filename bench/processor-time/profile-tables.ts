import { readFile } from 'node:fs/promises';
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
  /** HTTP requests that the process made meanwhile, by operation. */
  readonly requests: Readonly<Record<string, number>>;
}

const MAX_PACKAGES_SHOWN = 12;
const MAX_PLACES_SHOWN = 10;
const WRITE_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** The processor is not used, or not by anything that JavaScript can be asked about. */
const IDLE = new Set(['(idle)', '(root)']);

/**
 * Prints, of each process that was profiled, which requests it made for an invoice, and what share of its processor time each package
 * takes, with what Node does for it. Its hottest places follow: the functions that were themselves on top of the stack the longest.
 */
export async function printProfiles(folder: string, names: readonly string[], invoices: number): Promise<void> {
  for (const name of names) {
    const profile = await profileOf(folder, name);
    const { total, packages, places } = sumUp(profile);
    const shares = (times: ReadonlyMap<string, number>, shown: number) =>
      [...times]
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, shown)
        .map(([what, time]) => [what, (100 * time) / total] as const);
    const requests = Object.entries(profile.requests).map(([what, count]) => [what, count / invoices] as const);
    printTable(`${name}: requests of an invoice`, ['operation', 'requests'], requests);
    printTable(
      `${name}: what its packages take, each with what Node does for it`,
      ['package', '% of the time'],
      shares(packages, MAX_PACKAGES_SHOWN),
    );
    printTable(
      `${name}: its ${MAX_PLACES_SHOWN} hottest places, each without what it calls`,
      ['function', '% of the time'],
      shares(places, MAX_PLACES_SHOWN),
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
  const places = new Map<string, number>();
  let total = 0;
  samples.forEach((id, place) => {
    const node = byId.get(id);
    if (!node || IDLE.has(node.callFrame.functionName)) return;
    const time = timeDeltas[place] ?? 0;
    total += time;
    const own = owner(id);
    packages.set(own, (packages.get(own) ?? 0) + time);
    const where = placeOf(node);
    places.set(where, (places.get(where) ?? 0) + time);
  });
  return { total, packages, places };
}

/** `hashOf, src/events/commit.ts`; of a package its file's name alone, and nothing of what V8 does by itself. */
function placeOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName || `line ${lineNumber + 1}`;
  const packaged = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:.*\/)?([^/]+)$/.exec(url);
  if (packaged) return `${name}, ${packaged[1]} (${packaged[2]})`;
  const ours = /^file:.*\/((?:src|bench|local)\/.*)$/.exec(url)?.[1] ?? url;
  return ours === '' ? name : `${name}, ${ours}`;
}

function ownerIn(url: string): string | undefined {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  const ours = /^file:.*\/((?:src\/[^/]+|bench|local))\//.exec(url)?.[1];
  return ours;
}
