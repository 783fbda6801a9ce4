import { availableParallelism, cpus, loadavg } from 'node:os';

/** What the figures were taken on, and whether something else was running: figures under load are not worth keeping. */
export function printMachine(): void {
  const cores = availableParallelism();
  const [load = 0] = loadavg();
  console.log(
    `Node ${process.versions.node}, ${cores} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), load before: ${load.toFixed(2)}`,
  );
  if (load > cores / 2) console.log('The machine is not quiet: do not publish these figures.');
}
