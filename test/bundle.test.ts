import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bundle } from '../cdk/bundle.ts';
import { proxyEvent } from '../local/api-gateway/proxy-event.ts';
import { inProject } from '../local/project.ts';
import { credentials } from './stack/api.ts';

const PARENT_ID = '53995c3f42cd8ad8';
const newTraceId = () => `1-6b048c31-${randomBytes(12).toString('hex')}`;

interface Segment {
  readonly id: string;
  readonly name: string;
  readonly trace_id: string;
  readonly parent_id: string;
  readonly aws?: { readonly operation?: string; readonly table_name?: string };
  readonly annotations?: Readonly<Record<string, unknown>>;
}

describe('the bundle of the emission function, run as Lambda runs it', () => {
  const segments: Segment[] = [];
  let folder: string;
  let daemon: Socket;
  let lambda: ChildProcess;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-bundle-'));
    await bundle(inProject('src/handlers/emit.ts'), path.join(folder, 'emit.mjs'));
    daemon = createSocket('udp4').bind(0, '127.0.0.1');
    daemon.on('message', (datagram) => segments.push(JSON.parse(datagram.toString('utf8').split('\n')[1] ?? '')));
    await once(daemon, 'listening');
    lambda = fork(inProject('test/stack/invoke-bundle.ts'), [path.join(folder, 'emit.mjs')], {
      env: {
        ...credentials().environment,
        AWS_LAMBDA_FUNCTION_NAME: 'nfse-ledger-emit',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        LAMBDA_TASK_ROOT: '/var/task',
        POWERTOOLS_TRACE_ENABLED: 'true',
        AWS_XRAY_MANUAL_MODE: undefined,
        AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${(daemon.address() as AddressInfo).port}`,
      },
      execArgv: [],
      silent: true,
    });
    await once(lambda, 'message');
  });

  afterAll(async () => {
    lambda?.kill();
    daemon?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function emit(traceId = newTraceId()): Promise<APIGatewayProxyResult> {
    const trace = `Root=${traceId};Parent=${PARENT_ID};Sampled=1`;
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
      traceId: trace,
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
    const ours = () => segments.filter(({ trace_id }) => trace_id === traceId);
    await emit(traceId);
    await vi.waitFor(() => expect(ours().some(({ name }) => name === '## emit')).toBe(true), 5_000);
    const whole = ours().find(({ name }) => name === '## emit');
    const calls = ours().filter(({ name }) => name !== '## emit');
    expect(whole?.parent_id).toBe(PARENT_ID);
    expect(whole?.annotations).toMatchObject({ ColdStart: false });
    expect(new Set(calls.map(({ parent_id }) => parent_id))).toEqual(new Set([whole?.id]));
    expect(calls.map(({ name, aws }) => [name, aws?.operation, aws?.table_name])).toEqual(
      expect.arrayContaining([
        ['DynamoDB', 'PutItem', 'EventsTable'],
        ['DynamoDB', 'UpdateItem', 'DpsNumbersTable'],
        ['S3', 'PutObject', undefined],
        ['SFN', 'StartExecution', undefined],
      ]),
    );
  });
});
