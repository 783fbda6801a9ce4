import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, ended } from '../child.ts';
import { type Credentials, readCredentials } from '../credentials.ts';
import { readJson } from '../durable-file.ts';
import { isOurs, type ProcessIds } from '../processes.ts';
import { inProject, projectRoot } from '../project.ts';
import { StackError } from '../stack-error.ts';

const START_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 60_000;
const LOOK_EVERY_MS = 100;

export interface RunningStack {
  readonly credentials: Credentials;
  /** Stops it, when it was started here. */
  stop(): Promise<void>;
}

/**
 * The stack on this folder: the one that runs, or else one that is started now, by the program of `npm start`, on any free port.
 *
 * @param say told when one is started
 * @throws StackError when it does not come up, with what it said
 */
export async function runningStack(dataDir: string, say: (line: string) => void): Promise<RunningStack> {
  const supervisor = ((await readJson(join(dataDir, 'processes.json'))) as ProcessIds | undefined)?.supervisor;
  if (await isOurs('supervisor', supervisor)) {
    const abandoned = async () => !(await isOurs('supervisor', supervisor));
    return { credentials: await ready(dataDir, abandoned), stop: async () => undefined };
  }
  return started(dataDir, say);
}

async function started(dataDir: string, say: (line: string) => void): Promise<RunningStack> {
  say('No stack runs here: starting one, as "npm start" does');
  const child = spawn(process.execPath, [inProject('local/start.ts'), '--port', '0', '--data', dataDir], {
    cwd: projectRoot,
    // A group of its own: Ctrl-C reaches the demo, which stops it; the channel tells it when the demo is gone without a word.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  let isReady = false;
  child.stdout?.on('data', (chunk: Buffer) => {
    isReady ||= /^ready /m.test(chunk.toString('utf8'));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2_000);
  });
  const over = ended(child).then(() => {
    throw new StackError(said.trim().split('\n').at(-1) || 'The stack ended before it was ready.');
  });
  const stop = () => end(child, STOP_GRACE_MS);
  try {
    // What an earlier run left in the folder must not be taken for this one's.
    const up = (async () => {
      while (!isReady && child.exitCode === null) await sleep(LOOK_EVERY_MS);
      return ready(dataDir, async () => child.exitCode !== null);
    })();
    return { credentials: await Promise.race([up, over]), stop };
  } catch (error) {
    if (child.exitCode === null && child.signalCode === null) await stop();
    throw error;
  } finally {
    over.catch(() => undefined);
  }
}

async function ready(dataDir: string, abandoned: () => Promise<boolean>): Promise<Credentials> {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    const credentials = await readCredentials(dataDir);
    if (credentials && (await answers(credentials.apiUrl))) return credentials;
    if (await abandoned()) break;
  }
  throw new StackError('The stack did not come up: run "npm start" to see why.');
}

function answers(apiUrl: string): Promise<boolean> {
  return fetch(`${apiUrl}/ping`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
