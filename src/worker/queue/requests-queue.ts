import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** A message under its receipt handle, and for how long nobody else may see it. */
export interface Hidden {
  readonly handle: string;
  readonly seconds: number;
}

/** RequestsQueue, by batches. */
export interface RequestsQueue {
  /** Waits up to twenty seconds for up to ten messages. */
  receive(most: number, signal: AbortSignal): Promise<readonly Message[]>;
  /** @returns handles that were not deleted */
  remove(handles: readonly string[]): Promise<readonly string[]>;
  /** @returns handles whose visibility was not changed: most of them were deleted, or received again by somebody */
  hide(messages: readonly Hidden[]): Promise<readonly string[]>;
}

/** SQS takes and gives at most this many at once. */
export const BATCH = 10;
const LONG_POLL_SECONDS = 20;

export function sqsRequestsQueue(client: SQSClient, queueUrl: string, visibilitySeconds: number): RequestsQueue {
  return {
    async receive(most, abortSignal) {
      const { Messages } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(BATCH, most),
          WaitTimeSeconds: LONG_POLL_SECONDS,
          VisibilityTimeout: visibilitySeconds,
          MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'AWSTraceHeader'],
        }),
        { abortSignal },
      );
      return Messages ?? [];
    },
    remove: (handles) =>
      inBatches(handles, async (batch) => {
        const Entries = batch.map((ReceiptHandle, n) => ({ Id: String(n), ReceiptHandle }));
        const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        return Failed.map(({ Id }) => batch[Number(Id)] ?? '');
      }),
    hide: (messages) =>
      inBatches(messages, async (batch) => {
        const Entries = batch.map(({ handle, seconds }, n) => ({
          Id: String(n),
          ReceiptHandle: handle,
          VisibilityTimeout: seconds,
        }));
        const { Failed = [] } = await client.send(
          new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }),
        );
        return Failed.map(({ Id }) => batch[Number(Id)]?.handle ?? '');
      }),
  };
}

async function inBatches<T>(all: readonly T[], act: (batch: readonly T[]) => Promise<string[]>): Promise<string[]> {
  const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) =>
    all.slice(n * BATCH, (n + 1) * BATCH),
  );
  return (await Promise.all(batches.map(act))).flat();
}
