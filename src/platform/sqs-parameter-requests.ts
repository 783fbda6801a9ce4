import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type ParameterRequests, wantedMessage } from '../commands/municipal-parameters/wanted.ts';

/** All requests for parameters are one group, so that the queue's fairness keeps a crowd of them behind the invoices. */
const MESSAGE_GROUP = 'parameters';

/** Requests for parameters, on RequestsQueue. */
export function sqsParameterRequests(client: SQSClient, queueUrl: string): ParameterRequests {
  return {
    async want(wanted) {
      const MessageBody = wantedMessage(wanted);
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageGroupId: MESSAGE_GROUP }));
    },
  };
}
