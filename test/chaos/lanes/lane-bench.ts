import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ended, startChild } from '../../../local/child.ts';
import { startQueueAndStorage } from '../../../local/engines/queue-and-storage.ts';
import type { Work } from '../../../src/commands/work.ts';
import { WORKER_NODE_OPTIONS } from '../../../src/worker/node-options.ts';
import type { ScenarioOptions } from '../scenario.ts';
import type { LaneWorkerSettings, Told } from './messages.ts';

const BATCH = 10;

/** A real queue, and workers on it. */
export interface LaneBench {
  send(works: readonly Work[]): Promise<void>;
  /** Messages that can be received now, and messages that are hidden. */
  depth(): Promise<{ readonly visible: number; readonly hidden: number }>;
  worker(settings: Partial<LaneWorkerSettings>, onTold: (told: Told) => void): Promise<ChildProcess>;
}

export const DEFAULTS = {
  places: 48,
  concurrency: 4,
  perSecond: 1000,
  orderMs: 2000,
  visibilitySeconds: 60,
  latencyMs: 500,
  slow: {},
} as const;

/** @param mostReceives of the queue's redrive policy */
export async function laneBench({ running, dataDir }: ScenarioOptions, mostReceives = 5): Promise<LaneBench> {
  const engine = await startQueueAndStorage({ port: 0 });
  running.add(engine.stop);
  const client = new SQSClient({
    endpoint: engine.endpoint,
    region: 'sa-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const name = `Lanes-${Date.now()}`;
  await client.send(new CreateQueueCommand({ QueueName: `${name}-dlq` }));
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:sa-east-1:000000000000:${name}-dlq`,
    maxReceiveCount: mostReceives,
  });
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes: { RedrivePolicy } }));
  const queueUrl = `${engine.endpoint}/000000000000/${name}`;
  return {
    async send(works) {
      const batches = Array.from({ length: Math.ceil(works.length / BATCH) }, (_, n) =>
        works.slice(n * BATCH, (n + 1) * BATCH),
      );
      await Promise.all(
        batches.map((batch) => {
          const Entries = batch.map((work, n) => ({
            Id: String(n),
            MessageBody: JSON.stringify(work),
            MessageGroupId: work.municipalityCode,
          }));
          return client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        }),
      );
    },
    async depth() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: queueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return {
        visible: Number(Attributes.ApproximateNumberOfMessages),
        hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      };
    },
    async worker(settings, onTold) {
      const full: LaneWorkerSettings = { ...DEFAULTS, ...settings, endpoint: engine.endpoint, queueUrl };
      const child = await startChild({
        script: 'test/chaos/lanes/lane-worker.ts',
        args: [],
        nodeOptions: WORKER_NODE_OPTIONS,
        env: { ...process.env, LANE_WORKER: JSON.stringify(full) },
        logFile: path.join(dataDir, 'lane-worker.log'),
      });
      running.add(
        () => ended(child),
        () => child.kill('SIGKILL'),
      );
      child.on('message', (told: readonly Told[]) => told.forEach(onTold));
      await once(child, 'message');
      return child;
    },
  };
}
