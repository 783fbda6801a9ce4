import type { Message } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { invoiceId, requestId } from '../../test/invoices.ts';
import type { Gate } from './lanes/gate.ts';
import { HandlingOverdue, type PollerOptions, startPoller } from './poller.ts';
import type { Hidden, RequestsQueue } from './queue/requests-queue.ts';

const CONTAGEM = '3118601';
const BETIM = '3106705';
const traffic = { concurrency: 2, perSecond: 1000 };

let ids = 0;
function message(municipalityCode = CONTAGEM, receives = 1, body?: string): Message {
  const id = `m${++ids}`;
  const work = { operation: 'emit', invoiceId, municipalityCode, requestId, origin: 'emission' };
  return {
    MessageId: id,
    ReceiptHandle: id,
    // Each of a company of its own, so that no order holds it up.
    Body: body ?? JSON.stringify({ ...work, companyCnpj: id }),
    Attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(Date.now()) },
  };
}

/** A poller over a queue in memory, whose handlings end when the test says so, on a clock that the test moves. */
function poller(changes: Partial<PollerOptions> = {}) {
  const waiting: Message[] = [];
  const removed: string[] = [];
  const hidden: Hidden[] = [];
  const sleepers: (() => void)[] = [];
  const queue: RequestsQueue = {
    receive(most, signal) {
      const take = () => waiting.splice(0, most);
      if (waiting.length > 0) return Promise.resolve(take());
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
        sleepers.push(() => resolve(take()));
      });
    },
    remove: async (handles) => {
      removed.push(...handles);
      return [];
    },
    hide: async (messages) => {
      hidden.push(...messages);
      return [];
    },
  };
  const begun = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const away: string[] = [];
  const failures: unknown[] = [];
  let gate: Gate = { kind: 'flowing' };
  const it = startPoller({
    queue,
    visibilitySeconds: 30,
    places: 8,
    orderMs: 2000,
    patienceMs: 20_000,
    deadlineMs: 60_000,
    now: Date.now,
    routeOf: (code) => ({ authority: code, whole: traffic, lane: traffic }),
    gateOf: () => gate,
    prepare: async () => {},
    takeUp: ({ Body }) => Body === 'no invoice',
    handle: ({ message: { MessageId = '' } }) =>
      new Promise((end, fail) => {
        begun.set(MessageId, { end, fail });
      }),
    turnAway: async ({ message: { MessageId = '' } }) => void away.push(MessageId),
    failed: async (error) => {
      failures.push(error);
      return 'leave';
    },
    onPutBack: () => {},
    onTrouble: (error) => expect.fail(String(error)),
    ...changes,
  });
  return {
    it,
    begun,
    away,
    failures,
    removed,
    hidden,
    shut: () => {
      gate = { kind: 'shut', why: 'down', since: Date.now() };
    },
    async send(...messages: readonly Message[]) {
      waiting.push(...messages);
      for (const wake of sleepers.splice(0)) wake();
      await vi.advanceTimersByTimeAsync(1);
      return messages.map(({ MessageId = '' }) => MessageId);
    },
    /** What the queue was last told of a message's visibility. */
    hiddenFor: (id = '') => hidden.filter(({ handle }) => handle === id).map(({ seconds }) => seconds),
  };
}

describe('the poller', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('deletes what was handled, by batches', async () => {
    const { send, begun, removed } = poller();
    const [one = '', two = ''] = await send(message(), message());
    begun.get(one)?.end();
    begun.get(two)?.end();
    await vi.advanceTimersByTimeAsync(999);
    expect(removed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(removed).toEqual([one, two]);
  });

  it('deletes what is about no invoice at once, although its lane is shut and every place is taken', async () => {
    const { send, begun, away, removed, shut } = poller({ places: 1 });
    await send(message());
    shut();
    const [errand = ''] = await send(message(CONTAGEM, 1, 'no invoice'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(removed).toEqual([errand]);
    expect(begun.has(errand)).toBe(false);
    expect(away).toEqual([]);
  });

  it('keeps a message hidden while it waits and while it runs', async () => {
    const { send, begun, hiddenFor } = poller();
    const [, , third = ''] = await send(message(), message(), message());
    expect(begun.has(third)).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hiddenFor(third)).toEqual([30]);
    const [first = ''] = begun.keys();
    expect(hiddenFor(first)).toEqual([30]);
  });

  it('gives a message up at its deadline: it may appear again, and its place is free', async () => {
    const { send, begun, failures, hiddenFor, removed } = poller({ patienceMs: 600_000 });
    const [first = '', , third = ''] = await send(message(), message(), message());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(failures).toEqual([expect.any(HandlingOverdue), expect.any(HandlingOverdue)]);
    expect(begun.has(third)).toBe(true);
    const beats = hiddenFor(first).length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(hiddenFor(first)).toHaveLength(beats);
    expect(removed).toEqual([]);
  });

  it('has it judged how a handling failed that it had given up, and leaves the message alone', async () => {
    const judged: unknown[] = [];
    const { send, begun, removed } = poller({
      failed: async (error) => {
        judged.push(error);
        return error instanceof HandlingOverdue ? 'leave' : 'delete';
      },
    });
    const [first = ''] = await send(message());
    await vi.advanceTimersByTimeAsync(60_000);
    const contradiction = new Error('contradicted');
    begun.get(first)?.fail(contradiction);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(judged).toEqual([expect.any(HandlingOverdue), contradiction]);
    expect(removed).toEqual([]); // somebody else may have it in hand
  });

  it('ends only when a late failure was judged', async () => {
    const letter = Promise.withResolvers<'leave'>();
    const { it, send, begun } = poller({
      failed: async (error) => (error instanceof HandlingOverdue ? 'leave' : letter.promise),
    });
    const [first = ''] = await send(message());
    await vi.advanceTimersByTimeAsync(60_000);
    begun.get(first)?.fail(new Error('contradicted'));
    let stopped = false;
    const stop = it.stop(100_000).then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(stopped).toBe(false);
    letter.resolve('leave');
    await vi.advanceTimersByTimeAsync(100);
    await stop;
  });

  it('leaves a message whose handling fails, and deletes it where it was seen to', async () => {
    const { send, begun, removed } = poller({
      failed: async (_, { MessageId }) => (MessageId === seen ? 'delete' : 'leave'),
    });
    const [one = '', two = ''] = await send(message(), message());
    const seen = two;
    begun.get(one)?.fail(new Error('a defect'));
    begun.get(two)?.fail(new Error('a defect'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(removed).toEqual([two]);
  });

  it('hands over what cannot be read, and goes on', async () => {
    const { send, begun, failures } = poller();
    const [, good = ''] = await send(message(CONTAGEM, 1, 'not json'), message());
    expect(failures).toHaveLength(1);
    expect(begun.has(good)).toBe(true);
  });

  it('puts back what its lane cannot take soon, and no other lane waits for it', async () => {
    const { send, begun, hiddenFor } = poller();
    const crowd = await send(...Array.from({ length: 9 }, () => message()));
    const put = crowd.filter((id) => hiddenFor(id).length > 0);
    expect(put).toHaveLength(3); // two run, and four wait
    const [other = ''] = await send(message(BETIM));
    expect(begun.has(other)).toBe(true);
  });

  it('turns away what came twice, and everything in hand whose lane is shut', async () => {
    const { send, away, shut, removed } = poller();
    await send(...Array.from({ length: 6 }, () => message()));
    const [again = ''] = await send(message(CONTAGEM, 2));
    expect(away).toEqual([again]);
    shut();
    await vi.advanceTimersByTimeAsync(1000);
    expect(away).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(100);
    expect(removed).toEqual(away);
  });

  it('stops: what waits can be received at once, what runs is finished and deleted', async () => {
    const { it, send, begun, hiddenFor, removed } = poller();
    const [one = '', two = '', three = ''] = await send(message(), message(), message());
    const stopped = it.stop(100_000);
    await vi.advanceTimersByTimeAsync(1);
    expect(hiddenFor(three)).toEqual([0]);
    begun.get(one)?.end();
    begun.get(two)?.end();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await stopped).toEqual({ unfinished: 0, putBack: 1 });
    expect(removed).toEqual([one, two]);
    expect(begun.has(three)).toBe(false);
  });

  it('stops in its time, though something does not end', async () => {
    const { it, send } = poller({ deadlineMs: 1_000_000 });
    await send(message());
    const stopped = it.stop(100_000);
    await vi.advanceTimersByTimeAsync(101_000);
    expect(await stopped).toEqual({ unfinished: 1, putBack: 0 });
  });
});
