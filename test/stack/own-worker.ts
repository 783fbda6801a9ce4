import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach } from 'vitest';
import { emitInvoice } from '../../src/commands/emit-invoice/emit-invoice.ts';
import type { Documents } from '../../src/commands/ports.ts';
import { routeEmission } from '../../src/commands/route-emission.ts';
import type { Work } from '../../src/commands/work.ts';
import type { Tip } from '../../src/events/commit.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import type { LivingInvoice } from '../../src/events/invoice.ts';
import { parseCnpj } from '../../src/nfse/cnpj.ts';
import { dpsId } from '../../src/nfse/dps-id.ts';
import { parseMunicipalityCode } from '../../src/nfse/municipality.ts';
import type { ProfileOf } from '../../src/nfse/municipality-profiles/profiles.ts';
import { newId } from '../../src/platform/clock.ts';
import { documentStore } from '../../src/platform/documents/document-store.ts';
import { s3DocumentArchive } from '../../src/platform/documents/s3-archive.ts';
import { s3 } from '../../src/platform/s3.ts';
import { WORKER_NODE_OPTIONS } from '../../src/worker/node-options.ts';
import { emission, existing } from '../invoices.ts';
import { credentials } from './api.ts';
import { dynamoDb } from './own-tables.ts';

const root = path.dirname(path.dirname(import.meta.dirname));
const stack = credentials();
export const aws = { region: 'sa-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const sqs = new SQSClient({ ...aws, endpoint: stack.endpoints.sqs });

/** The stack's own store and documents, without any workflow: what is emitted here stays where it is until a message comes. */
export const events = dynamoDbEventStore({ client: dynamoDb(), tableName: stack.tables.events });
const objects = s3({ region: aws.region, endpoint: stack.endpoints.s3, forcePathStyle: true }, aws.credentials);
const documents = documentStore(dynamoDb(), stack.tables.documents, s3DocumentArchive(objects, stack.bucket));

export const commandDeps = {
  events,
  documents,
  workflow: { start: async () => {} },
  newCommitId: newId,
  onWorkflowNotStarted: () => {},
};

let nextNumber = Date.now() % 1_000_000_000;

interface Place {
  readonly municipalityCode: string;
  readonly profileOf?: ProfileOf;
}

/**
 * An invoice that was accepted and whose workflow was never started; and the message that would have been sent.
 *
 * @param store where its stream is: in one that the stack does not know, nobody but the test's worker will ever look at it
 * @param kept where its document is put
 * @param place the municipality, and the profiles that say how its document is written: those that come with the service without any
 */
export async function emittedOnly(
  reference = 'PEDIDO118',
  store = events,
  kept: Documents = documents,
  { municipalityCode, profileOf }: Place = emission,
): Promise<{ invoice: LivingInvoice; tip: Tip; work: Work }> {
  const asked = { ...emission, municipalityCode, service: { ...emission.service, municipalityCode, reference } };
  const at = new Date().toISOString();
  let work: Work | undefined;
  const { invoice, tip } = await emitInvoice(
    {
      ...commandDeps,
      events: store,
      documents: kept,
      workflow: {
        start: async (started) => {
          work = started;
        },
      },
      numbers: { take: async () => nextNumber++, reserve: async () => {} },
      dps: { environment: '2', softwareVersion: 'nfse-ledger-test', ...(profileOf && { profileOf }) },
    },
    {
      requestId: randomUUID(),
      emission: asked,
      route: routeEmission(profileOf ? { profileOf } : {}, asked, { at }),
      dps: { series: '888' },
      dateGiven: true,
    },
    { at, meta: { actor: 'test', requestId: 'test' } },
  );
  if (!work) throw new Error('An emission starts its workflow');
  return { invoice: existing(invoice), tip, work };
}

/** The id of an invoice's declaration, by which the stand-in authority knows it. */
export function declarationOf({ companyCnpj, municipalityCode, dps }: LivingInvoice): string {
  const cnpj = parseCnpj(companyCnpj);
  const municipality = parseMunicipalityCode(municipalityCode);
  if (!cnpj || !municipality) throw new Error('The fixture has valid codes');
  return dpsId({ companyCnpj: cnpj, municipalityCode: municipality, ...dps });
}

export interface OwnQueue {
  readonly url: string;
  readonly deadLetterUrl: string;
  send(message: Work | string): Promise<void>;
  /** Forgets every message. */
  purge(): Promise<void>;
  /** Messages that wait or are in hand. */
  depth(): Promise<number>;
  /** What can be received within so many seconds: bodies of messages, which stay hidden. */
  receive(withinSeconds: number): Promise<readonly string[]>;
  /** Messages whose time to appear has not come. */
  delayed(): Promise<number>;
  /** Messages that were received too often. */
  dead(): Promise<number>;
}

const MAX_RECEIVES = 2;

/** A queue that the stack's worker does not know, with a dead-letter queue behind it. */
export async function ownQueue(visibilitySeconds = 3): Promise<OwnQueue> {
  const name = `Own-${randomUUID().slice(0, 8)}`;
  const dead = await create(`${name}-Dead`, {});
  const url = await create(name, {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:${aws.region}:000000000000:${name}-Dead`,
      maxReceiveCount: String(MAX_RECEIVES),
    }),
  });
  return {
    url,
    deadLetterUrl: dead,
    async send(message) {
      const MessageBody = typeof message === 'string' ? message : JSON.stringify(message);
      await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    },
    async purge() {
      await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    },
    depth: () => messagesIn(url),
    async receive(WaitTimeSeconds) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds }));
      return Messages.map(({ Body = '' }) => Body);
    },
    delayed: () => messagesIn(url, ['ApproximateNumberOfMessagesDelayed']),
    dead: () => messagesIn(dead),
  };
}

const HERE: QueueAttributeName[] = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];

async function create(QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  // The engine names a host of its own in its URLs; the endpoint is where it listens.
  return new URL(new URL(QueueUrl).pathname, stack.endpoints.sqs).href;
}

async function messagesIn(QueueUrl: string, AttributeNames: QueueAttributeName[] = HERE): Promise<number> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
}

/** The worker's own program on a queue of the test's. */
export function startWorker(queue: OwnQueue, env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [...WORKER_NODE_OPTIONS, path.join(root, 'src/worker/main.ts')], {
    env: {
      ...stack.environment,
      PROVIDER_TIMEOUT_MS: '1000',
      WORKER_VISIBILITY_SECONDS: '3',
      WORKER_DEADLINE_SECONDS: '3',
      REQUESTS_QUEUE_URL: queue.url,
      DEAD_LETTER_QUEUE_URL: queue.deadLetterUrl,
      WORKER_MAX_RECEIVES: String(MAX_RECEIVES),
      ...env,
    },
    stdio: 'ignore',
  });
}

/** Starts workers that end with the test that started them, whatever becomes of it. */
export function workersOfEachTest(): typeof startWorker {
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const worker of running.splice(0)) worker.kill('SIGKILL');
  });
  return (...args) => {
    const child = startWorker(...args);
    running.push(child);
    return child;
  };
}

export async function ended(worker: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
  return worker.exitCode ?? worker.signalCode;
}

/** Waits until something is so. */
export async function eventually(check: () => Promise<boolean>, withinMs = 15_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Still not so after ${withinMs} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
