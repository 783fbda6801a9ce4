import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { replay } from '../../src/commands/dead-letters/replay.ts';
import { START } from '../../src/events/commit.ts';
import { memoryEventStore } from '../../src/events/memory-event-store.ts';
import { sqsRequests } from '../../src/platform/sqs.ts';
import { sqsDeadLetters } from '../../src/platform/sqs-dead-letters.ts';
import { startPoller } from '../../src/worker/poller.ts';
import { sqsRequestsQueue } from '../../src/worker/queue/requests-queue.ts';
import { at, emitted, invoiceId, meta, requestId } from '../invoices.ts';

const sqs = mockClient(SQSClient);
afterAll(() => sqs.restore());
beforeEach(() => sqs.reset());

const client = new SQSClient({ region: 'sa-east-1' });
const QUEUE = 'https://sqs/RequestsQueue';
const DLQ = 'https://sqs/RequestsQueue-Dead';
const refusal = (name: string) =>
  new SQSServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
const throttled = refusal('RequestThrottled');
const CONTAGEM = '3118601';

/** What SQS says of an entry of a batch that it did not carry out. */
const failed = (Id: string, Code = 'InternalError') => ({ Id, Code, SenderFault: false });

const handlesIn = (command: typeof DeleteMessageBatchCommand | typeof ChangeMessageVisibilityBatchCommand) =>
  sqs
    .commandCalls(command as typeof DeleteMessageBatchCommand)
    .map(({ args: [{ input }] }) => input.Entries?.map(({ ReceiptHandle }) => ReceiptHandle));

describe('RequestsQueue under the poller of the worker', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const message = (id: string): Message => ({
    MessageId: id,
    ReceiptHandle: id,
    Body: JSON.stringify({
      operation: 'emit',
      invoiceId,
      municipalityCode: CONTAGEM,
      requestId,
      origin: 'emission',
      companyCnpj: id,
    }),
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  });

  /** The poller on the real adapter. A receive that the mock says nothing of waits until the poller stops. */
  function worker(handle: () => Promise<void> = async () => {}) {
    const trouble: { name: string; message: string; cause?: unknown }[] = [];
    const handled: string[] = [];
    const traffic = { concurrency: 10, perSecond: 1000 };
    const poller = startPoller({
      queue: sqsRequestsQueue(client, QUEUE, 60),
      visibilitySeconds: 60,
      places: 8,
      orderMs: 2_000,
      patienceMs: 20_000,
      deadlineMs: 240_000,
      now: Date.now,
      routeOf: (code) => ({ authority: code, whole: traffic, lane: traffic }),
      gateOf: () => ({ kind: 'flowing' }),
      prepare: async () => {},
      takeUp: () => false,
      async handle({ message: { MessageId = '' } }) {
        handled.push(MessageId);
        await handle();
      },
      turnAway: async () => {},
      failed: async () => 'leave',
      onPutBack: () => {},
      onTrouble: (error) => void trouble.push(error as Error),
    });
    return { poller, trouble, handled };
  }

  const receives = (...answers: (readonly Message[] | Error)[]) => {
    const waits = () => new Promise<never>(() => {});
    sqs.on(ReceiveMessageCommand).callsFake(() => {
      const answer = answers.shift();
      if (answer === undefined) return waits();
      if (answer instanceof Error) throw answer;
      return { Messages: answer };
    });
  };

  it('is asked again a second after it was throttled, and what lies there is handled', async () => {
    // One for each receive that is under way at once.
    receives(throttled, throttled, throttled, throttled, [message('one')]);
    sqs.on(DeleteMessageBatchCommand).resolves({});
    const { trouble, handled } = worker();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(trouble.length).toBeGreaterThan(0);
    expect(new Set(trouble)).toEqual(new Set([throttled]));
    expect(handled).toEqual(['one']);
    expect(handlesIn(DeleteMessageBatchCommand)).toEqual([['one']]);
  });

  it('is told once more to delete what a batch did not delete', async () => {
    receives([message('one'), message('two'), message('three')]);
    sqs
      .on(DeleteMessageBatchCommand)
      .resolvesOnce({ Failed: [failed('1')] })
      .resolves({});
    const { trouble } = worker();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(handlesIn(DeleteMessageBatchCommand)).toEqual([['one', 'two', 'three'], ['two']]);
    expect(trouble).toEqual([]);
  });

  it.each([
    ['is done in part again and again', () => ({ Failed: [failed('0')] }), 1],
    ['is throttled', () => Promise.reject(throttled), 2],
  ])(
    'keeps messages that are done with when a delete %s: they come again, and the worker says so',
    async (_fault, answer, count) => {
      receives([message('one'), message('two')]);
      sqs.on(DeleteMessageBatchCommand).callsFake(answer);
      const { trouble } = worker();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(trouble).toMatchObject([{ name: 'NotDeleted', message: `${count} messages could not be deleted` }]);
    },
  );

  it('hides a message that is in hand by the next heartbeat when one was throttled', async () => {
    receives([message('one')]);
    sqs.on(ChangeMessageVisibilityBatchCommand).rejectsOnce(throttled).resolves({});
    const { trouble } = worker(() => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(41_000);
    expect(handlesIn(ChangeMessageVisibilityBatchCommand)).toEqual([['one'], ['one']]);
    expect(trouble).toEqual([throttled]);
  });
});

describe('the DLQ, when it is replayed', () => {
  const letters: readonly Message[] = ['first', 'second'].map((id) => ({
    MessageId: id,
    ReceiptHandle: id,
    Body: JSON.stringify({ operation: 'emit', invoiceId, municipalityCode: CONTAGEM, requestId, origin: 'emission' }),
    Attributes: { SentTimestamp: String(Date.parse(at)) },
  }));

  /** A replay of everything, on the real adapters of both queues, with one unfinished invoice. */
  async function replayed() {
    const events = memoryEventStore();
    await events.append({ invoiceId, tip: START, events: [emitted], meta, commitId: 'commit-1', at });
    sqs
      .on(ReceiveMessageCommand)
      .resolvesOnce({ Messages: [...letters] })
      .resolves({});
    sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '2' } });
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
    const requests = sqsRequests(client, QUEUE);
    const failures: unknown[] = [];
    const sweep = replay(
      {
        events,
        requests,
        workflow: requests,
        deadLetters: sqsDeadLetters(client, DLQ, 60),
        newCommitId: () => 'commit-2',
        pause: async () => {},
        onFailure: (_letter, error) => failures.push(error),
      },
      { mode: 'replay', dryRun: false, selection: {}, limit: 10, waitMs: 0, at, meta },
      { most: 10, msLeft: () => 10_000 },
    );
    return { sweep, failures };
  }

  it('keeps its letters when the work cannot be sent, and says why', async () => {
    sqs.on(SendMessageCommand).rejects(throttled);
    const { sweep, failures } = await replayed();
    expect((await sweep).items).toMatchObject([{ letterIds: ['first', 'second'], outcome: 'kept', why: 'failed' }]);
    expect(failures).toEqual([throttled]);
    expect(handlesIn(DeleteMessageBatchCommand)).toEqual([]);
    expect(handlesIn(ChangeMessageVisibilityBatchCommand)).toEqual([['first', 'second']]);
  });

  it('deletes once more what a batch did not delete', async () => {
    sqs.on(SendMessageCommand).resolves({});
    sqs
      .on(DeleteMessageBatchCommand)
      .resolvesOnce({ Failed: [failed('1')] })
      .resolves({});
    const { sweep } = await replayed();
    expect((await sweep).items).toMatchObject([{ letterIds: ['first', 'second'], outcome: 'started' }]);
    expect(handlesIn(DeleteMessageBatchCommand)).toEqual([['first', 'second'], ['second']]);
  });

  it('says when letters whose work was sent are still there: they can be replayed again, which does no harm', async () => {
    sqs.on(SendMessageCommand).resolves({});
    sqs.on(DeleteMessageBatchCommand).resolves({ Failed: [failed('0', 'ServiceUnavailable')] });
    const { sweep } = await replayed();
    await expect(sweep).rejects.toMatchObject({
      name: 'BatchIncomplete',
      message: 'DeleteMessageBatch: 1 not done (ServiceUnavailable)',
    });
    expect(sqs.commandCalls(SendMessageCommand)).toHaveLength(1);
    expect(handlesIn(ChangeMessageVisibilityBatchCommand)).toEqual([['first', 'second']]);
  });
});
