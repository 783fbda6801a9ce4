import { readFile } from 'node:fs/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { inProject } from '../../project.ts';
import { stateMachine } from './state-machine.ts';

interface Sent {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly MessageGroupId: string;
  readonly DelaySeconds: number;
}

const work = {
  operation: 'emit',
  invoiceId: 'inv_1',
  municipalityCode: '3106200',
  requestId: '1',
  origin: 'emission',
  delaySeconds: 7,
};

/** EmitWorkflow where each provider has a queue of its own. @returns how it ended, and what it sent */
async function run(input: object) {
  const sent: Sent[] = [];
  const send = async ({ input }: { input: Sent }) => {
    sent.push(input);
    return {};
  };
  const workflow = stateMachine({
    text: await readFile(inProject('src/commands/emit-workflow.asl.json'), 'utf8'),
    values: { NationalQueueUrl: 'https://national', AbrasfQueueUrl: 'https://abrasf' },
    sqs: { send } as unknown as SQSClient,
    now: Date.now,
  });
  return { ...(await workflow(input, 'a')), sent };
}

describe('EmitWorkflow', () => {
  it.each([
    ['national', 'emit', 'https://national'],
    ['national', 'cancel', 'https://national'],
    ['abrasf', 'emit', 'https://abrasf'],
    ['abrasf', 'cancel', 'https://abrasf'],
    ['somebody-else', 'emit', 'https://national'],
  ])('puts the work of %s (%s) on the queue of its provider: %s', async (provider, operation, QueueUrl) => {
    const input = { ...work, provider, operation };
    const { status, sent } = await run(input);
    expect(status).toBe('SUCCEEDED');
    const MessageBody = JSON.stringify(input);
    expect(sent).toEqual([{ QueueUrl, MessageBody, MessageGroupId: '3106200', DelaySeconds: 7 }]);
  });

  it('puts work that names no provider on the national queue', async () =>
    expect((await run(work)).sent).toMatchObject([{ QueueUrl: 'https://national' }]));

  it('sends nothing that is neither an emission nor a cancellation', async () =>
    expect(await run({ ...work, provider: 'abrasf', operation: 'dance' })).toMatchObject({
      status: 'FAILED',
      error: 'UnknownOperation',
      sent: [],
    }));
});
