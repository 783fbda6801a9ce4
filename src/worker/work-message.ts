import type { Message } from '@aws-sdk/client-sqs';
import type { Work } from '../commands/work.ts';
import { readWork } from '../commands/work.ts';

/** How a message came. */
export interface Delivery {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly sentAt: Date;
}

/** A message as it was received, and what it asks for. */
export interface Received {
  readonly work: Work;
  readonly delivery: Delivery;
  readonly message: Message;
}

/** What a message asks for, and how it came. @throws MalformedMessage */
export function readMessage(message: Message): Received {
  return {
    message,
    work: readWork(message.Body ?? ''),
    delivery: {
      messageId: message.MessageId ?? '',
      receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? Number.POSITIVE_INFINITY),
      sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)),
    },
  };
}
