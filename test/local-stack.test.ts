import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { inProject, projectRoot } from '../local/project.ts';
import type { DpsId } from '../src/nfse/dps-id.ts';
import { dpsId } from '../src/nfse/dps-id.ts';
import { needing } from './needs.ts';
import { apiAs, authorityCalls, authorityNotes, credentials, example } from './stack/api.ts';
import { descendants, listeningOn, untilGone } from './stack/process-tree.ts';
import { npmStart, type RunningStack } from './stack/start-stack.ts';

const shared = dirname(inject('credentials'));
const temporary = await mkdtemp(join(tmpdir(), 'nfse-ledger-local-'));
const data = join(temporary, 'data');
/** A worker that dies must not keep its message for long. */
const QUICK = { PROVIDER_TIMEOUT_MS: '3000', WORKER_VISIBILITY_SECONDS: '5', RECONCILE_EVERY_SECONDS: '2' };
const running: RunningStack[] = [];

const start = async (...args: string[]): Promise<RunningStack> => {
  const stack = await npmStart(data, QUICK, ['--port', '0', ...args]);
  running.push(stack);
  return stack;
};

afterAll(async () => {
  await Promise.all(running.map((stack) => stack.stop()));
  await rm(temporary, { recursive: true, force: true });
});

/** Runs a script of `local/` to its end. */
async function ran(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [inProject(`local/${script}`), ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

async function processIds(): Promise<Record<string, number>> {
  return JSON.parse(await readFile(join(data, 'processes.json'), 'utf8'));
}

async function within(ms: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + ms; !(await isSo()); await sleep(50)) {
    if (Date.now() > deadline) throw new Error('It did not come to be in time');
  }
}

const declarationOf = ({ companyCnpj, municipalityCode, dps }: never): DpsId =>
  dpsId({ companyCnpj, municipalityCode, ...(dps as { series: string; number: number }) });

describe('what a person meets at the terminal', () => {
  it('a second start on the same data says where the first one runs', async () => {
    const { code, stderr } = await ran('start.ts', '--port', '0', '--data', shared);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `The stack is already running at ${credentials().apiUrl} on ${shared}: stop it first, or choose other data with --data.\n`,
    });
  });

  it('a taken port is named, with what to do', async () => {
    const { port } = new URL(credentials().apiUrl);
    const { code, stderr } = await ran('start.ts', '--port', port, '--data', join(temporary, 'other'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Port ${port} is taken: stop what uses it, or choose another with --port.\n`,
    });
  });

  it('a folder with other things in it is left alone, even by --fresh', async () => {
    const foreign = join(temporary, 'foreign');
    await mkdir(foreign);
    await writeFile(join(foreign, 'thesis.txt'), 'years of work');
    const { code, stderr } = await ran('start.ts', '--port', '0', '--data', foreign, '--fresh');
    expect(code).toBe(1);
    expect(stderr).toContain('was not made by this project: choose another folder with --data.');
    expect(await readFile(join(foreign, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it.each(['client', 'operator', 'auditor', 'ops', 'admin'])(
    'a token for the role %s, alone on its line',
    async (role) => {
      const { code, stdout, stderr } = await ran('token.ts', '--role', role, '--data', shared);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const claims = JSON.parse(Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString('utf8'));
      expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      expect(claims['cognito:groups']).toEqual([role]);
    },
  );

  it('a token of a stack that never ran says to start it', async () => {
    const { code, stderr } = await ran('token.ts', '--role', 'client', '--data', join(temporary, 'never'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The stack is not running: start it with "npm start" and ask again.\n',
    });
  });
});

describe('a running stack, to other machines', () => {
  const onLinux = process.platform === 'linux' ? undefined : 'sockets are told by Linux alone';

  needing(onLinux, it)('is not there: all its ports are on the loopback interface', async () => {
    const { supervisor = 0 } = JSON.parse(await readFile(join(shared, 'processes.json'), 'utf8'));
    const addresses = await listeningOn(await descendants(supervisor));
    const { apiUrl, endpoints } = credentials();
    const known = [apiUrl, ...Object.values(endpoints)]
      .filter((url) => URL.canParse(url))
      .map((url) => new URL(url).host);
    expect(addresses).toEqual(expect.arrayContaining([...new Set(known)]));
    expect(addresses.length).toBeGreaterThan(8);
    expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('serves nobody who asks at another address of this machine', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    const { dynamodb, sqs } = credentials().endpoints;
    for (const { address } of others) {
      for (const { port } of [new URL(dynamodb), new URL(sqs)]) {
        await expect(fetch(`http://${address}:${port}/`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
      }
    }
  });

  it('gives an object to a link that is fresh and as it was made, and to nobody else', async () => {
    const api = await apiAs('client');
    const { body } = await api.post('/invoices', example('emit-invoice'));
    await api.until(body.invoiceId, 'ISSUED');
    const link = (await api.get(`/invoices/${body.invoiceId}/xml`)).body.url as string;
    const statusOf = async (url: string) => (await fetch(url)).status;
    expect(await statusOf(link)).toBe(200);
    expect(await statusOf(link.replace(/\?.*/, ''))).toBe(403);
    expect(await statusOf(link.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800'))).toBe(403);
    expect(await statusOf(link.replace(/X-Amz-Date=\d{4}/, 'X-Amz-Date=2020'))).toBeGreaterThanOrEqual(400);
  });
});

describe('a stack that is killed, part by part', () => {
  let invoiceId = '';

  it('the worker: it is started again, and the invoice it had in hand is issued once', async () => {
    const stack = await start();
    const here = credentials(stack.credentialsFile);
    const api = await apiAs('client', here);
    const slow = example('emit-slow');
    const { body } = await api.post('/invoices', slow);
    invoiceId = body.invoiceId;
    const declaration = declarationOf(body as never);
    await within(60_000, async () => (await authorityCalls(declaration, here)).posts > 0);

    // Keys, tokens and passwords are in it.
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    const { worker = 0 } = await processIds();
    process.kill(worker, 'SIGKILL');

    await within(60_000, async () => ![undefined, worker].includes((await processIds()).worker));
    await api.until(invoiceId, 'ISSUED', 60_000);
    expect(await authorityNotes(declaration, here)).toHaveLength(1);
    expect((await authorityCalls(declaration, here)).posts).toBe(1);
  });

  it('the supervisor: what it started ends with it, and the next start finds all as it was', async () => {
    const [stack] = running;
    if (!stack) throw new Error('The stack of the test before did not start');
    const before = await processIds();
    const old = credentials(stack.credentialsFile);
    process.kill(before.supervisor ?? 0, 'SIGKILL');
    await once(stack.process, 'exit');
    // The engines need nobody to tell them, not even the one that is no process of ours.
    await untilGone(Object.values(before), 60_000);
    // Somebody else takes a port that the stack had.
    const squatter = createServer();
    const taken = Number(new URL(old.endpoints.nationalApi).port);
    await listening(squatter, taken);
    try {
      const again = await start();
      const now = credentials(again.credentialsFile);
      expect(Number(new URL(now.endpoints.nationalApi).port)).not.toBe(taken);
      expect(now.endpoints.dynamodb).toBe(old.endpoints.dynamodb);
      const { status, body } = await (await apiAs('client', now)).get(`/invoices/${invoiceId}/events`);
      expect({ status, chain: body.chain.intact, at: body.invoice.status }).toEqual({
        status: 200,
        chain: true,
        at: 'ISSUED',
      });
    } finally {
      squatter.close();
    }
  });

  it('npm, by SIGINT that comes twice: nothing is left running', async () => {
    const stack = running.at(-1);
    if (!stack) throw new Error('The stack of the test before did not start');
    const tree = await descendants(stack.process.pid ?? 0);
    expect(tree.length).toBeGreaterThan(5);
    // Once from the terminal, once passed on.
    stack.process.kill('SIGINT');
    stack.process.kill('SIGINT');
    await once(stack.process, 'exit');
    await untilGone(tree, 60_000);
  });

  it('two starts at once on the same data, both --fresh: one runs, empty, and the other gives way', async () => {
    const starts = await Promise.allSettled([start('--fresh'), start('--fresh')]);
    const [stack] = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [refusal] = starts.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    if (!stack) throw new Error(`Neither start came up: ${refusal}`);
    expect(refusal).toMatch(/already running/);
    const api = await apiAs('client', credentials(stack.credentialsFile));
    expect((await api.get(`/invoices/${invoiceId}`)).status).toBe(404);
  });

  it('npm, without a word: nothing is left running', async () => {
    const stack = running.at(-1);
    if (!stack) throw new Error('The stack of the test before did not start');
    const tree = await descendants(stack.process.pid ?? 0);
    stack.process.kill('SIGKILL');
    await untilGone(tree, 60_000);
  });
});

async function listening(server: Server, port: number): Promise<void> {
  const up = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  await up;
}
