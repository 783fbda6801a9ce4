/** A profile as `node --cpu-prof` writes it. Times are microseconds of the machine's monotonic clock. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  /** The node on top of the stack at each sample, and how long each lasted. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

/** A function, with the time that it was itself on top of the stack. */
export interface Place {
  readonly name: string;
  readonly url: string;
  readonly ms: number;
}

/** V8's names for time in which no code ran. */
const IDLE: ReadonlySet<string> = new Set(['(idle)', '(root)']);

/**
 * The time that a process was busy, and its functions by their own part of it, the hottest first.
 *
 * @param window the part of the profile that counts, in nanoseconds as `process.hrtime.bigint()` gives them in any process
 */
export function busyTime(
  { nodes, startTime, samples, timeDeltas }: CpuProfile,
  window: { readonly from: bigint; readonly to: bigint },
): { readonly totalMs: number; readonly places: readonly Place[] } {
  const [from, to] = [Number(window.from / 1000n), Number(window.to / 1000n)];
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const places = new Map<string, { name: string; url: string; us: number }>();
  let at = startTime;
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    at += us;
    const frame = frames.get(sample);
    if (!frame || at < from || at > to || IDLE.has(frame.functionName)) continue;
    total += us;
    const key = `${frame.functionName}@${frame.url}`;
    const place = places.get(key) ?? { name: frame.functionName || '(anonymous)', url: frame.url, us: 0 };
    place.us += us;
    places.set(key, place);
  }
  const sorted = [...places.values()].sort((a, b) => b.us - a.us);
  return { totalMs: total / 1000, places: sorted.map(({ name, url, us }) => ({ name, url, ms: us / 1000 })) };
}
