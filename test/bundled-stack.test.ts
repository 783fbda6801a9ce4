import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Credentials } from '../local/credentials.ts';
import { type Api, apiAs, credentials, example } from './stack/api.ts';
import { type RunningStack, startStack } from './stack/start-stack.ts';
import { type Span, type StandInDaemon, standInDaemon } from './stack/xray-daemon.ts';

/** A stack whose functions are the bundles that are deployed, and which says its traces to a daemon. */
let data: string;
let daemon: StandInDaemon;
let stack: RunningStack;
let there: Credentials;
let client: Api;

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-bundled-'));
  daemon = await standInDaemon();
  const settings = { LOCAL_XRAY_DAEMON: daemon.address, LOCAL_TRACE_COLLECTOR: daemon.collectorUrl };
  stack = await startStack(data, settings, ['--port', '0', '--in-memory', '--bundles']);
  there = credentials(stack.credentialsFile);
  client = await apiAs('client', there);
});

afterAll(async () => {
  await stack?.stop();
  daemon?.stop();
  if (data) await rm(data, { recursive: true, force: true });
});

describe('the functions as they are deployed', () => {
  it('take an invoice from its emission to its cancellation', async () => {
    const { status, body: accepted } = await client.post('/invoices', example('emit-invoice'));
    expect(status).toBe(202);
    const url = `/invoices/${accepted.invoiceId}`;
    await client.until(accepted.invoiceId, 'ISSUED');
    expect((await client.get(`/invoices?companyCnpj=${accepted.companyCnpj}`)).body.items).toMatchObject([
      { invoiceId: accepted.invoiceId },
    ]);
    const { body: link } = await client.get(`${url}/xml`);
    expect(await (await fetch(link.url)).text()).toContain('<NFSe');
    expect((await client.post(`${url}/cancel`, example('cancel-invoice'))).status).toBe(202);
    await client.until(accepted.invoiceId, 'CANCELLED');
    const { body: history } = await client.get(`${url}/events`);
    expect(history.chain.intact).toBe(true);
    expect(history.events.map(({ type }: { type: string }) => type)).toEqual([
      'Emitted',
      'Issued',
      'CancelRequested',
      'Cancelled',
    ]);
  });

  it('correct and retry what was refused, and recognise a request that comes again', async () => {
    const key = randomUUID();
    const { body: accepted } = await client.post('/invoices', example('emit-rejected'), key);
    await client.until(accepted.invoiceId, 'FAILED');
    expect((await client.post('/invoices', example('emit-rejected'), key)).headers.get('idempotency-replayed')).toBe(
      'true',
    );
    expect((await client.post(`/invoices/${accepted.invoiceId}/retry`, example('retry-corrected'))).status).toBe(202);
    await client.until(accepted.invoiceId, 'ISSUED');
  });

  it('register a company', async () => {
    const operator = await apiAs('operator', there);
    const { status, body } = await operator.request('PUT', '/companies/11222333000181', example('register-company'));
    expect(status, JSON.stringify(body)).toBe(201);
    expect((await client.get('/companies/11222333000181')).body).toMatchObject({ version: 1 });
  });

  it('refuse bad input by the field', async () => {
    const { status, body } = await client.post('/invoices', { ...example('emit-invoice'), companyCnpj: '1' });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/companyCnpj', code: 'cnpj' }]);
  });
});

describe('the trace of an emission', () => {
  const traceId = `1-6b048c31-${randomBytes(12).toString('hex')}`;
  let spans: readonly Span[];

  const named = (name: string) => spans.filter((span) => span.name === name);
  const only = (name: string) => {
    const [span, ...others] = named(name);
    expect(others).toEqual([]);
    return span;
  };
  const childrenOf = (parent: Span | undefined) => spans.filter(({ parentId }) => parentId === parent?.id);

  beforeAll(async () => {
    const headers = { 'idempotency-key': randomUUID(), 'x-amzn-trace-id': `Root=${traceId};Sampled=1` };
    const { body } = await client.request('POST', '/invoices', example('emit-invoice'), headers);
    await client.until(body.invoiceId, 'ISSUED');
    const { body: history } = await client.get(`/invoices/${body.invoiceId}/events`);
    expect(history.events.map(({ meta }: { meta: object }) => meta)).toMatchObject([{ traceId }, { traceId }]);
    await vi.waitFor(() => {
      spans = daemon.spans(traceId);
      expect(named('nfse-ledger-worker')).toHaveLength(1);
    });
  });

  it('is one tree: what began it, and everything else below', () => {
    const ids = new Set(spans.map(({ id }) => id));
    expect(spans.filter(({ parentId }) => parentId === undefined)).toMatchObject([{ name: 'nfse-ledger-api' }]);
    expect(spans.filter(({ parentId }) => parentId !== undefined && !ids.has(parentId))).toEqual([]);
  });

  it('leads from the API through the function and the queue to the worker', () => {
    expect(childrenOf(only('nfse-ledger-api'))).toMatchObject([{ name: 'emit', http: { response: { status: 202 } } }]);
    expect(childrenOf(only('emit')).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['SFN', 'nfse-ledger-worker']),
    );
  });

  it('shows what the worker did: the document read, the authority called, evidence and outcome stored', () => {
    const calls = childrenOf(only('nfse-ledger-worker')).map(({ name, namespace, aws }) => [
      name,
      aws?.operation ?? namespace,
    ]);
    expect(calls).toEqual(
      expect.arrayContaining([
        ['DynamoDB', 'GetItem'],
        ['127.0.0.1', 'remote'],
        ['DynamoDB', 'PutItem'],
      ]),
    );
  });

  it('shows a look at the DLQ, with the calls to its queue', async () => {
    const looking = `1-6b048c31-${randomBytes(12).toString('hex')}`;
    const ops = await apiAs('ops', there);
    await ops.request('GET', '/dlq', undefined, { 'x-amzn-trace-id': `Root=${looking};Sampled=1` });
    await vi.waitFor(() => {
      const calls = daemon.spans(looking).map(({ name, aws }) => [name, aws?.operation]);
      expect(calls).toContainEqual(['SQS', 'ReceiveMessage']);
    });
  });

  it('says nothing of anybody', () => {
    const { customer, service } = example('emit-invoice');
    const told = daemon.received.join('\n');
    for (const personal of [customer.name, customer.cnpj ?? customer.cpf, customer.email, service.description]) {
      if (personal !== undefined) expect(told).not.toContain(personal);
    }
  });
});
