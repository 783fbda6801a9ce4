import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { type DeadLetter, type DeadLetters, deadLetterOf } from '../commands/dead-letters/dead-letter.ts';

/** SQS gives, hides and deletes at most this many at once. */
const BATCH = 10;
/** A short poll asks some of the servers and may miss letters; this one asks all of them. */
const LONG_POLL_SECONDS = 1;

/** A batch was not done whole. What is left is left as it was. */
export class BatchIncomplete extends Error {
  override readonly name = 'BatchIncomplete';
  readonly code = 'batch-incomplete';
  constructor(operation: string, codes: readonly string[]) {
    super(`${operation}: ${codes.length} not done (${[...new Set(codes)].join(', ')})`);
  }
}

/** The DLQ on SQS. */
export function sqsDeadLetters(client: SQSClient, queueUrl: string, holdSeconds: number): DeadLetters {
  return {
    async take(most) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: Math.min(BATCH, most),
          VisibilityTimeout: holdSeconds,
          WaitTimeSeconds: LONG_POLL_SECONDS,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      return Messages.map(letterIn);
    },
    // A letter that was in hand too long is somebody else's by now: that it cannot be given back does no harm.
    async giveBack(letters) {
      await Promise.all(
        batches(letters).map((batch) => {
          const Entries = entriesOf(batch).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
          return client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
        }),
      );
    },
    async remove(letters) {
      const left = await removeOnce(letters);
      const still = left.length > 0 ? await removeOnce(left.map(({ letter }) => letter)) : [];
      if (still.length > 0)
        throw new BatchIncomplete(
          'DeleteMessageBatch',
          still.map(({ code }) => code),
        );
    },
    async count() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: queueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      );
      return Object.values(Attributes).reduce((sum, number) => sum + Number(number), 0);
    },
  };

  /** @returns the letters that SQS did not delete, each with its reason */
  async function removeOnce(letters: readonly DeadLetter[]): Promise<{ letter: DeadLetter; code: string }[]> {
    const left = await Promise.all(
      batches(letters).map(async (batch) => {
        const { Failed = [] } = await client.send(
          new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entriesOf(batch) }),
        );
        return Failed.flatMap(({ Id, Code: code = '' }) => {
          const letter = batch[Number(Id)];
          return letter ? [{ letter, code }] : [];
        });
      }),
    );
    return left.flat();
  }
}

/** A letter as the DLQ's mapping hands it to a function. */
export function letterInRecord({
  messageId,
  receiptHandle,
  body,
  messageAttributes,
  attributes,
}: SQSRecord): DeadLetter {
  return deadLetterOf({
    letterId: messageId,
    receipt: receiptHandle,
    body,
    bodyHash: sha256(body),
    attributes: textsOf(messageAttributes, ({ stringValue }) => stringValue),
    sentAtMs: Number(attributes.SentTimestamp),
  });
}

function letterIn({ MessageId, ReceiptHandle, Body = '', MessageAttributes = {}, Attributes }: Message): DeadLetter {
  return deadLetterOf({
    letterId: MessageId ?? '',
    receipt: ReceiptHandle ?? '',
    body: Body,
    bodyHash: sha256(Body),
    attributes: textsOf(MessageAttributes, ({ StringValue }) => StringValue),
    sentAtMs: Number(Attributes?.SentTimestamp),
  });
}

function textsOf<Value>(attributes: Readonly<Record<string, Value>>, textOf: (value: Value) => string | undefined) {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, textOf(value)]));
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

function batches(letters: readonly DeadLetter[]): (readonly DeadLetter[])[] {
  return Array.from({ length: Math.ceil(letters.length / BATCH) }, (_, batch) =>
    letters.slice(batch * BATCH, (batch + 1) * BATCH),
  );
}

/** The entries of a batch, by their place in it. */
function entriesOf(batch: readonly DeadLetter[]): { Id: string; ReceiptHandle: string }[] {
  return batch.map(({ receipt }, place) => ({ Id: String(place), ReceiptHandle: receipt }));
}
