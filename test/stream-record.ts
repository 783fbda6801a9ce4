import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Commit } from '../src/events/commit.ts';

/** A commit as the stream of EventsTable announces it to a function: in attribute values, which no client has read yet. */
export function announced(commit: Commit): DynamoDBRecord {
  return {
    eventID: randomUUID(),
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: marshall({ invoiceId: commit.invoiceId, version: commit.version }) as never,
      NewImage: marshall(commit) as never,
      SequenceNumber: String(process.hrtime.bigint()).padStart(21, '0'),
      StreamViewType: 'NEW_IMAGE',
    },
  };
}
