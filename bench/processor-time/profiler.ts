// Loaded before a process that is to be profiled. SIGUSR2 begins a profile, and the next SIGUSR2 ends and writes it, so that a profile
// holds turns of the benchmark and nothing of start and warm-up. What it writes is what `node --cpu-prof` writes, and which HTTP requests
// were made meanwhile.
import { subscribe } from 'node:diagnostics_channel';
import { rename, writeFile } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { Session } from 'node:inspector/promises';

const INTERVAL_MICROSECONDS = 500;

let requests: Record<string, number> = {};
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
  requests = {};
}

subscribe('http.client.request.start', (message) => {
  const { request } = message as { readonly request: ClientRequest };
  // `DynamoDB_20120810.PutItem`: of AWS's JSON protocols each names its operation.
  const target = request.getHeader('x-amz-target');
  const operation = typeof target === 'string' ? target.replace(/^.*\./, '') : `${request.method} ${request.protocol}`;
  requests[operation] = (requests[operation] ?? 0) + 1;
});
process.on('SIGUSR2', () => {
  toggling = toggling.then(toggle);
});
