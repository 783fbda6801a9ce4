import { setTimeout as pause } from 'node:timers/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answering, dynamoDbAnswering } from '../../test/stack/answering.ts';
import { type Span, type StandInDaemon, standInDaemon } from '../../test/stack/xray-daemon.ts';
import { inMessageSegment, startTracing, traced, tracedTransport } from './worker-tracer.ts';

const PARENT = '53995c3f42cd8ad8';
const rootOf = (number: number) => `1-6b048c31-${number.toString(16).padStart(24, 'a')}`;
const headerOf = (number: number, sampled = 1) => `Root=${rootOf(number)};Parent=${PARENT};Sampled=${sampled}`;
const work = { invoiceId: 'inv_1', companyCnpj: '11222333000181', operation: 'emit' };
const put = new PutItemCommand({ TableName: 'EventsTable', Item: { name: { S: 'Maria da Silva' } } });

let daemon: StandInDaemon;
let accepting: Answering;
let refusing: Answering;
let sendTraces: () => Promise<void>;

beforeAll(async () => {
  daemon = await standInDaemon();
  accepting = await dynamoDbAnswering(200, {});
  refusing = await dynamoDbAnswering(400, { __type: 'ValidationException', message: 'Maria da Silva' });
  sendTraces = startTracing(daemon.collectorUrl);
});
afterAll(() => {
  daemon.stop();
  accepting.stop();
  refusing.stop();
});

async function spansOf(number: number): Promise<readonly Span[]> {
  await sendTraces();
  return daemon.spans(rootOf(number));
}

describe('the trace of a message', () => {
  it('hangs from the request that began it, with its invoice, its company and its calls to AWS', async () => {
    const client = traced(accepting.client);
    await inMessageSegment(work, headerOf(1), () => client.send(put));
    const [call, segment] = await spansOf(1);
    expect(segment).toMatchObject({
      name: 'nfse-ledger-worker',
      type: 'segment',
      parentId: PARENT,
      annotations: { ...work },
    });
    expect(call).toMatchObject({
      name: 'DynamoDB',
      namespace: 'aws',
      parentId: segment?.id,
      aws: { operation: 'PutItem', table_name: 'EventsTable' },
      http: { response: { status: 200 } },
    });
  });

  it('is its own among many messages that are handled at once', async () => {
    const client = traced(accepting.client);
    const numbers = Array.from({ length: 50 }, (_, place) => 100 + place);
    await Promise.all(
      numbers.map((number) =>
        inMessageSegment({ ...work, invoiceId: `inv_${number}` }, headerOf(number), async () => {
          await pause(number % 7);
          await client.send(put);
          await pause(number % 5);
          await client.send(put);
        }),
      ),
    );
    await sendTraces();
    for (const number of numbers) {
      const spans = daemon.spans(rootOf(number));
      const segment = spans.find(({ type }) => type === 'segment');
      expect(segment?.annotations).toMatchObject({ invoiceId: `inv_${number}` });
      expect(spans.filter(({ parentId }) => parentId === segment?.id)).toHaveLength(2);
    }
  });

  it.each([
    ['not sampled', headerOf(2, 0)],
    ['none', undefined],
    ['malformed', `Root=${rootOf(2)}`],
  ])('is not sent when it is %s', async (_, header) => {
    const client = traced(accepting.client);
    await inMessageSegment(work, header, () => client.send(put));
    expect(await spansOf(2)).toEqual([]);
  });

  it('names an error of AWS and its status, and not its message, which may quote a person', async () => {
    const client = traced(refusing.client);
    await expect(inMessageSegment(work, headerOf(3), () => client.send(put))).rejects.toThrow('Maria');
    const [call, segment] = await spansOf(3);
    expect(call).toMatchObject({ error: true, http: { response: { status: 400 } } });
    expect(call?.cause?.exceptions).toEqual([{ type: 'ValidationException' }]);
    expect(segment).toMatchObject({ fault: true });
    expect(daemon.received.join('\n')).not.toContain('Maria');
  });

  it('never has a person for a company', async () => {
    await inMessageSegment({ ...work, companyCnpj: '52998224725' }, headerOf(4), async () => undefined);
    const [segment] = await spansOf(4);
    expect(segment?.annotations).toEqual({ invoiceId: 'inv_1', operation: 'emit' });
  });

  it('shows a call to an authority by its host and status alone, and tells the authority nothing of itself', async () => {
    const send = vi.fn(async (_request: { method: string; path: string; headers: object }) => ({ status: 503 }));
    const transport = tracedTransport('https://authority.example:8443/api', Object.assign(send, { close() {} }));
    const request = { method: 'POST', path: '/nfse/12345678909', headers: {} };
    await inMessageSegment(work, headerOf(5), () => transport(request));
    const [call] = await spansOf(5);
    expect(call).toMatchObject({ name: 'authority.example', namespace: 'remote', http: { response: { status: 503 } } });
    expect(send).toHaveBeenCalledWith({ method: 'POST', path: '/nfse/12345678909', headers: {} });
    expect(daemon.received.join('\n')).not.toContain('12345678909');
  });
});

describe('a worker without a collector', () => {
  it('does its work, and has nothing to send', async () => {
    await expect(startTracing(undefined)()).resolves.toBeUndefined();
  });
});
