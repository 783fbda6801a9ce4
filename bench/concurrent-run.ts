/** Operations that were run so many at a time. */
export interface ConcurrentRun {
  readonly latenciesMs: number[];
  wallMs: number;
  /** Processor time of this process. */
  processorMs: number;
}

export const newConcurrentRun = (): ConcurrentRun => ({ latenciesMs: [], wallMs: 0, processorMs: 0 });

/** Runs an operation, and remembers how long it took. */
export type Timed = <T>(operation: () => Promise<T>) => Promise<T>;

/** Does `task` for each item in `lanes` lanes. Adds to the run: wall and processor time, and the latency of whatever the task times. */
export async function runConcurrently<Item>(
  run: ConcurrentRun,
  items: readonly Item[],
  lanes: number,
  task: (item: Item, timed: Timed) => Promise<unknown>,
): Promise<void> {
  const timed: Timed = async (operation) => {
    const started = performance.now();
    const result = await operation();
    run.latenciesMs.push(performance.now() - started);
    return result;
  };
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) await task(item, timed);
  };
  const started = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: lanes }, lane));
  const { user, system } = process.cpuUsage(before);
  run.wallMs += performance.now() - started;
  run.processorMs += (user + system) / 1_000;
}

export const operationsPerSecond = ({ latenciesMs, wallMs }: ConcurrentRun): number =>
  latenciesMs.length / (wallMs / 1_000);
