import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { startQueueAndStorage } from './queue-and-storage.ts';

it('gives a message again that was given back at once, and counts its receives', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'nfse-queue-'));
  const { endpoint, queueUrl: QueueUrl, stop } = await startQueueAndStorage({ port: 0, dataDir });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({ endpoint, region: 'sa-east-1', credentials });
  const receive = async () =>
    (
      await client.send(
        new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['ApproximateReceiveCount'] }),
      )
    ).Messages?.[0];
  try {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'work' }));
    const first = await receive();
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await receive()).toMatchObject({ Body: 'work', Attributes: { ApproximateReceiveCount: '2' } });
  } finally {
    client.destroy();
    await stop();
    await rm(dataDir, { recursive: true });
  }
});
