// The whole stack on this machine: `npm start [-- --port N --data DIR --fresh --in-memory --without-worker --bundles --real-authorities]`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import './exit-with-parent.ts';
import { type DataDirectory, openDataDirectory } from './data-directory.ts';
import { startStack } from './stack.ts';
import { StackError, sentenceOf } from './stack-error.ts';
import { teardown } from './teardown.ts';
import { tryItCommand } from './try-it.ts';

const DEFAULT_PORT = 4280;
const DEFAULT_DATA = '.local';
/** One Ctrl-C may come twice, from the terminal and from the launcher; a person's second one comes later. */
const SAME_SIGNAL_MS = 400;

const since = performance.now();
const seconds = () => `${((performance.now() - since) / 1_000).toFixed(1).padStart(5)} s`;
const say = (line: string) => process.stdout.write(`${seconds()}  ${line}\n`);
const warn = (line: string) => process.stderr.write(`${seconds()}  ${line}\n`);
// Whoever read our lines may have gone (`npm start | head`): the stack goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const running = teardown();
let data: DataDirectory | undefined;
let stoppedAt: number | undefined;

async function stop(exitCode: number): Promise<never> {
  await running.stopAll();
  data?.release();
  process.exit(exitCode);
}

function onSignal(): void {
  if (stoppedAt === undefined) {
    stoppedAt = performance.now();
    say('stopping: the worker first, with what it has in flight (Ctrl-C again to force)');
    // While it starts, the end of the start stops it.
    if (started) void stop(0);
  } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS) {
    running.killAll();
    process.exit(130);
  }
}

function onDefect(error: unknown): void {
  warn(sentenceOf(error));
  stoppedAt ??= performance.now();
  void stop(1);
}

function options() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      data: { type: 'string' },
      fresh: { type: 'boolean', default: false },
      'in-memory': { type: 'boolean', default: false },
      'without-worker': { type: 'boolean', default: false },
      bundles: { type: 'boolean', default: false },
      'real-authorities': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_000)
    throw new StackError(`"${values.port}" is no port: give --port a number up to 65000.`);
  const { fresh, bundles } = values;
  return {
    port,
    dataPath: resolve(values.data ?? DEFAULT_DATA),
    fresh,
    inMemory: values['in-memory'],
    withoutWorker: values['without-worker'],
    bundles,
    realAuthorities: values['real-authorities'],
  };
}

let started = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

try {
  const { port, dataPath, fresh, inMemory, withoutWorker, bundles, realAuthorities } = options();
  data = await openDataDirectory({ path: dataPath, fresh });
  const { apiUrl, apiKey } = await startStack({
    data,
    port,
    inMemory,
    withoutWorker,
    bundles,
    realAuthorities,
    env: process.env,
    running,
    say,
    warn,
  });
  started = true;
  if (stoppedAt !== undefined) await stop(0);
  process.on('uncaughtException', onDefect);
  process.on('unhandledRejection', onDefect);
  const shown = dataPath === resolve(DEFAULT_DATA) ? undefined : dataPath;
  process.stdout.write(`ready ${apiUrl}\n\n${tryItCommand({ apiUrl, apiKey, data: shown })}\n\n`);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  await stop(1);
}
