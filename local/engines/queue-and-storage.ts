import { mkdir } from 'node:fs/promises';
import { startEngine } from './queue-and-storage/fauxqs.ts';

const REGION = 'sa-east-1';
const FOURTEEN_DAYS_SECONDS = 1_209_600;

export const bucket = 'nfse-docs';
/** Apart from the documents: on AWS it lies under Object Lock. */
export const sealsBucket = 'nfse-seals';

export interface QueueAndStorage {
  /** One endpoint for SQS and S3. */
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts the engine of SQS and S3 in this process, with our queue, its dead-letter queue and our buckets.
 *
 * @param options.dataDir where queues and objects persist; absent, they live in memory
 */
export async function startQueueAndStorage(options: { port: number; dataDir?: string }): Promise<QueueAndStorage> {
  if (options.dataDir !== undefined) await mkdir(options.dataDir, { recursive: true });
  const server = await startEngine({ ...options, region: REGION });
  const retention = { MessageRetentionPeriod: String(FOURTEEN_DAYS_SECONDS) };
  const queues = {
    RequestsDlq: retention,
    RequestsQueue: {
      ...retention,
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('RequestsDlq'), maxReceiveCount: 5 }),
    },
  };
  for (const [name, attributes] of Object.entries(queues)) {
    if (server.sqsStore.getQueueByName(name)) continue;
    const url = server.sqsStore.buildQueueUrl(name, String(server.port), `127.0.0.1:${server.port}`, REGION);
    server.sqsStore.createQueue(name, url, queueArn(name), attributes);
  }
  for (const name of [bucket, sealsBucket]) server.s3Store.createBucket(name);
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    endpoint,
    // The engine finds a queue by the name at the end, whatever host and port an older installation had.
    queueUrl: `${endpoint}/000000000000/RequestsQueue`,
    deadLetterQueueUrl: `${endpoint}/000000000000/RequestsDlq`,
    stop: () => server.stop(),
  };
}

const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:000000000000:${name}`;
