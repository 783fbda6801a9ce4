import { mkdir } from 'node:fs/promises';
import { startFauxqs } from 'fauxqs';
import { mendGivingBackAtOnce } from './give-back-at-once.ts';

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
 * Starts the engine of SQS and S3 in this process, with our queue, its dead-letter queue and our bucket.
 * It listens on every interface and cannot be told otherwise.
 *
 * @param options.dataDir where queues and objects persist; absent, they live in memory
 */
export async function startQueueAndStorage(options: { port: number; dataDir?: string }): Promise<QueueAndStorage> {
  if (options.dataDir !== undefined) await mkdir(options.dataDir, { recursive: true });
  await mendGivingBackAtOnce();
  const server = await startFauxqs({ ...options, logger: false, defaultRegion: REGION });
  const retention = { MessageRetentionPeriod: String(FOURTEEN_DAYS_SECONDS) };
  server.setup({
    queues: [
      { name: 'RequestsDlq', attributes: retention },
      {
        name: 'RequestsQueue',
        attributes: {
          ...retention,
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: `arn:aws:sqs:${REGION}:000000000000:RequestsDlq`,
            maxReceiveCount: 5,
          }),
        },
      },
    ],
    buckets: [bucket, sealsBucket],
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    endpoint,
    // The engine finds a queue by the name at the end, whatever host and port an older installation had.
    queueUrl: `${endpoint}/000000000000/RequestsQueue`,
    deadLetterQueueUrl: `${endpoint}/000000000000/RequestsDlq`,
    stop: () => server.stop(),
  };
}
