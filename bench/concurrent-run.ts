/** Operations that were run so many at a time. */
export interface ConcurrentRun {
  readonly latenciesMs: number[];
  wallMs: number;
}

/** Runs an operation, and remembers how long it took. */
export type Timed = <T>(operation: () => Promise<T>) => Promise<T>;

/** Does `task` for each item in `lanes` lanes, adding to the run: its wall time, and the latency of whatever the task times. */
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
  await Promise.all(Array.from({ length: lanes }, lane));
  run.wallMs += performance.now() - started;
}

export const operationsPerSecond = ({ latenciesMs, wallMs }: ConcurrentRun): number =>
  latenciesMs.length / (wallMs / 1_000);
