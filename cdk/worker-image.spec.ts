import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKER_NODE_OPTIONS } from '../src/worker/node-options.ts';
import { WORKER_READS } from './functions.ts';
import { copyOwnFiles, fileVariables, WORKER_FILES } from './own-files.ts';
import { settingsOf } from './settings.ts';
import { assembleWorkerImage, WORKER_IMAGE_FILES } from './worker-image.ts';

/** Of an installation that brings municipality profiles. */
const settings = { ...settingsOf('dev'), files: { municipalityProfiles: 'examples/municipality-profiles.json' } };

let folder: string;
let dockerfile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nfse-ledger-image-'));
  await assembleWorkerImage(folder);
  await copyOwnFiles(settings, WORKER_READS, join(import.meta.dirname, '..'), join(folder, 'files'));
  dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the image of the worker', () => {
  it('is built from these files, and no others', async () =>
    expect(await readdir(folder)).toEqual([...WORKER_IMAGE_FILES]));

  it('copies what it runs, as a user without rights, with Node itself as its process', () => {
    const copied = [...dockerfile.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    expect(['Dockerfile', ...copied]).toEqual([...WORKER_IMAGE_FILES]);
    expect(dockerfile).toContain(`\nWORKDIR ${dirname(WORKER_FILES)}\n`);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^ENTRYPOINT \["node", "--enable-source-maps", "worker.mjs"\]$/m);
  });

  it('runs Node as tests run it', () =>
    expect(/NODE_OPTIONS="([^"]*)"/.exec(dockerfile)?.[1]).toBe(WORKER_NODE_OPTIONS.join(' ')));
});

describe('the worker, started from the files of its image in a folder that has nothing else', () => {
  let queue: Server;
  let worker: ChildProcess;
  const asked: string[] = [];
  const lines: string[] = [];

  beforeAll(async () => {
    // Whatever the worker asks of AWS, the answer is empty: no messages.
    queue = createServer((request, response) => {
      asked.push(String(request.headers['x-amz-target']));
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      request.resume().on('end', () => setTimeout(() => response.end('{}'), 50));
    }).listen(0, '127.0.0.1');
    await once(queue, 'listening');
    const url = `http://127.0.0.1:${(queue.address() as AddressInfo).port}`;
    worker = spawn(process.execPath, ['--enable-source-maps', 'worker.mjs'], {
      cwd: folder,
      env: {
        NODE_OPTIONS: WORKER_NODE_OPTIONS.join(' '),
        AWS_REGION: 'sa-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL: url,
        REQUESTS_QUEUE_URL: `${url}/000000000000/RequestsQueue`,
        DEAD_LETTER_QUEUE_URL: `${url}/000000000000/RequestsDlq`,
        NATIONAL_API_URL: 'https://sefin.example',
        NATIONAL_PARAMETERS_URL: 'https://adn.example',
        ...fileVariables(settings, WORKER_READS, join(folder, 'files')),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [worker.stdout, worker.stderr]) stream?.on('data', (text) => lines.push(String(text)));
    while (!asked.includes('AmazonSQS.ReceiveMessage') && worker.exitCode === null)
      await new Promise((done) => setTimeout(done, 50));
  });
  afterAll(() => {
    worker?.kill('SIGKILL');
    queue?.close();
  });

  it('asks the queue for work', () => expect(asked, lines.join('')).toContain('AmazonSQS.ReceiveMessage'));

  it('leaves when it is told to', async () => {
    worker.kill('SIGTERM');
    const [code] = await once(worker, 'exit');
    expect(code, lines.join('')).toBe(0);
    expect(lines.join('')).toContain('worker stopped');
  });
});
