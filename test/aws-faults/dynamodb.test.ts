import { randomUUID } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, describe, expect, it } from 'vitest';
import { proxyEvent } from '../../local/api-gateway/proxy-event.ts';
import { START, tipAfter } from '../../src/events/commit.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import type { ApiHandler } from '../../src/handlers/lambda.ts';
import { documentItems } from '../../src/platform/documents/items.ts';
import { TABLES, tableKinds } from '../../src/platform/table-definitions.ts';
import { dynamoDbInvoicesTable } from '../../src/projections/invoices-table.ts';
import { dynamoDbProjectionsTable } from '../../src/projections/projections-table.ts';
import { draft, emitted, issued, invoiceId as scriptedId } from '../invoices.ts';
import { found, freshWork, note, work, worker } from '../scripted-worker.ts';
import { example } from '../stack/api.ts';
import { ownLedger } from '../stack/own-ledger.ts';
import { dynamoDb, ownTables } from '../stack/own-tables.ts';
import { announced } from '../stream-record.ts';
import { FAULTS, interruptedDynamoDb } from './interrupted-dynamodb.ts';

const ledger = await ownLedger();
const { client, tables, events } = ledger;
Object.assign(process.env, ledger.environment, {
  ...Object.fromEntries(tableKinds.map((kind) => [TABLES[kind].variable, tables[kind]])),
  AWS_LAMBDA_FUNCTION_NAME: 'faults',
});
const { handler: emit } = await import('../../src/handlers/emit.ts');
const { handler: cancel } = await import('../../src/handlers/cancel.ts');
const { handler: get } = await import('../../src/handlers/get.ts');
const { handler: list } = await import('../../src/handlers/list.ts');
const { handler: projector } = await import('../../src/handlers/projector.ts');

const workflows = mockClient(SFNClient);
workflows.onAnyCommand().resolves({});
const dynamo = interruptedDynamoDb();
afterAll(() => {
  dynamo.restore();
  workflows.restore();
  client.destroy();
});

/** More calls than any of these requests makes. */
const MAX_CALLS = 20;
/** How long a failed invocation keeps its idempotency key. */
const CALL_MS = 300;

interface Request {
  readonly body?: object;
  readonly key?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: [string, string][];
}

async function call(handler: ApiHandler, { body, key = randomUUID(), params = {}, query = [] }: Request) {
  const event = proxyEvent({
    method: body ? 'POST' : 'GET',
    target: { path: '/', segments: [], query },
    resource: '/',
    params,
    rawHeaders: ['Content-Type', 'application/json', 'Idempotency-Key', key],
    body: body ? JSON.stringify(body) : '',
    claims: { client_id: 'erp', scope: 'nfse-ledger/client', 'custom:companies': '*', token_use: 'access' },
    apiKey: null,
    sourceIp: '127.0.0.1',
    requestId: randomUUID(),
    at: Date.now(),
    trace: '',
  });
  const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => CALL_MS } as Context;
  return read(await handler(event, context));
}

function read({ statusCode, headers, body }: APIGatewayProxyResult) {
  return { status: statusCode, retryAfter: headers?.['retry-after'], body: JSON.parse(body) };
}

/** Repeats a request as a client does. It may be refused only while the failed invocation keeps the key. */
async function accepted(handler: ApiHandler, request: Request) {
  for (let tries = 0; tries < MAX_CALLS; tries++) {
    const answer = await call(handler, request);
    if (answer.status === 202) return answer.body;
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:nfse-ledger:problem:request-in-progress' } });
    await new Promise((resolve) => setTimeout(resolve, CALL_MS / 3));
  }
  throw new Error('The request was never accepted');
}

/**
 * Makes a request once for each call to DynamoDB that it needs, and fails that call. The client is told to repeat the request, repeats it
 * with the same key, and is accepted.
 *
 * @param check looks at what the accepted request left
 * @returns the commands that failed
 */
async function sweep(
  handler: ApiHandler,
  fault: (typeof FAULTS)[string],
  request: () => Promise<Request>,
  check: (body: { invoiceId: InvoiceId }) => Promise<void>,
): Promise<string[]> {
  const failures: string[] = [];
  for (let place = 1; place <= MAX_CALLS; place++) {
    const one = { key: randomUUID(), ...(await request()) };
    const { result, failed } = await dynamo.failing(place, fault, () => call(handler, one));
    if (!failed) {
      expect(result.status).toBe(202);
      return failures;
    }
    failures.push(failed);
    expect(result, failed).toMatchObject({
      status: 503,
      retryAfter: expect.any(String),
      body: { type: `urn:nfse-ledger:problem:${fault.code}`, requestId: expect.any(String) },
    });
    await check(await accepted(handler, one));
  }
  throw new Error('There was no end of calls');
}

const eventsOf = async (invoiceId: InvoiceId) => (await events.load(invoiceId)).flatMap((commit) => commit.events);

describe.each(Object.entries(FAULTS))('%s at each call to DynamoDB in turn', (_, fault) => {
  it('fails an emission with 503, and the repeated request emits once, with its document and a number of its own', async () => {
    const documents = documentItems(client, tables.documents);
    const numbers: number[] = [];
    const failures = await sweep(
      emit,
      fault,
      async () => ({ body: example('emit-invoice') }),
      async ({ invoiceId }) => {
        const told = await eventsOf(invoiceId);
        expect(told.map(({ type }) => type)).toEqual(['Emitted']);
        const data = told[0]?.data as typeof emitted.data | undefined;
        expect(await documents.get(data?.xmlKey ?? '')).toBeDefined();
        numbers.push(data?.dps.number ?? 0);
      },
    );
    expect(failures).toEqual(expect.arrayContaining(['GetCommand', 'PutItemCommand', 'UpdateCommand', 'PutCommand']));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('fails a cancellation with 503, and the repeated request asks for it once', async () => {
    const failures = await sweep(
      cancel,
      fault,
      async () => {
        const { invoiceId } = await ledger.tell([emitted, issued]);
        return { body: example('cancel-invoice'), params: { invoiceId } };
      },
      async ({ invoiceId }) => {
        const types = (await eventsOf(invoiceId)).map(({ type }) => type);
        expect(types).toEqual(['Emitted', 'Issued', 'CancelRequested']);
      },
    );
    expect(failures).toEqual(expect.arrayContaining(['QueryCommand', 'PutItemCommand', 'PutCommand']));
  });

  it.each([
    ['an invoice', get, (invoiceId: string): Request => ({ params: { invoiceId } })],
    ['a list', list, (): Request => ({ query: [['companyCnpj', emitted.data.companyCnpj]] })],
  ] as const)(
    'fails a read of %s with 503, or the answer is whole: it is never stale or short',
    async (_what, handler, ask) => {
      const { invoiceId, commits } = await ledger.tell([emitted]);
      await projector({ Records: commits.map(announced) });
      const whole = await call(handler, ask(invoiceId));
      expect(whole.status).toBe(200);
      const statuses: number[] = [];
      for (let place = 1; place <= MAX_CALLS; place++) {
        const { result, failed } = await dynamo.failing(place, fault, () => call(handler, ask(invoiceId)));
        if (result.status === 200) expect(result).toEqual(whole);
        else expect(result).toMatchObject({ status: 503, body: { type: `urn:nfse-ledger:problem:${fault.code}` } });
        statuses.push(result.status);
        if (!failed) break;
      }
      expect(statuses).toContain(503);
      expect(statuses.at(-1)).toBe(200);
    },
  );

  it('delays a projection until the batch is delivered again, and parks no invoice', async () => {
    const invoices = dynamoDbInvoicesTable(client, tables.invoices);
    for (let place = 1; place <= MAX_CALLS; place++) {
      const { invoiceId, commits } = await ledger.tell([emitted, issued]);
      const Records = commits.map(announced);
      const deliver = () => projector({ Records }).then(({ batchItemFailures }) => batchItemFailures.length === 0);
      const { result, failed } = await dynamo.failing(place, fault, deliver);
      // Lambda delivers again what was reported. Where nothing was, only the progress that is shown could not be written.
      if (!result) expect(await deliver()).toBe(true);
      expect(await invoices.get(invoiceId)).toMatchObject({ status: 'ISSUED', version: 2 });
      if (!failed) break;
      expect(place).toBeLessThan(MAX_CALLS);
    }
    expect(await dynamoDbProjectionsTable(client, tables.projections, 'invoices').countParked()).toBe(0);
  });

  it('leaves the message of a note that the authority issued, and the next delivery asks before it sends', async () => {
    const own = dynamoDb();
    const store = dynamoDbEventStore({ client: own, tableName: (await ownTables(own)).events });
    await store.append(draft({ tip: START, events: [emitted] }));
    const script = { issue: [{ kind: 'issued', note } as const], find: [found] };
    const { handle, calls } = await worker([], script, 5, { events: store });
    const fresh = await freshWork(store);
    // The append is the only call of a fresh message.
    await expect(dynamo.failing(1, fault, () => handle(fresh))).rejects.toBe(fault.error);
    await handle(fresh, { receiveCount: 2 });
    expect(calls).toEqual(fault.takesEffect ? ['issue'] : ['issue', 'find']);
    const commits = await store.load(scriptedId);
    expect(commits.flatMap((commit) => commit.events.map(({ type }) => type))).toEqual(['Emitted', 'Issued']);
    expect(tipAfter(commits[0] as never)).toEqual({ version: 2, hash: commits[1]?.prevHash });
    await handle(work, { receiveCount: 3 });
    expect(await store.load(scriptedId)).toEqual(commits);
    own.destroy();
  });
});
