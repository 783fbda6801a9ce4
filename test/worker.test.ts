import { describe, expect, it } from 'vitest';
import { cancelInvoice } from '../src/commands/cancel-invoice/cancel-invoice.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { tcpProxy } from './faults/tcp-proxy.ts';
import { apiAs, authorityCalls, authorityNotes, credentials } from './stack/api.ts';
import {
  commandDeps,
  declarationOf,
  emittedOnly,
  ended,
  events,
  eventually,
  ownQueue,
  workersOfEachTest,
} from './stack/own-worker.ts';

const client = await apiAs('client');
const worker = workersOfEachTest();

const types = async ({ id }: LivingInvoice) =>
  (await events.load(id)).flatMap((commit) => commit.events.map(({ type }) => type));

describe('a worker that is killed between the authority and the event store', () => {
  it('leaves one note, found by its successor and never issued again', async () => {
    const { invoice, work } = await emittedOnly();
    const queue = await ownQueue();
    const proxy = await tcpProxy(credentials().endpoints.dynamodb);
    const first = worker(queue, { AWS_ENDPOINT_URL_DYNAMODB: proxy.url });
    // A fresh emission reads no stream, so the first time that the worker asks for EventsTable it has the outcome.
    proxy.atNextRequest(() => first.kill('SIGKILL'), `"TableName":"${credentials().tables.events}"`);
    await queue.send(work);
    expect(await ended(first)).toBe('SIGKILL');
    await proxy.stop();
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
    expect(await types(invoice)).toEqual(['Emitted']);

    worker(queue);
    const issued = await client.until(invoice.id, 'ISSUED', 15_000);
    const [note] = await authorityNotes(declarationOf(invoice));
    expect(issued.accessKey).toBe(note?.accessKey);
    expect(await authorityCalls(declarationOf(invoice))).toMatchObject({ posts: 1 });
    expect(await types(invoice)).toEqual(['Emitted', 'Issued']);
    await eventually(async () => (await queue.depth()) === 0);
  });
});

describe('a message that comes more than once', () => {
  it('is handled once, though each copy looks like the first', async () => {
    const { invoice, work } = await emittedOnly();
    const queue = await ownQueue();
    worker(queue);
    await Promise.all(Array.from({ length: 5 }, () => queue.send(work)));
    await client.until(invoice.id, 'ISSUED');
    await eventually(async () => (await queue.depth()) === 0);
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
    expect(await types(invoice)).toEqual(['Emitted', 'Issued']);
  });

  it('does nothing for what is done', async () => {
    const { invoice, work } = await emittedOnly();
    const queue = await ownQueue();
    worker(queue);
    await queue.send(work);
    await client.until(invoice.id, 'ISSUED');
    const before = await authorityCalls(declarationOf(invoice));
    await queue.send(work);
    await eventually(async () => (await queue.depth()) === 0);
    expect(await authorityCalls(declarationOf(invoice))).toEqual(before);
  });
});

describe('a cancellation that comes before anything was sent', () => {
  it('is final without a word to the authority but the question whether it has a note', async () => {
    const { invoice, tip, work } = await emittedOnly();
    const command = { by: 'test', reasonCode: '2' as const, reason: 'Serviço não prestado' };
    await cancelInvoice(commandDeps, { invoice, tip }, command, {
      at: new Date().toISOString(),
      meta: { actor: 'test', requestId: 'cancel' },
    });
    const queue = await ownQueue();
    worker(queue, { WORKER_TRUST_SECONDS: '1' });
    const { emitted: _, ...later } = work;
    await eventually(async () => {
      await queue.send({ ...later, origin: 'reconciliation' });
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await types(invoice)).includes('Cancelled');
    });
    expect(await types(invoice)).toEqual(['Emitted', 'CancelRequested', 'Cancelled']);
    expect(await authorityCalls(declarationOf(invoice))).toMatchObject({ posts: 0 });
    const cancelled = await client.until(invoice.id, 'CANCELLED');
    expect(cancelled.cancellation).not.toHaveProperty('protocol');
  });
});

describe('an emission whose process died before the workflow was started', () => {
  it('is found by the reconciler and issued', async () => {
    const { invoice } = await emittedOnly();
    const issued = await client.until(invoice.id, 'ISSUED', 25_000);
    expect(issued.version).toBe(2);
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
  });
});

describe('a worker that is told to stop', () => {
  it('finishes what is in hand, and only that', async () => {
    const { invoice, work } = await emittedOnly('SLOW2');
    const queue = await ownQueue(10);
    const stopping = worker(queue, { WORKER_DEADLINE_SECONDS: '10', PROVIDER_TIMEOUT_MS: '3000' });
    await queue.send(work);
    await eventually(async () => (await authorityCalls(declarationOf(invoice))).posts === 1);
    stopping.kill('SIGTERM');
    const late = await emittedOnly();
    await queue.send(late.work);
    expect(await ended(stopping)).toBe(0);
    expect(await types(invoice)).toEqual(['Emitted', 'Issued']);
    expect(await types(late.invoice)).toEqual(['Emitted']);
    expect(await queue.depth()).toBe(1);
  });
});

describe('a message that is no work', () => {
  it('reaches the dead-letter queue, and stops nobody', async () => {
    const queue = await ownQueue(1);
    worker(queue);
    await queue.send('{"operation":"dance"}');
    await queue.send('not json');
    const { invoice, work } = await emittedOnly();
    await queue.send(work);
    await client.until(invoice.id, 'ISSUED');
    await eventually(async () => (await queue.dead()) === 2 && (await queue.depth()) === 0);
  });
});

describe('two workers', () => {
  it('that both take a copy of one fresh message make one note', async () => {
    const { invoice, work } = await emittedOnly('SLOW1');
    const queues = [await ownQueue(10), await ownQueue(10)];
    const settings = { WORKER_DEADLINE_SECONDS: '10', PROVIDER_TIMEOUT_MS: '3000' };
    for (const queue of queues) worker(queue, settings);
    await Promise.all(queues.map((queue) => queue.send(work)));
    await client.until(invoice.id, 'ISSUED');
    await eventually(async () =>
      (await Promise.all(queues.map((queue) => queue.depth()))).every((depth) => depth === 0),
    );
    expect(await authorityNotes(declarationOf(invoice))).toHaveLength(1);
    expect(await types(invoice)).toEqual(['Emitted', 'Issued']);
  });
});
