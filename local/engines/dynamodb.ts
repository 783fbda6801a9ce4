import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '../../src/aws/document-client.ts';
import { indented } from '../log-tail.ts';
import { isFree } from '../ports.ts';
import { inProject } from '../project.ts';
import { didNotStart, StackError } from '../stack-error.ts';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
const MAX_LOG_CHARACTERS = 8_192;

export interface DynamoDb {
  readonly endpoint: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface DynamoDbOptions {
  /** The `java` command. */
  readonly java: string;
  readonly port: number;
  /** Where its log goes. */
  readonly logFile?: string;
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
 * Starts DynamoDB Local, the vendor's own engine, on the loopback interface, and waits until it answers. It ends with this process,
 * however this process ends: see server.xml.
 *
 * @throws StackError when the port is taken or the engine does not come up
 */
export async function startDynamoDb({ java, port, dataDir, logFile }: DynamoDbOptions): Promise<DynamoDb> {
  // On a taken port the engine logs a BindException and goes on for a while, so the port is asked first and the log is watched.
  if (!(await isFree(port))) throw new StackError(`Port ${port}, meant for DynamoDB, is taken.`);
  if (dataDir !== undefined) await mkdir(dataDir, { recursive: true });
  const child = spawn(java, argumentsFor(port, dataDir), {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, DDB_LOCAL_TELEMETRY: '0' },
    // A group of its own, so that Ctrl-C at the terminal reaches the supervisor alone, which ends the rest in order.
    detached: true,
    // It leaves a file of its own where it stands.
    cwd: dataDir ?? tmpdir(),
  });
  if (logFile !== undefined) child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
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
  const libraries = join(emulator, 'DynamoDBLocal_lib');
  return [
    // Measured: these two halve the start and give half as much throughput again.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Xmx512m',
    `-Djava.library.path=${libraries}`,
    '-cp',
    [join(emulator, 'DynamoDBLocal.jar'), join(libraries, '*')].join(delimiter),
    'org.eclipse.jetty.xml.XmlConfiguration',
    inProject('local/engines/dynamodb/server.xml'),
    `port=${port}`,
    ...(dataDir === undefined ? ['inMemory=true'] : ['inMemory=false', `dbPath=${dataDir}`]),
  ];
}

async function answering(child: ChildProcess, endpoint: string): Promise<void> {
  const client = localDynamoDb(endpoint);
  let log = '';
  let over: string | undefined;
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-MAX_LOG_CHARACTERS);
    if (log.includes('BindException')) over = 'its port was taken meanwhile';
  });
  child.once('error', (error) => {
    over = error.message;
  });
  child.once('exit', (code, signal) => {
    over ??= String(code ?? signal);
  });
  const failure = (how: string) => didNotStart('DynamoDB Local', how, indented(log));
  try {
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; await sleep(40)) {
      if (over !== undefined) throw failure(over);
      const up = await client.send(new ListTablesCommand({}), { requestTimeout: 2_000 }).then(
        () => true,
        () => false,
      );
      if (up) return;
    }
  } finally {
    client.destroy();
  }
  throw failure(`no answer within ${START_TIMEOUT_MS / 1_000} seconds`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(force);
}
