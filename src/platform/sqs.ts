import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Workflow } from '../commands/ports.ts';
import { httpSettings } from './http-settings.ts';
import { carryingTrace, traced } from './tracer.ts';

/** A long poll is an answer that takes 20 seconds by intent. */
const LONG_POLL_MS = 20_000;

export const sqs = (): SQSClient =>
  traced(
    new SQSClient({ requestHandler: { ...httpSettings, requestTimeout: LONG_POLL_MS + httpSettings.requestTimeout } }),
  );

/** RequestsQueue without the workflow before it: what {@link Workflow} promises, by the shortest way. */
export function sqsRequests(client: SQSClient, queueUrl: string): Workflow {
  return {
    async start(work) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(carryingTrace(work)),
          MessageGroupId: work.municipalityCode,
        }),
      );
    },
  };
}
