import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { newConcurrentRun, runConcurrently } from '../../bench/concurrent-run.ts';
import { percentilesOf } from '../../bench/percentiles.ts';
import { accessToken } from '../../local/access-token.ts';
import type { Credentials } from '../../local/credentials.ts';
import { apiClient, Refused } from '../../local/demo/api-client.ts';
import { localDynamoDb } from '../../local/engines/dynamodb.ts';
import { exampleCompanies } from '../../local/engines/openid/identities.ts';
import { childEnvironment } from '../../local/environment.ts';
import { inProject } from '../../local/project.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import { dynamoDbInvoicesTable } from '../../src/projections/invoices-table.ts';
import { seededRandom } from '../faults/seeded-random.ts';
import { startStack } from '../stack/start-stack.ts';
import type { Report } from './report.ts';
import type { ScenarioOptions } from './scenario.ts';
import { askAuthorities } from './storm/authorities.ts';
import { type Found, promisesOf } from './storm/findings.ts';
import { startMortalWorkers } from './storm/mortal-workers.ts';
import { describeFault, type Fault, MUNICIPALITIES, type Planned, planOf, referenceOf } from './storm/plan.ts';
import { startPostOffice } from './storm/post-office.ts';
import { type Open, untilSettled } from './storm/settling.ts';

export const title =
  '20 municipalities with 20 % faults, every message delivered 1 to 3 times, workers killed in the middle of it';

const INVOICES = 2_000;
const WORKERS = 2;
/** So many kills, about, whatever the number of invoices. */
const KILLS = 40;
const MIN_MESSAGES_BETWEEN_KILLS = 15;
const DELIVERIES_PER_INVOICE = 2.5;
/** Far longer than any wait of the service under these settings, on a machine that is ten times slower too. */
const MAX_STILL_MS = 300_000;
/** A message that is not finished after so many deliveries will not be after more. */
const MAX_DELIVERIES_PER_INVOICE = 100;
const LANES = 8;
const RECONCILE_AFTER_SECONDS = 6;

const SETTINGS = {
  PROVIDER_TIMEOUT_MS: '1000',
  WORKER_VISIBILITY_SECONDS: '4',
  WORKER_TRUST_SECONDS: '10',
  RETRY_BASE_SECONDS: '1',
  RECONCILE_AFTER_SECONDS: String(RECONCILE_AFTER_SECONDS),
  RECONCILE_EVERY_SECONDS: '1',
};

/** Everything real: the API, the engines, the workers' own program. Only the post office and the killer are ours. */
export async function run(options: ScenarioOptions): Promise<Report> {
  const { invoices = INVOICES, seed, dataDir, progress, running } = options;
  progress('starting a stack without a worker');
  const stack = await startStack(dataDir, SETTINGS, ['--port', '0', '--in-memory', '--without-worker']);
  running.add(stack.stop, () => stack.process.kill('SIGKILL'));
  const credentials = JSON.parse(readFileSync(stack.credentialsFile, 'utf8')) as Credentials;
  const aws = { region: 'sa-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const sqs = new SQSClient({ ...aws, endpoint: credentials.endpoints.sqs });
  const dynamo = localDynamoDb(credentials.endpoints.dynamodb);
  running.add(async () => {
    sqs.destroy();
    dynamo.destroy();
  });

  const queueUrl = await stormQueue(sqs, credentials);
  const post = startPostOffice({
    client: sqs,
    from: credentials.queueUrl,
    to: queueUrl,
    random: seededRandom(seed + 1),
  });
  running.add(post.stop);
  const workers = await startMortalWorkers({
    count: WORKERS,
    env: childEnvironment({ ...credentials.environment, REQUESTS_QUEUE_URL: queueUrl }, process.env),
    logFile: path.join(dataDir, 'storm-workers.log'),
    finished: post.finished,
    messagesBetweenKills: Math.max(MIN_MESSAGES_BETWEEN_KILLS, (invoices * DELIVERIES_PER_INVOICE) / KILLS),
    random: seededRandom(seed + 2),
  });
  running.add(workers.stop, workers.kill);

  const plan = planOf(invoices, seed);
  const started = performance.now();
  const accepted = await emitAll(credentials, plan, progress);
  const emittedMs = performance.now() - started;
  const { open, moving } = await untilSettled({
    look: () => openInvoices(dynamo, credentials.tables.invoices),
    stillMs: MAX_STILL_MS,
    isEnough: () => post.counts.deliveries > MAX_DELIVERIES_PER_INVOICE * invoices,
    onLook: (left) =>
      progress(`${accepted.length} accepted, ${left.size} not at their end, ${workers.killed} workers killed`),
  });
  const settledMs = performance.now() - started;
  workers.spare();

  progress('asking the authorities, reading every history');
  const found = await findAll(dynamo, credentials, accepted);
  const authorities = await askAuthorities(credentials.endpoints);
  const { promises, living } = promisesOf(found, authorities, RECONCILE_AFTER_SECONDS, moving);
  const events = found.flatMap(({ commits }) => commits.flatMap((commit) => commit.events));
  const times = found.map(({ commits }) => Date.parse(commits.at(-1)?.at ?? '') - Date.parse(commits[0]?.at ?? ''));
  const { p50, p95, max } = percentilesOf(times.map((ms) => ms / 1_000));
  const notEmitted = invoices - accepted.length;
  return {
    summary: `${invoices} invoices over ${MUNICIPALITIES.length} municipalities in ${Math.round(emittedMs / 1_000)} s`,
    figures: [
      ['faults', faultsOf(plan)],
      ['cancellations asked for', String(plan.filter(({ cancelled }) => cancelled).length)],
      ['workers killed', `${workers.killed}, of ${WORKERS} at a time`],
      ['messages', `${post.counts.messages}, delivered ${post.counts.deliveries} times and again after each kill`],
      ['declarations sent', `${authorities.posts} for ${authorities.notes} notes; ${authorities.lookups} look-ups`],
      ['deferrals', String(events.filter(({ type }) => type === 'SubmissionDeferred').length)],
      ['accepted to last event', `p50 ${p50.toFixed(1)} s, p95 ${p95.toFixed(1)} s, longest ${max.toFixed(1)} s`],
      [open.size === 0 ? 'everything at its end after' : 'looked at after', `${Math.round(settledMs / 1_000)} s`],
    ],
    promises: [
      {
        promise: 'the API takes every emission',
        kept: notEmitted === 0,
        seen: `${accepted.length} of ${living.length + notEmitted}`,
      },
      ...promises,
    ],
  };
}

/** Where the workers receive. Nothing is given up after some receives: each kill costs one. */
async function stormQueue(sqs: SQSClient, { endpoints }: Credentials): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'StormQueue' }));
  // The engine names a host of its own in its URLs; the endpoint is where it listens.
  return new URL(new URL(QueueUrl).pathname, endpoints.sqs).href;
}

/** @returns the ids of what was accepted */
async function emitAll(
  credentials: Credentials,
  plan: readonly Planned[],
  progress: (line: string) => void,
): Promise<readonly InvoiceId[]> {
  const { apiUrl, apiKey, clients, tokenUrl } = credentials;
  const machine = clients.find(({ role }) => role === 'admin');
  if (!machine) throw new Error('The stack has a client that may act for all companies');
  const api = apiClient({ url: apiUrl, key: apiKey, token: await accessToken(tokenUrl, machine) });
  const example = JSON.parse(readFileSync(inProject('examples/emit-invoice.json'), 'utf8'));
  const cancellation = JSON.parse(readFileSync(inProject('examples/cancel-invoice.json'), 'utf8'));
  const accepted: InvoiceId[] = [];
  await runConcurrently(newConcurrentRun(), plan, LANES, async (planned) => {
    const { companyCnpj, municipalityCode, cancelled } = planned;
    const service = { ...example.service, reference: referenceOf(planned) };
    // Nobody may be their own customer.
    const customer = { ...example.customer, cnpj: exampleCompanies.find((other) => other !== companyCnpj) };
    const body = { ...example, companyCnpj, municipalityCode, service, customer };
    const { invoice } = await api.post('/invoices', randomUUID(), body);
    accepted.push(invoice.invoiceId as InvoiceId);
    if (cancelled) await cancel(invoice.invoiceId);
    if (accepted.length % 100 === 0) progress(`${accepted.length} of ${plan.length} accepted`);
  });
  return accepted;

  async function cancel(invoiceId: string): Promise<void> {
    await api.post(`/invoices/${invoiceId}/cancel`, randomUUID(), cancellation).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
  }
}

async function openInvoices(client: DynamoDBDocumentClient, tableName: string): Promise<Open> {
  const scan = {
    TableName: tableName,
    ProjectionExpression: 'invoiceId, version',
    FilterExpression: '#status IN (:emitted, :cancelling)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':emitted': 'EMITTED', ':cancelling': 'CANCELLING' },
  } as const;
  const open = new Map<string, number>();
  for await (const { Items = [] } of paginateScan({ client }, scan)) {
    for (const { invoiceId, version } of Items) open.set(invoiceId, version);
  }
  return open;
}

async function findAll(
  dynamo: DynamoDBDocumentClient,
  { tables }: Credentials,
  ids: readonly InvoiceId[],
): Promise<Found[]> {
  const events = dynamoDbEventStore({ client: dynamo, tableName: tables.events });
  const invoices = dynamoDbInvoicesTable(dynamo, tables.invoices);
  const found: Found[] = [];
  await runConcurrently(newConcurrentRun(), ids, LANES, async (invoiceId) => {
    found.push({ invoiceId, commits: await events.load(invoiceId), row: await invoices.get(invoiceId) });
  });
  return found;
}

function faultsOf(plan: readonly Planned[]): string {
  const faults = plan.flatMap(({ fault }) => fault ?? []);
  const byFault = [...Map.groupBy(faults, (fault: Fault) => fault)];
  return `${faults.length}: ${byFault.map(([fault, of]) => `${of.length} ${describeFault(fault)}`).join('; ')}`;
}
