import { askSeldom } from '../commands/municipal-parameters/ask-seldom.ts';
import type { ParameterRequests } from '../commands/municipal-parameters/wanted.ts';
import { type Config, required } from '../platform/config.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { sqsParameterRequests } from '../platform/sqs-parameter-requests.ts';
import { sqs } from './aws-clients.ts';

/** The worker, asked for municipal parameters by way of its queue. A request that cannot be sent is logged, and fails nobody. */
export function parameterRequests(config: Config): ParameterRequests {
  return askSeldom(
    sqsParameterRequests(sqs(), required('REQUESTS_QUEUE_URL', config.requestsQueueUrl)),
    Date.now,
    (error) => logger.error('the worker could not be asked for parameters', { error: failureOf(error) }),
  );
}
