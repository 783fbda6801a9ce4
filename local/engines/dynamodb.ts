import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../src/aws/document-client.ts';
import { isFree } from '../ports.ts';
import { StackError } from '../stack-error.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;

export interface DynamoDb {
  readonly endpoint: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface DynamoDbOptions {
  /** The `java` command. */
  readonly java: string;
  readonly port: number;
  /** Where tables and streams persist; absent, they live in memory. */
  readonly dataDir?: string;
}

/** A client of an engine on this machine; the credentials are never looked at. */
export function localDynamoDb(endpoint: string): DynamoDBDocumentClient {
  return documentClient(
    new DynamoDBClient({
      endpoint,
      region: 'sa-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  );
}

/**
 * Starts DynamoDB Local, the vendor's own engine, and waits until it answers. It listens on every interface and cannot be
 * told otherwise.
 *
 * @throws StackError when the port is taken or the engine does not come up
 */
export async function startDynamoDb({ java, port, dataDir }: DynamoDbOptions): Promise<DynamoDb> {
  // On a taken port the engine logs a BindException and hangs, so the port is asked first and the log is watched.
  if (!(await isFree(port))) throw new StackError(`Port ${port}, meant for DynamoDB, is taken.`);
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const child = spawn(java, argumentsFor(port, dataDir), {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that Ctrl-C at the terminal reaches the supervisor alone, which ends the rest in order.
    detached: true,
    // It leaves a file of its own where it stands.
    cwd: dataDir ?? tmpdir(),
  });
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answering(child, endpoint);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { endpoint, process: child, stop: () => end(child) };
}

function argumentsFor(port: number, dataDir: string | undefined): string[] {
  const emulator = join(
    dirname(createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json')),
    'emulator',
  );
  return [
    // Measured: these two halve the start and give half as much throughput again. `-D` must come before `-jar`.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Xmx512m',
    `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
    '-jar',
    join(emulator, 'DynamoDBLocal.jar'),
    '-port',
    String(port),
    '-sharedDb',
    '-disableTelemetry',
    ...(dataDir === undefined ? ['-inMemory'] : ['-dbPath', dataDir]),
  ];
}

async function answering(child: ChildProcess, endpoint: string): Promise<void> {
  const client = localDynamoDb(endpoint);
  let lastWords = '';
  let over: string | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString('utf8')).slice(-2_000);
    if (lastWords.includes('BindException')) over = 'its port was taken meanwhile';
  });
  child.once('error', (error) => {
    over = error.message;
  });
  child.once('exit', (code, signal) => {
    over ??= `it ended with ${code ?? signal}: ${lastWords.trim().split('\n').at(-1) ?? ''}`;
  });
  try {
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(40)) {
      if (over !== undefined) throw new StackError(`DynamoDB Local did not start: ${over}.`);
      const up = await client.send(new ListTablesCommand({}), { requestTimeout: 2_000 }).then(
        () => true,
        () => false,
      );
      if (up) return;
    }
  } finally {
    client.destroy();
  }
  throw new StackError(`DynamoDB Local did not answer within ${START_TIMEOUT_MS / 1_000} seconds.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(force);
}
