import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, inject, it } from 'vitest';
import measured from '../cost/measured.json' with { type: 'json' };
import { START, tipAfter } from '../src/events/commit.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import { parseCnpj } from '../src/nfse/cnpj.ts';
import { dynamoDbCompanies } from '../src/platform/dynamodb-companies.ts';
import { dynamoDbDpsNumbers } from '../src/platform/dynamodb-dps-numbers.ts';
import { idempotency } from '../src/platform/idempotency.ts';
import { tableKinds } from '../src/platform/table-definitions.ts';
import { dynamoDbInvoicesTable } from '../src/projections/invoices-table.ts';
import { project } from '../src/projections/projector.ts';
import { companyCnpj, draft, emitted, issued } from './invoices.ts';
import { apiAs, example } from './stack/api.ts';
import { consumedBy } from './stack/consumed.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';
import { eventually } from './stack/own-worker.ts';

const client = await apiAs('client');
const { emission, read: reading } = measured;
const logs = path.join(path.dirname(inject('credentials')), 'logs');

interface StoreLine {
  readonly message: string;
  readonly invoiceId?: string;
  readonly events?: readonly string[];
  /** Of the table; what its index takes is apart. */
  readonly wcu?: number;
  readonly indexWcu?: number;
  readonly rcu?: number;
}

/** What the event store's own log says that an invoice consumed, in the API's functions and in the worker. */
function storeOperations(invoiceId: string): StoreLine[] {
  return ['functions.log', 'worker.log']
    .flatMap((file) => readFileSync(path.join(logs, file), 'utf8').split('\n'))
    .filter((line) => line.includes(invoiceId) && line.includes('"events.'))
    .map((line) => JSON.parse(line) as StoreLine);
}

const sum = (lines: readonly StoreLine[], unit: 'wcu' | 'indexWcu' | 'rcu') =>
  lines.reduce((total, line) => total + (line[unit] ?? 0), 0);

describe('what an invoice costs in the event store, from emission to issue', () => {
  it('is at most 3 write units, one a commit in its index, and no read unit, on a realistic invoice', async () => {
    const invoice = example('emit-invoice');
    expect(invoice.service.description.length).toBeGreaterThanOrEqual(400);
    expect(invoice.customer.address).toMatchObject({ street: expect.any(String), complement: expect.any(String) });

    // Nobody asks in between: a GET reads, and it is the emission that is measured.
    const { body } = await client.post('/invoices', invoice);
    const written = (type: string) => storeOperations(body.invoiceId).some(({ events }) => events?.includes(type));
    await eventually(async () => written('Emitted') && written('Issued'));

    const operations = storeOperations(body.invoiceId);
    expect(operations.map(({ message }) => message)).toEqual(['events.append', 'events.append']);
    expect(operations.every(({ wcu }) => wcu !== undefined && wcu > 0)).toBe(true);
    expect(sum(operations, 'wcu')).toBeLessThanOrEqual(emission.writeUnits.events);
    expect(sum(operations, 'indexWcu')).toBe(emission.writeUnits.eventsByDay);
    expect(sum(operations, 'rcu')).toBe(0);
  });

  it('is a unit for each of the two events of a cancellation', async () => {
    const { body } = await client.post('/invoices', example('emit-invoice'));
    await client.until(body.invoiceId, 'ISSUED');
    await client.post(`/invoices/${body.invoiceId}/cancel`, example('cancel-invoice'));
    const of = (type: string) => storeOperations(body.invoiceId).filter(({ events }) => events?.includes(type));
    await eventually(async () => of('Cancelled').length > 0);
    expect(sum(of('CancelRequested'), 'wcu')).toBe(1);
    expect(sum(of('Cancelled'), 'wcu')).toBe(1);
  });
});

/** Units by kind of table: those that something was written to, or read from. */
function byKind(names: Readonly<Record<string, string>>, consumed: ReturnType<ReturnType<typeof consumedBy>>) {
  const units = (unit: 'wcu' | 'rcu') =>
    Object.fromEntries(
      tableKinds.flatMap((kind) => {
        const used = consumed[names[kind] ?? '']?.[unit] ?? 0;
        return used > 0 ? [[kind, used]] : [];
      }),
    );
  return { writeUnits: units('wcu'), readUnits: units('rcu') };
}

/** What DynamoDB adds to the size of each entry of an index. */
const INDEX_ENTRY_OVERHEAD_BYTES = 100;

/** Names and texts by their UTF-8; a number is a byte for two digits, and one more. */
function bytesOf(item: Record<string, AttributeValue>): number {
  return Object.entries(item).reduce((bytes, [name, { S, N = '' }]) => {
    const value = S === undefined ? Math.ceil(N.length / 2) + 1 : Buffer.byteLength(S);
    return bytes + Buffer.byteLength(name) + value;
  }, 0);
}

describe('what the model of the costs is made of (cost/measured.json)', async () => {
  const dynamo = dynamoDb();
  const names = await ownTables(dynamo);
  const consumed = consumedBy(dynamo);
  const events = dynamoDbEventStore({ client: dynamo, tableName: names.events });
  const invoices = dynamoDbInvoicesTable(dynamo, names.invoices);
  const invoiceId = invoiceIdFor(companyCnpj, randomUUID());

  it('has the units of all tables, from the emission to the projection of its issue', async () => {
    process.env.AWS_LAMBDA_FUNCTION_NAME = 'cost';
    const once = idempotency('emit', dynamo, names.requests);
    const context = { getRemainingTimeInMillis: () => 20_000, awsRequestId: randomUUID() } as never;
    const deps = { events, invoices, reconcileAfterSeconds: 300 };
    await dynamoDbCompanies(dynamo, names.companies).get(parseCnpj(companyCnpj) ?? companyCnpj);
    await dynamoDbDpsNumbers(dynamo, names.dpsNumbers, 1000).take(companyCnpj, '1');
    const first = draft({ invoiceId, tip: START, events: [emitted], commitId: randomUUID() });
    const accepted = await events.append(first);
    await once({ key: 'cost', content: '' }, context, async () => ({ invoice: { id: invoiceId } }));
    await project(deps, invoiceId, [accepted]);
    const second = draft({ invoiceId, tip: tipAfter(accepted), events: [issued], commitId: randomUUID() });
    await project(deps, invoiceId, [await events.append(second)]);
    const { writeUnits, readUnits } = byKind(names, consumed());
    const { events: ofTable, eventsByDay, ...others } = emission.writeUnits;
    expect(writeUnits).toEqual({ ...others, events: ofTable + eventsByDay });
    expect(readUnits).toEqual(emission.readUnits);
  });

  it('has the bytes of an invoice’s entries in the index by day', async () => {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: names.events, IndexName: 'byDay' }));
    const sizes = Items.map((item) => INDEX_ENTRY_OVERHEAD_BYTES + bytesOf(item));
    consumed();
    expect(sizes).toHaveLength(2);
    expect(sizes.reduce((bytes, size) => bytes + size)).toBeLessThanOrEqual(emission.indexBytes);
  });

  it('has the units of a read', async () => {
    await Promise.all([invoices.get(invoiceId), events.tip(invoiceId)]);
    expect(byKind(names, consumed())).toEqual({ writeUnits: {}, readUnits: reading.readUnits });
  });

  it('has the bytes of an invoice’s answers and of what is logged of it', async () => {
    const posted = await client.post('/invoices', example('emit-invoice'));
    const { body } = posted;
    await eventually(async () =>
      storeOperations(body.invoiceId).some(({ events: types }) => types?.includes('Issued')),
    );
    const logged = (file: string) =>
      readFileSync(path.join(logs, file), 'utf8')
        .split('\n')
        .filter((line) => line.includes(body.invoiceId))
        .reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0);
    await eventually(
      async () => logged('worker.log') > 0 && readFileSync(path.join(logs, 'worker.log'), 'utf8').includes('"handled"'),
    );
    const before = logged('functions.log');
    const got = await client.get(`/invoices/${body.invoiceId}`);
    const batches = readFileSync(path.join(logs, 'functions.log'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"projected"'))
      .map((line) => Buffer.byteLength(line) + 1);
    const sizes = {
      functions: before,
      worker: logged('worker.log'),
      batch: batches.reduce((bytes, line) => bytes + line, 0) / batches.length,
      answer: JSON.stringify(body).length,
      readLog: logged('functions.log') - before,
      readAnswer: JSON.stringify(got.body).length,
    };
    expect(sizes.functions).toBeLessThanOrEqual(emission.logBytes.functions);
    expect(sizes.worker).toBeLessThanOrEqual(emission.logBytes.worker);
    expect(sizes.batch).toBeLessThanOrEqual(emission.logBytes.batch);
    expect(sizes.answer).toBeLessThanOrEqual(emission.answerBytes);
    expect(sizes.readLog).toBeLessThanOrEqual(reading.logBytes);
    expect(sizes.readAnswer).toBeLessThanOrEqual(reading.answerBytes);
  });
});
