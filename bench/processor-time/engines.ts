// The engines that have no process of their own: queue and storage, Step Functions, Secrets Manager. The straightforward service has a
// queue and a workflow like the product's.
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startQueueAndStorage } from '../../local/engines/queue-and-storage.ts';
import { startSecrets } from '../../local/engines/secrets.ts';
import { startStepFunctions } from '../../local/engines/step-functions.ts';
import { portNear } from '../../local/ports.ts';

export interface Engines {
  readonly endpoint: string;
  readonly secrets: string;
  readonly product: Workflow;
  readonly straightforward: Workflow;
}

/** A queue, and the workflow that fills it. */
interface Workflow {
  readonly sfn: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

const STRAIGHTFORWARD_QUEUE = 'StraightforwardQueue';

const dataDir = process.argv[2] ?? '';
const { endpoint, queueUrl, deadLetterQueueUrl } = await startQueueAndStorage({ port: await portNear(undefined) });
const sqs = new SQSClient({
  endpoint,
  region: 'sa-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
await sqs.send(new CreateQueueCommand({ QueueName: STRAIGHTFORWARD_QUEUE }));
sqs.destroy();
const workflowTo = async (url: string): Promise<Workflow> => {
  const { endpoint: sfn } = await startStepFunctions({
    port: await portNear(undefined),
    sqsEndpoint: endpoint,
    queueUrl: url,
  });
  return { sfn, queueUrl: url, deadLetterQueueUrl };
};
const secrets = await startSecrets({ port: await portNear(undefined), dataDir });
const engines: Engines = {
  endpoint,
  secrets: secrets.endpoint,
  product: await workflowTo(queueUrl),
  straightforward: await workflowTo(new URL(`/000000000000/${STRAIGHTFORWARD_QUEUE}`, endpoint).href),
};
process.once('SIGTERM', () => process.exit(0));
process.send?.(engines);
