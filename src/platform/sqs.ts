import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Workflow } from '../commands/ports.ts';
import type { Work } from '../commands/work.ts';
import { httpSettings } from './http-settings.ts';

/** A long poll is an answer that takes 20 seconds by intent. */
const LONG_POLL_MS = 20_000;

export const sqs = (): SQSClient =>
  new SQSClient({ requestHandler: { ...httpSettings, requestTimeout: LONG_POLL_MS + httpSettings.requestTimeout } });

/**
 * RequestsQueue without the workflow before it: what {@link Workflow} promises, by the shortest way.
 *
 * @param withTrace adds the place in the trace that the message hangs from
 */
export function sqsRequests(
  client: SQSClient,
  queueUrl: string,
  withTrace: (work: Work) => Work = (work) => work,
): Workflow {
  return {
    async start(work) {
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(withTrace(work)),
          MessageGroupId: work.municipalityCode,
        }),
      );
    },
  };
}
