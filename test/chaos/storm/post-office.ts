import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { shuffled } from '../../faults/seeded-random.ts';

export interface PostOffice {
  /** Messages that came from the workflow, and deliveries that were made of them. */
  readonly counts: { readonly messages: number; readonly deliveries: number };
  /** Deliveries that a worker has finished and deleted. */
  finished(): Promise<number>;
  stop(): Promise<void>;
}

const MOST_COPIES = 3;
const LATEST_SECONDS = 8;
const BATCH = 10;
const NOT_FINISHED = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/**
 * Carries messages from the workflow's queue to the workers', badly: each one to three times, in any order, copies up to eight
 * seconds late. Each copy is a message of its own, delivered for the first time.
 */
export function startPostOffice(options: {
  readonly client: SQSClient;
  readonly from: string;
  readonly to: string;
  readonly random: () => number;
}): PostOffice {
  const { client, from, to, random } = options;
  const counts = { messages: 0, deliveries: 0 };
  const stopping = new AbortController();

  async function carry(messages: readonly Message[]): Promise<void> {
    const copies = messages.flatMap((message) =>
      Array.from({ length: 1 + Math.floor(random() * MOST_COPIES) }, (_, copy) => ({
        MessageBody: message.Body ?? '',
        DelaySeconds: copy === 0 ? 0 : Math.floor(random() * (LATEST_SECONDS + 1)),
        ...(message.Attributes?.MessageGroupId ? { MessageGroupId: message.Attributes.MessageGroupId } : {}),
      })),
    );
    const entries = shuffled(random, copies).map((copy, place) => ({ ...copy, Id: String(place) }));
    for (let first = 0; first < entries.length; first += BATCH) {
      const { Failed } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: to, Entries: entries.slice(first, first + BATCH) }),
      );
      if (Failed?.length) throw new Error(`The queue refused a message: ${Failed[0]?.Message}`);
    }
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: from,
        Entries: messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle })),
      }),
    );
    counts.messages += messages.length;
    counts.deliveries += entries.length;
  }

  const work = (async () => {
    while (!stopping.signal.aborted) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: from,
          MaxNumberOfMessages: BATCH,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['MessageGroupId'],
        }),
      );
      if (Messages.length > 0) await carry(Messages);
    }
  })();
  return {
    counts,
    async finished() {
      const { deliveries } = counts;
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: to, AttributeNames: [...NOT_FINISHED] }),
      );
      return deliveries - NOT_FINISHED.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
    async stop() {
      stopping.abort();
      await work;
    },
  };
}
