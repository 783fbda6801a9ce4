import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answering, dynamoDbAnswering } from '../../test/stack/answering.ts';
import { type StandInDaemon, standInDaemon } from '../../test/stack/xray-daemon.ts';

const PARENT = '53995c3f42cd8ad8';
const rootOf = (number: number) => `1-6b048c31-${number.toString(16).padStart(24, 'b')}`;
const put = new PutItemCommand({ TableName: 'EventsTable', Item: { name: { S: 'Maria da Silva' } } });

let daemon: StandInDaemon;
let refusing: Answering;
let tracer: typeof import('./tracer.ts');

beforeAll(async () => {
  daemon = await standInDaemon();
  refusing = await dynamoDbAnswering(400, { __type: 'ValidationException', message: 'Maria da Silva' });
  // As Lambda sets it, before X-Ray's SDK is imported.
  vi.stubEnv('AWS_EXECUTION_ENV', 'AWS_Lambda_nodejs24.x');
  vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
  vi.stubEnv('LAMBDA_TASK_ROOT', '/var/task');
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', daemon.address);
  tracer = await import('./tracer.ts');
});
afterAll(() => {
  vi.unstubAllEnvs();
  refusing.stop();
  daemon.stop();
});

/** Runs an invocation as Lambda does, and waits for its trace. */
async function traceOf(number: number, run: () => Promise<unknown>, sampled = 1) {
  vi.stubEnv('_X_AMZN_TRACE_ID', `Root=${rootOf(number)};Parent=${PARENT};Sampled=${sampled}`);
  const outcome = await tracer.inInvocation('emit', run).catch((error: unknown) => error);
  if (sampled === 1) await vi.waitFor(() => expect(invocationsIn(number)).toHaveLength(1), 5_000);
  const spans = daemon.spans(rootOf(number));
  return { outcome, spans, invocation: invocationsIn(number)[0] };
}
const invocationsIn = (number: number) => daemon.spans(rootOf(number)).filter(({ name }) => name === 'emit');

describe('the trace of an invocation', () => {
  it('hangs from the segment of Lambda, with its invoice, its company and its status', async () => {
    const { invocation } = await traceOf(1, async () => {
      tracer.annotate({ invoiceId: 'inv_1', companyCnpj: '11222333000181', requestId: 'PEDIDO118' });
      tracer.noteStatus(202);
    });
    expect(invocation).toMatchObject({ parentId: PARENT, type: 'subsegment', http: { response: { status: 202 } } });
    expect(invocation?.annotations).toEqual({
      ColdStart: true,
      Service: 'nfse-ledger',
      invoiceId: 'inv_1',
      companyCnpj: '11222333000181',
    });
    expect(tracer.invocationTraceId()).toBe(rootOf(1));
  });

  it.each([
    [429, { error: true, throttle: true }],
    [404, { error: true }],
    [503, { fault: true }],
  ])('says what kind of failure a %i is', async (status, kind) => {
    const { invocation } = await traceOf(status, async () => tracer.noteStatus(status));
    expect(invocation).toMatchObject(kind);
  });

  it('names an error of AWS, and its own, and no message, which may quote a person', async () => {
    const client = tracer.traced(refusing.client);
    const { outcome, spans, invocation } = await traceOf(2, () => client.send(put));
    expect(outcome).toMatchObject({ message: 'Maria da Silva' });
    expect(spans.find(({ name }) => name === 'DynamoDB')).toMatchObject({
      error: true,
      aws: { operation: 'PutItem', table_name: 'EventsTable' },
      cause: { exceptions: [{ type: 'ValidationException' }] },
    });
    expect(invocation).toMatchObject({ fault: true, cause: { exceptions: [{ type: 'ValidationException' }] } });
    expect(daemon.received.join('\n')).not.toContain('Maria');
  });

  it('goes along with the work for another process, and only where it is sampled', async () => {
    let carried: { readonly traceHeader?: string } = {};
    const carry = async () => {
      carried = tracer.carryingTrace({ invoiceId: 'inv_1' });
    };
    const { invocation } = await traceOf(3, carry);
    expect(carried).toEqual({
      invoiceId: 'inv_1',
      traceHeader: `Root=${rootOf(3)};Parent=${invocation?.id};Sampled=1`,
    });
    await traceOf(4, carry, 0);
    expect(carried).toEqual({ invoiceId: 'inv_1' });
  });
});
