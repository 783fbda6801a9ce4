import type { Message } from '@aws-sdk/client-sqs';
import type { Work } from '../commands/ports.ts';
import { readWork } from '../commands/read-work.ts';
import type { Delivery } from './handle-work.ts';

/** What a message asks for, and how it came. @throws MalformedMessage */
export function readMessage(message: Message): { work: Work; delivery: Delivery } {
  return {
    work: readWork(message.Body ?? ''),
    delivery: {
      messageId: message.MessageId ?? '',
      receiveCount: Number(message.Attributes?.ApproximateReceiveCount ?? Number.POSITIVE_INFINITY),
      sentAt: new Date(Number(message.Attributes?.SentTimestamp ?? 0)),
    },
  };
}
