import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundleFunctions, functionNames, maxBundleBytes } from '../bundling/function-bundles.ts';
import { proxyEvent } from '../local/api-gateway/proxy-event.ts';
import { inProject } from '../local/project.ts';
import { routes } from '../src/handlers/routes.ts';
import { credentials } from './stack/api.ts';
import { type StandInDaemon, standInDaemon } from './stack/xray-daemon.ts';

const names = await functionNames();
const PARENT_ID = '53995c3f42cd8ad8';
const newTraceId = () => `1-6b048c31-${randomBytes(12).toString('hex')}`;

let folder: string;
let sizes: ReadonlyMap<string, number>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-bundle-'));
  sizes = await bundleFunctions(folder);
});

afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('the bundles of the functions', () => {
  it('are those of every route, and of what no client calls', () => {
    expect([...sizes.keys()]).toEqual(
      expect.arrayContaining([...routes.map(({ handler }) => handler), 'projector', 'reconcile']),
    );
  });

  it.each(names)('%s is small enough to start fast', (name) =>
    expect(sizes.get(name)).toBeLessThanOrEqual(maxBundleBytes(name)),
  );
});

describe('the bundle of the emission function, run as Lambda runs it', () => {
  let daemon: StandInDaemon;
  let lambda: ChildProcess;

  beforeAll(async () => {
    daemon = await standInDaemon();
    lambda = fork(inProject('test/stack/invoke-bundle.ts'), [path.join(folder, 'emit.mjs')], {
      env: {
        ...credentials().environment,
        AWS_LAMBDA_FUNCTION_NAME: 'nfse-ledger-emit',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: '/var/task',
        AWS_XRAY_DAEMON_ADDRESS: daemon.address,
      },
      execArgv: [],
      silent: true,
    });
    await once(lambda, 'message');
  });

  afterAll(() => {
    lambda?.kill();
    daemon?.stop();
  });

  const named = (wanted: string, traceId: string) => daemon.spans(traceId).filter(({ name }) => name === wanted);

  async function emit(traceId = newTraceId(), sampled = 1): Promise<APIGatewayProxyResult> {
    const trace = `Root=${traceId};Parent=${PARENT_ID};Sampled=${sampled}`;
    const event = proxyEvent({
      method: 'POST',
      target: { path: '/invoices', segments: ['invoices'], query: [] },
      resource: '/invoices',
      params: {},
      rawHeaders: ['Content-Type', 'application/json', 'Idempotency-Key', randomUUID()],
      body: await readFile(inProject('examples/emit-invoice.json'), 'utf8'),
      claims: { client_id: 'erp', scope: 'nfse-ledger/client', 'custom:companies': '*', token_use: 'access' },
      apiKey: null,
      sourceIp: '127.0.0.1',
      requestId: randomUUID(),
      at: Date.now(),
      trace,
    });
    lambda.send({ event, trace, context: { awsRequestId: randomUUID(), functionName: 'nfse-ledger-emit' } });
    const [{ answer }] = (await once(lambda, 'message')) as [{ answer: APIGatewayProxyResult }];
    return answer;
  }

  it('accepts an invoice', async () => {
    const { statusCode, headers, body } = await emit();
    expect(statusCode, body).toBe(202);
    expect(headers?.location).toBe(`/invoices/${JSON.parse(body).invoiceId}`);
  });

  it('sends the trace of an emission to X-Ray: every call to AWS below the function', async () => {
    const traceId = newTraceId();
    const { body } = await emit(traceId);
    await vi.waitFor(() => expect(named('emit', traceId)).toHaveLength(1), 5_000);
    const spans = daemon.spans(traceId);
    const whole = spans.find(({ name }) => name === 'emit');
    const calls = spans.filter((span) => span !== whole);
    expect(whole).toMatchObject({ name: 'emit', type: 'subsegment', parentId: PARENT_ID });
    expect(whole?.annotations).toMatchObject({
      ColdStart: false,
      Service: 'nfse-ledger',
      invoiceId: JSON.parse(body).invoiceId,
      companyCnpj: JSON.parse(body).companyCnpj,
    });
    expect(new Set(calls.map(({ parentId }) => parentId))).toEqual(new Set([whole?.id]));
    expect(calls.map(({ name, aws }) => [name, aws?.operation, aws?.table_name])).toEqual(
      expect.arrayContaining([
        ['DynamoDB', 'PutItem', 'EventsTable'],
        ['DynamoDB', 'UpdateItem', 'DpsNumbersTable'],
        ['DynamoDB', 'PutItem', 'DocumentsTable'],
        ['SFN', 'StartExecution', undefined],
      ]),
    );
  });

  it('sends nothing of a trace that is not among the sampled', async () => {
    const [unsampled, sampled] = [newTraceId(), newTraceId()];
    await emit(unsampled, 0);
    await emit(sampled);
    await vi.waitFor(() => expect(named('emit', sampled)).toHaveLength(1), 5_000);
    expect(daemon.spans(unsampled)).toEqual([]);
  });
});
