import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface PollerOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  /** Messages in hand at once. */
  readonly concurrency: number;
  readonly visibilitySeconds: number;
  /** Resolves when the message is done with; a rejection leaves it on the queue, to come again and in the end to reach the DLQ. */
  readonly handle: (message: Message) => Promise<void>;
  readonly onError: (error: unknown, message?: Message) => void;
}

export interface Poller {
  /** Stops receiving, waits for what is in hand, and resolves when all of it is done or the time is up. */
  stop(withinMs: number): Promise<{ unfinished: number }>;
}

/** SQS gives at most this many messages a receive. */
const BATCH = 10;
const LONG_POLL_SECONDS = 20;
const PAUSE_AFTER_ERROR_MS = 1000;

/** Long polling with bounded concurrency. A slow message takes one place and never holds up the receive of others. */
export function startPoller(options: PollerOptions): Poller {
  const { client, queueUrl, concurrency, visibilitySeconds, handle, onError } = options;
  const receiving = new AbortController();
  const inHand = new Set<Promise<void>>();

  const loop = (async () => {
    while (!receiving.signal.aborted) {
      if (inHand.size >= concurrency) {
        await Promise.race(inHand);
        continue;
      }
      try {
        for (const message of await receive(Math.min(BATCH, concurrency - inHand.size))) take(message);
      } catch (error) {
        if (receiving.signal.aborted) break;
        onError(error);
        await pause(PAUSE_AFTER_ERROR_MS, receiving.signal);
      }
    }
  })();

  async function receive(most: number): Promise<Message[]> {
    const { Messages } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: most,
        WaitTimeSeconds: LONG_POLL_SECONDS,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'AWSTraceHeader'],
      }),
      { abortSignal: receiving.signal },
    );
    return Messages ?? [];
  }

  function take(message: Message): void {
    const task = (async () => {
      try {
        await handle(message);
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
      } catch (error) {
        onError(error, message);
      }
    })();
    inHand.add(task);
    void task.finally(() => inHand.delete(task));
  }

  return {
    async stop(withinMs) {
      receiving.abort();
      await loop;
      const enough = new AbortController();
      await Promise.race([Promise.all(inHand), pause(withinMs, enough.signal)]);
      enough.abort();
      return { unfinished: inHand.size };
    },
  };
}

/** A wait that an abort cuts short. It holds the process: a worker whose queue fails must not end as if it were done. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener('abort', done, { once: true });
  });
}
