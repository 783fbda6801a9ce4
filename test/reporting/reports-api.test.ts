import { randomUUID } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commit, commitOf } from '../../src/events/commit.ts';
import { event } from '../../src/events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../../src/events/ids.ts';
import type { Cnpj } from '../../src/nfse/cnpj.ts';
import { REPORTS } from '../../src/projections/reporting/reports/catalogue.ts';
import { draft, emitted } from '../invoices.ts';
import { type Answer, apiAs, credentials, example } from '../stack/api.ts';
import { dynamoDb } from '../stack/own-tables.ts';
import { eventually } from '../stack/own-worker.ts';

const COMPANY = '11222333000181';
const client = await apiAs('client');
const operator = await apiAs('operator');
const ops = await apiAs('ops');
const other = await apiAs('client-other');

/** Waits until the reports know of an invoice. */
async function reported(invoiceId: string): Promise<Answer['body'][]> {
  const events: Answer['body'][] = [];
  let after = '';
  await eventually(async () => {
    const { body } = await client.get(`/events?limit=200${after && `&after=${after}`}`);
    after = body.nextCursor;
    events.push(...body.events.filter((event: Answer['body']) => event.invoiceId === invoiceId));
    return events.some(({ type }) => type === 'Issued' || type === 'Failed');
  });
  return events;
}

let issued = '';
let refused = '';
beforeAll(async () => {
  issued = (await client.post('/invoices', example('emit-withheld'))).body.invoiceId;
  refused = (await client.post('/invoices', example('emit-rejected'))).body.invoiceId;
  await client.until(issued, 'ISSUED');
  await client.until(refused, 'FAILED');
  await reported(issued);
  await reported(refused);
});

describe('a report', () => {
  it.each(REPORTS)(
    '$name says what it is about, up to when it knows, and its rows by their columns',
    async ({ name }) => {
      const { status, body } = await operator.get(`/reports/${name}`);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body).toMatchObject({ report: name, description: expect.stringMatching(/\.$/) });
      expect(Date.parse(body.freshness.upTo)).toBeGreaterThan(0);
      const keys = body.columns.map(({ key }: { key: string }) => key);
      for (const row of body.rows) expect(Object.keys(row)).toEqual(keys);
    },
  );

  it('has the taxes of the invoices of this run, in reais', async () => {
    const { body } = await operator.get('/reports/federal');
    expect(body.rows).toContainEqual(
      expect.objectContaining({ companyCnpj: COMPANY, inssWithheld: expect.stringMatching(/^\d+\.\d\d$/) }),
    );
  });

  it('is a table for a spreadsheet when that is asked for', async () => {
    const { status, headers, body } = await operator.get('/reports/totals?by=status', { accept: 'text/csv' });
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/csv; charset=utf-8; header=present',
    });
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="totals-[\d-]+\.csv"$/);
    const [head, ...rows] = body.replace('\ufeff', '').trimEnd().split('\r\n');
    expect(head).toBe('Situação;Notas;Preço dos serviços;Total');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatch(/^[A-Z]+;\d+;\d+,\d\d;\d+,\d\d$/);
  });

  it('is given page by page, and its pages are the whole', async () => {
    const whole = (await operator.get('/reports/totals')).body.rows;
    const rows: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await operator.get(`/reports/totals?limit=1${cursor ? `&cursor=${cursor}` : ''}`);
      expect(body.rows.length).toBeLessThanOrEqual(1);
      rows.push(...body.rows);
      cursor = body.nextCursor;
    } while (cursor);
    expect(rows.length).toBeGreaterThanOrEqual(whole.length);
    const { headers } = await operator.get('/reports/totals?limit=1&format=csv');
    expect(headers.get('link')).toMatch(/^<\/reports\/totals\?.*cursor=[\w-]+.*>; rel="next"$/);
  });

  it("shows a company's people nothing of another company", async () => {
    const companies = (rows: { companyCnpj: string }[]) => new Set(rows.map(({ companyCnpj }) => companyCnpj));
    const { body } = await operator.get('/reports/totals?by=company');
    expect(companies(body.rows)).toEqual(new Set([COMPANY]));
    expect((await operator.get('/reports/totals?companyCnpj=12345678000195')).status).toBe(403);
  });

  it.each([
    ['from=2026-02-30', '/query/from', 'date'],
    ['from=2026-11-02&to=2026-11-01', '/query/to', 'period'],
    ['from=2020-01-01&to=2026-11-01', '/query/from', 'period-too-long'],
    ['by=day,colour', '/query/by', 'value'],
    ['limit=100000', '/query/limit', 'range'],
    ['companyCnpj=123', '/query/companyCnpj', 'cnpj'],
    ['sort=1', '/query/sort', 'unknown'],
    ['series=1', '/query/series', 'unknown'],
  ])('refuses %s', async (query, pointer, code) => {
    const { status, body } = await operator.get(`/reports/totals?${query}`);
    expect(status).toBe(422);
    expect(body.errors).toEqual([expect.objectContaining({ pointer, code })]);
  });

  it.each(["'; drop table reporting.invoices; --", '1e9', '١'])('takes %j for no series', async (series) => {
    const query = new URLSearchParams({ companyCnpj: COMPANY, series });
    expect((await operator.get(`/reports/numbers?${query}`)).status).toBe(422);
    expect((await operator.get(`/reports/numbers?companyCnpj=${COMPANY}`)).status).toBe(200);
  });

  it('refuses the cursor of another question', async () => {
    const { nextCursor } = (await operator.get('/reports/totals?limit=1')).body;
    const { status, body } = await operator.get(`/reports/totals?limit=1&by=day&cursor=${nextCursor}`);
    expect({ status, type: body.type }).toEqual({ status: 400, type: 'urn:nfse-ledger:problem:invalid-cursor' });
  });
});

describe('the feed of events', () => {
  it('gives the events that the history gives, once each and in their order', async () => {
    const events = await reported(refused);
    const { body: history } = await client.get(`/invoices/${refused}/events`);
    expect(events.map(({ cursor: _, invoiceId: __, companyCnpj: ___, ...event }) => event)).toEqual(
      history.events.map(({ documents: _, ...event }: Answer['body']) => event),
    );
    expect(new Set(events.map(({ companyCnpj }) => companyCnpj))).toEqual(new Set([COMPANY]));
  });

  it('goes on where it was left, also when there is nothing new', async () => {
    const all = (await client.get('/events?limit=200')).body;
    const [first, second] = all.events;
    const next = (await client.get(`/events?limit=1&after=${first.cursor}`)).body;
    expect(next.events).toEqual([second]);
    const end = (await client.get(`/events?after=${Buffer.from('feed:99999999999').toString('base64url')}`)).body;
    expect(end).toEqual({ events: [], nextCursor: expect.any(String), more: false });
  });

  it("gives another company's client nothing of this one", async () => {
    const { body } = await other.get('/events?limit=200');
    expect(body.events.filter(({ companyCnpj }: { companyCnpj: string }) => companyCnpj === COMPANY)).toEqual([]);
    expect((await other.get(`/events?companyCnpj=${COMPANY}`)).status).toBe(403);
  });

  it.each(['x', 'ZmVlZDotMQ', Buffer.from('feed:1 or 1=1').toString('base64url'), ''])(
    'takes %j for no cursor',
    async (after) => {
      expect((await client.get(`/events?after=${after}`)).status).toBe(400);
    },
  );
});

describe('an invoice that cannot be projected', () => {
  const store: DynamoDBDocumentClient = dynamoDb();
  const table = credentials().tables.events;
  const requestId = `parked ${randomUUID()}`;
  const invoiceId: InvoiceId = invoiceIdFor(COMPANY as Cnpj, requestId);
  const events = [event('Emitted', { ...emitted.data, requestId })];
  const good = commitOf(draft({ invoiceId, commitId: randomUUID(), at: new Date().toISOString(), events }));
  const spoiled: Commit = { ...good, events: good.events.map((event) => ({ ...event, type: 'Teleported' })) };
  const put = (commit: Commit) => store.send(new PutCommand({ TableName: table, Item: commit }));
  const parkedIn = async (projection: string) => {
    const { body } = await ops.get('/projections');
    const { parked } = body.projections.find((one: Answer['body']) => one.projection === projection);
    return parked.invoices.find((row: Answer['body']) => row.invoiceId === invoiceId);
  };
  afterAll(async () => {
    const Key = { invoiceId, version: 1 };
    await store.send(new DeleteCommand({ TableName: table, Key }));
    store.destroy();
  });

  it('is parked in both projections, where ops see it, and holds up nobody', async () => {
    await put(spoiled);
    for (const projection of ['invoices', 'reporting']) {
      await eventually(async () => (await parkedIn(projection)) !== undefined);
      expect(await parkedIn(projection)).toMatchObject({ error: { name: 'UnreadableEvent' }, times: 1 });
    }
    const { body } = await client.post('/invoices', example('emit-invoice'));
    await client.until(body.invoiceId, 'ISSUED');
    await reported(body.invoiceId);
  });

  it('stays parked when it is replayed as it is', async () => {
    const { body } = await ops.post('/projections/reporting/replay', { invoiceIds: [invoiceId] });
    expect(body).toMatchObject({ parked: 1, projected: 0, results: [{ invoiceId, outcome: 'parked' }] });
    expect(await parkedIn('reporting')).toMatchObject({ times: 2 });
  });

  it('is projected from the store once it can be read, and parked no more', async () => {
    await put(good);
    for (const projection of ['invoices', 'reporting']) {
      const { body } = await ops.post(`/projections/${projection}/replay`, { invoiceIds: [invoiceId] });
      expect(body, JSON.stringify(body)).toMatchObject({
        projected: 1,
        results: [{ invoiceId, outcome: 'projected' }],
      });
      expect(await parkedIn(projection)).toBeUndefined();
    }
    const list = await client.get(`/invoices?companyCnpj=${COMPANY}&limit=100`);
    expect(list.body.items.map((item: Answer['body']) => item.invoiceId)).toContain(invoiceId);
  });
});
