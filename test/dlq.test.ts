import { type ChildProcess, execFile, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxyEvent } from '../local/api-gateway/proxy-event.ts';
import { inProject } from '../local/project.ts';
import type { Documents } from '../src/commands/ports.ts';
import type { Work } from '../src/commands/work.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { event } from '../src/events/event-types.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { tcpProxy } from './faults/tcp-proxy.ts';
import { deferred, draft } from './invoices.ts';
import { type Answer, apiAs, authorityCalls, authorityNotes, credentials } from './stack/api.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import {
  commandDeps,
  declarationOf,
  emittedOnly,
  ended,
  events,
  eventually,
  type OwnQueue,
  ownQueue,
  workersOfEachTest,
} from './stack/own-worker.ts';

/** Programs that a test starts take their time on a busy machine. */
const SLOW_MS = 40_000;
vi.setConfig({ testTimeout: 2 * SLOW_MS });

const stack = credentials();
const sqs = new SQSClient({
  endpoint: stack.endpoints.sqs,
  region: 'sa-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const worker = workersOfEachTest();
const ops = await apiAs('ops');
const client = await apiAs('client');

/**
 * An invoice that waits for a city hall until tomorrow: what becomes of it before that is the doing of a replay, and not of the
 * stack's reconciler.
 */
async function waiting(reference?: string, kept?: Documents): Promise<{ invoice: LivingInvoice; work: Work }> {
  const { invoice, tip, work } = await emittedOnly(reference, events, kept);
  const deferral = event('SubmissionDeferred', {
    ...deferred.data,
    nextAttemptAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  await events.append(
    draft({ invoiceId: invoice.id, tip, events: [deferral], commitId: randomUUID(), at: new Date().toISOString() }),
  );
  const { emitted: _, ...later } = work;
  return { invoice, work: later };
}

/** Of an invoice after it was deferred. */
const types = async ({ id }: LivingInvoice) =>
  (await events.load(id)).flatMap((commit) => commit.events.map(({ type }) => type)).slice(2);

/** A message that the queue itself moved to the DLQ: nobody wrote on it why. */
async function dead(work: Work | string, QueueUrl = stack.deadLetterQueueUrl): Promise<string> {
  const MessageBody = typeof work === 'string' ? work : JSON.stringify(work);
  return (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? '';
}

/** ProcessorFn in a process of its own, as Lambda has it, on a DLQ that nobody else looks at. */
interface ProcessorFn {
  readonly process: ChildProcess;
  /** Hands it an event. @returns its answer */
  invoke(event: object): Promise<Answer['body']>;
  /** Asks as the gateway does, for ops. */
  ask(path: string, body?: object, query?: readonly (readonly [string, string])[]): Promise<Answer>;
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

async function processorFn(queue: OwnQueue, env: Record<string, string> = {}): Promise<ProcessorFn> {
  const child = fork(inProject('test/stack/invoke-bundle.ts'), [inProject('src/handlers/processor.ts')], {
    env: {
      ...stack.environment,
      REQUESTS_QUEUE_URL: queue.url,
      DEAD_LETTER_QUEUE_URL: queue.deadLetterUrl,
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
      ...env,
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  running.push(child);
  await once(child, 'message');
  const invoke: ProcessorFn['invoke'] = async (event) => {
    child.send({ event, trace: '', context: { awsRequestId: randomUUID() } });
    const [{ answer }] = (await once(child, 'message')) as [{ answer: unknown }];
    return answer;
  };
  return {
    process: child,
    invoke,
    async ask(path, body, query = []) {
      const { statusCode, body: text } = await invoke(request(path, body, query));
      return { status: statusCode, headers: new Headers(), body: JSON.parse(text) };
    },
  };
}

function request(path: string, body: object | undefined, query: readonly (readonly [string, string])[]): object {
  return proxyEvent({
    method: body ? 'POST' : 'GET',
    target: { path, segments: path.split('/').slice(1), query },
    resource: path,
    params: {},
    rawHeaders: [],
    body: body ? JSON.stringify(body) : '',
    claims: { username: 'operadora', 'cognito:groups': 'ops', 'custom:companies': '*' },
    apiKey: null,
    sourceIp: '127.0.0.1',
    requestId: randomUUID(),
    at: Date.now(),
    trace: '',
  });
}

describe('a message that the worker cannot handle', () => {
  it('lies in the DLQ with its cause, and after a repair its invoice is issued, with the repair in its history', async () => {
    const kept = new Map<string, string>();
    // The document's bucket loses it: every attempt fails.
    const losing: Documents = { ...commandDeps.documents, put: async (key, content) => void kept.set(key, content) };
    const { invoice, work } = await waiting('PEDIDO118', losing);
    const queue = await ownQueue(2);
    worker(queue);
    await queue.send(work);
    await eventually(async () => (await queue.dead()) > 0, SLOW_MS);
    const processor = await processorFn(queue);
    const named = [['invoiceId', invoice.id]] as const;
    const { groups, letters, complete } = (await processor.ask('/dlq', undefined, named)).body;
    expect(complete).toBe(true);
    expect(groups).toMatchObject([
      { cause: 'document-missing', municipalityCode: '3106200', invoices: 1, sample: { invoiceIds: [invoice.id] } },
    ]);
    expect(letters[0]).toMatchObject({ errorName: 'DocumentMissing', receiveCount: 2, invoiceId: invoice.id });

    const selection = { invoiceIds: [invoice.id], mode: 'repair', reason: 'Documento restaurado' };
    expect((await processor.ask('/dlq/replay', { ...selection, dryRun: true })).body).toMatchObject({
      dryRun: true,
      items: [{ invoiceId: invoice.id, outcome: 'start', status: 'EMITTED' }],
    });
    expect(await types(invoice)).toEqual([]);

    for (const [key, content] of kept) await commandDeps.documents.put(key, content);
    // The outcome is told if it comes in time, which on a busy machine it may not.
    expect((await processor.ask('/dlq/replay', selection)).body).toMatchObject({
      items: [{ invoiceId: invoice.id, outcome: expect.stringMatching(/^(answered|started)$/) }],
    });
    await client.until(invoice.id, 'ISSUED', SLOW_MS);
    expect(await types(invoice)).toEqual(['ReplayRequested', 'Issued']);
    const { body } = await ops.get(`/invoices/${invoice.id}/events`);
    expect(body.chain.intact).toBe(true);
    expect(body.events[2]).toMatchObject({
      type: 'ReplayRequested',
      data: {
        by: 'operadora',
        mode: 'repair',
        cause: 'document-missing',
        reason: 'Documento restaurado',
      },
      meta: { actor: 'operadora', causationId: letters[0].letterId },
    });
    expect(await queue.dead()).toBe(0);
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
  });

  it('and asks for no work at all stays, until somebody says why it may go', async () => {
    const queue = await ownQueue();
    worker(queue);
    await queue.send('{"operation":"dance"}');
    await eventually(async () => (await queue.dead()) > 0, SLOW_MS);
    const processor = await processorFn(queue);
    const { groups } = (await processor.ask('/dlq')).body;
    expect(groups).toMatchObject([{ cause: 'malformed-message', letters: 1, invoices: 0 }]);
    const [letterId] = groups[0].sample.letterIds;
    const kept = await processor.ask('/dlq/replay', { all: true });
    expect(kept.body.items).toMatchObject([{ letterIds: [letterId], outcome: 'kept', why: 'unknown-invoice' }]);
    expect((await processor.ask('/dlq/discard', { letterIds: [letterId] })).status).toBe(422);
    const discarded = await processor.ask('/dlq/discard', { letterIds: [letterId], reason: 'Teste da integração' });
    expect(discarded.body).toMatchObject({ counts: { discarded: 1 }, left: 0 });
    expect(await queue.dead()).toBe(0);
  });
});

describe('a replay', () => {
  it('that two operators ask for at once makes one note', async () => {
    const { invoice, work } = await waiting();
    const queue = await ownQueue();
    await dead(work, queue.deadLetterUrl);
    const operators = [await processorFn(queue), await processorFn(queue)];
    const both = await Promise.all(operators.map(({ ask }) => ask('/dlq/replay', { all: true })));
    expect(both.flatMap(({ body }) => body.items)).toMatchObject([{ outcome: 'started' }]);
    await client.until(invoice.id, 'ISSUED', SLOW_MS);
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
    expect(await authorityCalls(declarationOf(invoice))).toMatchObject({ posts: 1 });
    expect(await types(invoice)).toEqual(['ReplayRequested', 'Issued']);
  });

  it('lets go what is settled, and says so', async () => {
    const { invoice, work } = await waiting();
    const queue = await ownQueue();
    const { ask } = await processorFn(queue);
    await dead(work, queue.deadLetterUrl);
    await ask('/dlq/replay', { invoiceIds: [invoice.id] });
    await client.until(invoice.id, 'ISSUED', SLOW_MS);
    const letters = [await dead(work, queue.deadLetterUrl), await dead(work, queue.deadLetterUrl)];
    const { items } = (await ask('/dlq/replay', { invoiceIds: [invoice.id] })).body;
    expect(items).toMatchObject([{ outcome: 'dropped', status: 'ISSUED', cause: 'worker-died' }]);
    expect(items[0].letterIds.sort()).toEqual(letters.sort());
    expect(await types(invoice)).toEqual(['ReplayRequested', 'Issued']);
  });
});

describe('a function that is killed in the middle of a replay', () => {
  it('loses no letter, and the next one goes on with it: one note, one record', async () => {
    const tables = await ownTables(dynamoDb());
    const streams = dynamoDbEventStore({ client: dynamoDb(), tableName: tables.events });
    const { invoice, work } = await emittedOnly('PEDIDO118', streams);
    const history = async () =>
      (await streams.load(invoice.id)).flatMap((commit) => commit.events.map(({ type }) => type));
    const queue = await ownQueue(10);
    await dead(work, queue.deadLetterUrl);
    const env = { EVENTS_TABLE: tables.events };
    const proxy = await tcpProxy(stack.endpoints.sfn);
    const first = await processorFn(queue, { ...env, AWS_ENDPOINT_URL_SFN: proxy.url, DEAD_LETTER_HOLD_SECONDS: '2' });
    proxy.atNextRequest(() => first.process.kill('SIGKILL'));
    void first.ask('/dlq/replay', { all: true }).catch(() => undefined);
    expect(await ended(first.process)).toBe('SIGKILL');
    await proxy.stop();
    expect(await history()).toEqual(['Emitted', 'ReplayRequested']);
    expect(await queue.dead()).toBe(1);

    worker(queue, { ...env, WORKER_VISIBILITY_SECONDS: '10', WORKER_DEADLINE_SECONDS: '10' });
    const second = await processorFn(queue, env);
    await eventually(
      async () => (await second.ask('/dlq/replay', { all: true, mode: 'repair' })).body.items.length > 0,
      SLOW_MS,
    );
    expect(await queue.dead()).toBe(0);
    await eventually(async () => (await history()).includes('Issued'), SLOW_MS);
    expect(await history()).toEqual(['Emitted', 'ReplayRequested', 'Issued']);
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
  });
});

describe('ProcessorFn behind the DLQ itself', () => {
  const record = (messageId: string, body: string, attributes: Record<string, string> = {}) => ({
    messageId,
    receiptHandle: messageId,
    body,
    attributes: { SentTimestamp: String(Date.now()) },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
    ),
  });

  it('repairs what it can once, and names what stays', async () => {
    const { invoice, work } = await waiting();
    const queue = await ownQueue();
    const processor = await processorFn(queue);
    const handed = (...Records: readonly object[]) => processor.invoke({ Records });
    const letter = record('first', JSON.stringify(work), { Cause: 'document-missing', InvoiceId: invoice.id });
    expect(await handed(letter, record('strange', '{}'))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'strange' }],
    });
    expect(await queue.depth()).toBe(1);
    const [request] = (await events.load(invoice.id)).slice(-1);
    expect(request?.events).toMatchObject([
      {
        type: 'ReplayRequested',
        data: { by: 'dlq-mapping', mode: 'repair', cause: 'document-missing', letterId: 'first' },
      },
    ]);
    const again = record('second', JSON.stringify(work));
    expect(await handed(again)).toEqual({ batchItemFailures: [{ itemIdentifier: 'second' }] });
    expect(await queue.depth()).toBe(1);
  });
});

describe('a request about dead letters that is wrong', () => {
  it.each<[string, object, string, string]>([
    ['/dlq/replay', {}, '', 'no-selection'],
    ['/dlq/replay', { all: true, cause: 'defect' }, '/all', 'all-and-some'],
    ['/dlq/replay', { all: false }, '/all', 'value'],
    ['/dlq/replay', { all: true, mode: 'burn' }, '/mode', 'value'],
    ['/dlq/replay', { invoiceIds: ['inv_1'] }, '/invoiceIds/0', 'invoice-id'],
    ['/dlq/replay', { invoiceIds: [] }, '/invoiceIds', 'range'],
    ['/dlq/replay', { letterIds: ['../../etc'] }, '/letterIds/0', 'letter-id'],
    ['/dlq/replay', { cause: 'Robert; DROP' }, '/cause', 'cause'],
    ['/dlq/replay', { municipalityCode: '0000000' }, '/municipalityCode', 'municipality'],
    ['/dlq/replay', { all: true, limit: 1e9 }, '/limit', 'range'],
    ['/dlq/replay', { all: true, surprise: 1 }, '/surprise', 'unknown'],
    ['/dlq/discard', { cause: 'defect' }, '/reason', 'required'],
    ['/dlq/discard', { all: true, reason: 'Tudo' }, '/all', 'unknown'],
    ['/dlq/discard', { reason: 'Nada' }, '', 'no-selection'],
  ])('%s %j is refused by its pointer', async (path, body, pointer, code) => {
    const answer = await ops.post(path, body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ pointer, code, message: /\S/ }]);
  });

  it('is refused in the query, too', async () => {
    const { status, body } = await ops.get('/dlq?cause=Robert%3B&colour=blue');
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/query/cause',
      '/query/colour',
    ]);
  });
});

describe('nfse dlq', () => {
  const run = promisify(execFile);

  async function dlq(...args: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
    const env = { ...process.env, NFSE_API_URL: stack.apiUrl, NFSE_TOKEN: ops.token, NFSE_API_KEY: stack.apiKey };
    const done = await run(process.execPath, [inProject('src/cli/nfse.ts'), 'dlq', ...args], { env }).catch(
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    return { exit: 'code' in done ? done.code : 0, out: done.stdout, err: done.stderr };
  }

  /** Calls until the letter is not in somebody else's hand. */
  async function seenBy(...args: readonly string[]): ReturnType<typeof dlq> {
    let said = await dlq(...args);
    for (let tries = 0; tries < 10 && /não foi vista|não está|"groups":\[\]/.test(said.out + said.err); tries++) {
      said = await dlq(...args);
    }
    return said;
  }

  it('shows what is stuck, replays it, and says so by its exit', async () => {
    const { invoice, work } = await waiting();
    const letterId = await dead(work);
    // Other tests look at this DLQ, too, and whoever looks has the letters in hand for a moment.
    const shown = await seenBy('show', invoice.id);
    expect(shown).toMatchObject({ exit: 0, err: '' });
    expect(shown.out).toContain(letterId);
    expect(shown.out).toContain('worker-died');
    const list = await seenBy('list', '--cause', 'worker-died', '--json');
    expect(list.exit).toBe(1);
    expect(JSON.parse(list.out).groups).toMatchObject([{ cause: 'worker-died', municipalityCode: '3106200' }]);
    const done = await seenBy('replay', invoice.id);
    expect(done).toMatchObject({ exit: 0, err: '' });
    expect(done.out).toContain(`${invoice.id}: reiniciada (worker-died, EMITTED)\nreiniciada: 1.`);
    const gone = await dlq('repair', invoice.id);
    expect(gone).toMatchObject({
      exit: 1,
      out: `${invoice.id}: não foi vista na fila\nNenhuma mensagem corresponde.\n`,
    });
    await client.until(invoice.id, 'ISSUED', SLOW_MS);
  });

  it('ends with 2 when the API refuses, or the call makes no sense', async () => {
    const { exit, err } = await dlq('replay', 'inv_1');
    expect(exit).toBe(2);
    expect(err).toContain('/invoiceIds/0');
    expect(await dlq('replay')).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('Uso:') });
  });
});
