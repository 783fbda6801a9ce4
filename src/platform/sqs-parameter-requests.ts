import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type ParameterRequests, wantedMessage } from '../commands/municipal-parameters/wanted.ts';

/** All requests for parameters are one group, so that the queue's fairness keeps a crowd of them behind the invoices. */
const MESSAGE_GROUP = 'parameters';

/** A queue that does not answer holds nobody up: whoever needs the parameters asks again. */
const MAX_SEND_MS = 2_000;

/** Requests for parameters, on RequestsQueue. */
export function sqsParameterRequests(client: SQSClient, queueUrl: string): ParameterRequests {
  return {
    async want(wanted) {
      const MessageBody = wantedMessage(wanted);
      const message = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageGroupId: MESSAGE_GROUP });
      await client.send(message, { abortSignal: AbortSignal.timeout(MAX_SEND_MS) });
    },
  };
}
