// Loaded before a process that is to be profiled. SIGUSR2 begins a profile, and the next SIGUSR2 ends and writes it, so that a profile
// holds turns of the benchmark and nothing of start and warm-up. What it writes is what `node --cpu-prof` writes, and how many HTTP
// requests were made meanwhile.
import { subscribe } from 'node:diagnostics_channel';
import { rename, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';

const INTERVAL_MICROSECONDS = 500;

let requests = 0;
let session: Session | undefined;
let toggling = Promise.resolve();

async function toggle(): Promise<void> {
  if (session) {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    session = undefined;
    const file = `${process.env.BENCH_PROFILE}.cpuprofile`;
    // Whoever waits for the file finds all of it.
    await writeFile(`${file}.draft`, JSON.stringify({ ...profile, requests }));
    await rename(`${file}.draft`, file);
    return;
  }
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
  await session.post('Profiler.start');
  requests = 0;
}

subscribe('http.client.request.start', () => {
  requests++;
});
process.on('SIGUSR2', () => {
  toggling = toggling.then(toggle);
});
