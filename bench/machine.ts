import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_MS = 1_000;
const QUIET = 0.9;

/** What the figures were taken on, and whether something else was running: figures under load are not worth keeping. */
export async function printMachine(): Promise<void> {
  const before = processorTime();
  await sleep(SAMPLE_MS);
  const after = processorTime();
  const idle = (after.idle - before.idle) / (after.total - before.total);
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(100 * idle)} % idle before`,
  );
  if (idle < QUIET) console.log('The machine is not quiet: do not publish these figures.');
}

/** Milliseconds of all cores since the start of the machine. */
function processorTime(): { readonly idle: number; readonly total: number } {
  const times = cpus().map((core) => core.times);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return { idle: sum(times.map(({ idle }) => idle)), total: sum(times.flatMap((one) => Object.values(one))) };
}
