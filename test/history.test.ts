import { createHash } from 'node:crypto';
import { DeleteCommand, GetCommand, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Commit, hashOf } from '../src/events/commit.ts';
import { documentKey } from '../src/events/document-key.ts';
import type { InvoiceId } from '../src/events/ids.ts';
import { apiAs, credentials, example } from './stack/api.ts';
import { nfse } from './stack/nfse.ts';
import { documentsIn } from './stack/own-documents.ts';
import { dynamoDb } from './stack/own-tables.ts';
import { eventually } from './stack/own-worker.ts';

const client = await apiAs('client');
const auditor = await apiAs('auditor');
const { tables, environment } = credentials();
const db = dynamoDb();

/** An invoice with four commits: emitted, issued, cancellation requested, cancelled; and its projection as far. */
async function cancelledInvoice(): Promise<string> {
  const { body } = await client.post('/invoices', example('emit-invoice'));
  await client.until(body.invoiceId, 'ISSUED');
  await client.post(`/invoices/${body.invoiceId}/cancel`, example('cancel-invoice'));
  await client.until(body.invoiceId, 'CANCELLED');
  await eventually(async () => {
    const { Item } = await db.send(new GetCommand({ TableName: tables.invoices, Key: { invoiceId: body.invoiceId } }));
    return Item?.version === 4;
  });
  return body.invoiceId;
}

const keyOf = (invoiceId: string, version: number) => ({ invoiceId, version });

async function edit(invoiceId: string, version: number, change: (commit: Commit) => Commit): Promise<void> {
  const { Item = {} } = await db.send(new GetCommand({ TableName: tables.events, Key: keyOf(invoiceId, version) }));
  await db.send(new PutCommand({ TableName: tables.events, Item: change(Item as Commit) }));
}

const remove = (invoiceId: string, version: number) =>
  db.send(new DeleteCommand({ TableName: tables.events, Key: keyOf(invoiceId, version) }));

const history = async (invoiceId: string, query = '') =>
  (await auditor.get(`/invoices/${invoiceId}/events${query}`)).body;

describe('a history', () => {
  it('tells every event: what, when, who, by which request', async () => {
    const invoiceId = await cancelledInvoice();
    const { events, chain, invoice } = await history(invoiceId);
    expect(chain).toMatchObject({ intact: true, commits: 4 });
    expect(invoice).toMatchObject({ status: 'CANCELLED', version: 4 });
    expect(events.map(({ type, version }: Commit & { type: string }) => [version, type])).toEqual([
      [1, 'Emitted'],
      [2, 'Issued'],
      [3, 'CancelRequested'],
      [4, 'Cancelled'],
    ]);
    for (const event of events)
      expect(event.meta).toMatchObject({ actor: expect.any(String), requestId: expect.any(String) });
    expect(events[0].data).toMatchObject({ total: '1500.00', amounts: { service: '1500.00' } });
    expect(new Set(events.map(({ meta }: { meta: { traceId: string } }) => meta.traceId)).size).toBe(2);
  });

  it('gives the commits as they lie, so that anybody can compute their hashes', async () => {
    const invoiceId = await cancelledInvoice();
    const { commits } = await history(invoiceId, '?stored=true');
    const sorted = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(sorted);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      );
    };
    let prevHash = '';
    for (const { hash, ...content } of commits) {
      expect(
        createHash('sha256')
          .update(JSON.stringify(sorted(content)))
          .digest('base64url'),
      ).toBe(hash);
      expect(content.prevHash).toBe(prevHash);
      prevHash = hash;
    }
    expect(commits).toHaveLength(4);
  });

  it('goes back to any version and any moment', async () => {
    const invoiceId = await cancelledInvoice();
    const whole = await history(invoiceId);
    expect(await history(invoiceId, '?version=1')).toMatchObject({
      invoice: { status: 'EMITTED', version: 1 },
      events: [{}],
    });
    expect(await history(invoiceId, '?version=99')).toMatchObject({ invoice: { status: 'CANCELLED' } });
    const asOf = encodeURIComponent(whole.events[2].at);
    expect(await history(invoiceId, `?asOf=${asOf}`)).toMatchObject({ invoice: { status: 'CANCELLING', version: 3 } });
    const before = await history(invoiceId, '?asOf=2020-01-01T00:00:00-03:00');
    expect(before).toMatchObject({ invoice: null, events: [], chain: { intact: true } });
  });
});

describe('the evidence of a history', () => {
  /** A kept message whose document stands beside its body, where a person can read it. */
  const readable = (member: string, element: string) => ({
    body: expect.stringContaining(`"${member}":"{unpacked:0}"`),
    unpacked: [{ text: expect.stringContaining(element), sha256: expect.stringMatching(/^[\w-]{43}$/) }],
  });

  it('is linked at every event: what was declared, what came back, and what that answers', async () => {
    const invoiceId = await cancelledInvoice();
    const { events } = await history(invoiceId);
    const kinds = events.map(({ documents }: { documents: { kind: string }[] }) => documents.map(({ kind }) => kind));
    expect(kinds).toEqual([['dps'], ['nfse', 'received'], [], expect.arrayContaining(['received'])]);
    const received = events[1].documents.find(({ kind }: { kind: string }) => kind === 'received');
    const { status, body } = await auditor.get(received.href);
    expect(status).toBe(200);
    const answer = await (await fetch(body.url)).json();
    expect(answer).toMatchObject({ response: { status: 201, ...readable('nfseXmlGZipB64', '<NFSe') } });
    const asked = await auditor.get(body.answers.href);
    expect(asked.body).toMatchObject({ kind: 'sent', name: body.answers.name });
    expect(await (await fetch(asked.body.url)).json()).toMatchObject({
      request: { method: 'POST', ...readable('dpsXmlGZipB64', '<DPS') },
    });
  });

  it.each([
    'dps-1.xml',
    `dps-${'A'.repeat(43)}.xml`,
    `sent-${'A'.repeat(43)}.json`,
    `..%2F..%2Fsent-${'A'.repeat(43)}.json`,
  ])('does not lead to %s, which is no document of the invoice', async (name) => {
    const { body } = await client.post('/invoices', example('emit-invoice'));
    const { status, body: problem } = await auditor.get(`/invoices/${body.invoiceId}/documents/${name}`);
    expect([status, problem.type]).toEqual([404, 'urn:nfse-ledger:problem:document-not-available']);
  });

  it.each([
    [-2, 404],
    [-1, 200],
    [0, 200],
    [1, 200],
    [3, 404],
  ])(
    'that no event names is looked for from a day before the emission to tomorrow: %i days after it is %i',
    async (days, expected) => {
      const { body } = await client.post('/invoices', example('emit-invoice'));
      const at = new Date(Date.parse(body.createdAt) + days * 86_400_000).toISOString();
      const content = JSON.stringify({ at, request: {} });
      const key = documentKey(body.invoiceId as InvoiceId, 'sent', content, 'json', at);
      await documentsIn({ client: db, tables }, environment.DOCS_BUCKET ?? '')
        .store()
        .put(key, content);
      const { status } = await auditor.get(`/invoices/${key.replace('/', '/documents/')}`);
      expect(status).toBe(expected);
    },
  );

  it('of one invoice is not reached through another', async () => {
    const invoiceId = await cancelledInvoice();
    const other = await client.post('/invoices', example('emit-invoice'));
    const { events } = await history(invoiceId);
    const { name } = events[0].documents[0];
    expect((await auditor.get(`/invoices/${other.body.invoiceId}/documents/${name}`)).status).toBe(404);
    expect((await (await apiAs('client-other')).get(events[0].documents[0].href)).status).toBe(404);
  });
});

describe('the states of a history', () => {
  it('are given before and after each event to who asks for them', async () => {
    const invoiceId = await cancelledInvoice();
    const { events } = await history(invoiceId, '?states=true');
    expect(events[0].before).toBeNull();
    const statuses = events.map(({ after }: { after: { status: string } }) => after.status);
    expect(statuses).toEqual(['EMITTED', 'ISSUED', 'CANCELLING', 'CANCELLED']);
    for (const version of [1, 2, 3]) expect(events[version].before).toEqual(events[version - 1].after);
    expect(events[3].after).toEqual((await auditor.get(`/invoices/${invoiceId}`)).body);
    expect((await history(invoiceId)).events[0]).not.toHaveProperty('after');
  });

  it('end where a spoiled history stops making sense', async () => {
    const invoiceId = await cancelledInvoice();
    await edit(invoiceId, 2, (commit) => ({
      ...commit,
      events: [{ ...commit.events[0], type: 'Teleported' } as never],
    }));
    const { events } = await history(invoiceId, '?states=true');
    expect(events[0].after).toMatchObject({ status: 'EMITTED' });
    expect(events[2]).not.toHaveProperty('after');
  });
});

describe('a history that somebody touched', () => {
  it.each([
    ['the amount of the emission edited', 1, 'content-changed', 1],
    ['the number of the note edited', 2, 'content-changed', 2],
    ['the reason of the cancellation edited', 3, 'content-changed', 3],
    ['the end edited', 4, 'content-changed', 4],
  ])('%s is found', async (_title, version, reason, brokenAt) => {
    const invoiceId = await cancelledInvoice();
    await edit(invoiceId, version, (commit) => ({
      ...commit,
      events: commit.events.map((event) => ({
        ...event,
        data: { ...(event.data as object), total: 1, reason: 'x', cancelledAt: 'x' },
      })),
    }));
    expect((await history(invoiceId)).chain).toMatchObject({
      intact: false,
      reason,
      brokenAt,
      message: expect.any(String),
    });
  });

  it.each([
    [1, 'link-broken', 2],
    [2, 'link-broken', 3],
    [3, 'link-broken', 4],
    [4, 'tail-replaced', 4],
  ])('version %i edited and hashed anew is found', async (version, reason, brokenAt) => {
    const invoiceId = await cancelledInvoice();
    await edit(invoiceId, version, (commit) => {
      // Of the same day: an earlier one would have the stack seal all days since, while other tests audit it.
      const forged = { ...commit, at: `${commit.at.slice(0, 10)}T00:00:00.000Z` };
      return { ...forged, hash: hashOf(forged) };
    });
    expect((await history(invoiceId)).chain).toMatchObject({ intact: false, reason, brokenAt });
  });

  it.each([
    [1, 'commit-missing'],
    [2, 'commit-missing'],
    [3, 'commit-missing'],
    [4, 'tail-missing'],
  ])('version %i deleted is found, and the invoice is still shown to its owner alone', async (version, reason) => {
    const invoiceId = await cancelledInvoice();
    await remove(invoiceId, version);
    expect((await history(invoiceId)).chain).toMatchObject({ intact: false, reason, brokenAt: version });
    expect((await (await apiAs('client-other')).get(`/invoices/${invoiceId}/events`)).status).toBe(404);
    expect((await client.get(`/invoices/${invoiceId}`)).body).toMatchObject({ status: 'CANCELLED' });
  });

  it('deleted whole is found', async () => {
    const invoiceId = await cancelledInvoice();
    for (const version of [1, 2, 3, 4]) await remove(invoiceId, version);
    expect(await history(invoiceId)).toMatchObject({
      chain: { intact: false, reason: 'tail-missing', brokenAt: 1 },
      invoice: null,
      events: [],
    });
  });

  it('with nonsense in it is shown as far as it can be read', async () => {
    const invoiceId = await cancelledInvoice();
    await edit(invoiceId, 2, (commit) => ({
      ...commit,
      events: [{ ...commit.events[0], type: 'Teleported' } as never],
    }));
    const { status, body } = await auditor.get(`/invoices/${invoiceId}/events`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ chain: { intact: false, brokenAt: 2 }, invoice: null });
    expect(body.events).toHaveLength(4);
  });
});

describe('a document that somebody touched', () => {
  const itemsOf = async (key: string) => {
    const items: Record<string, unknown>[] = [];
    const filter = { FilterExpression: 'document = :key', ExpressionAttributeValues: { ':key': key } };
    for await (const { Items = [] } of paginateScan({ client: db }, { TableName: tables.documents, ...filter })) {
      items.push(...Items);
    }
    return items;
  };
  // The copies in the reporting database are not what this is about, and a busy one that does not answer would end with 1.
  const { DATABASE_URL: _, ...withoutReporting } = environment;
  const verify = async (invoiceId: string, ...args: string[]) => {
    const { code, out } = await nfse(['audit', 'verify', invoiceId, '--json', ...args], withoutReporting);
    return { code, found: JSON.parse(out).found };
  };
  const touches = {
    deleted: {
      touch: ({ dayPart, document }: Record<string, unknown>) =>
        db.send(new DeleteCommand({ TableName: tables.documents, Key: { dayPart, document } })),
      kind: 'document-missing',
    },
    replaced: {
      touch: async (item: Record<string, unknown>) => {
        const { invoiceId } = (await client.post('/invoices', example('emit-invoice'))).body;
        const { events } = await history(invoiceId);
        const [stranger] = await itemsOf(`${invoiceId}/${events[0].documents[0].name}`);
        const { dayPart, document } = item;
        return db.send(new PutCommand({ TableName: tables.documents, Item: { ...stranger, dayPart, document } }));
      },
      kind: 'document-damaged',
    },
  };

  it.each(Object.entries(touches))(
    'by having it %s is a finding, and a fault of ours on every route',
    async (_, { touch, kind }) => {
      const invoiceId = await cancelledInvoice();
      expect(await verify(invoiceId)).toEqual({ code: 0, found: [] });
      const { name, href } = (await history(invoiceId)).events[0].documents[0];
      const [item] = await itemsOf(`${invoiceId}/${name}`);
      await touch(item as Record<string, unknown>);
      const { code, found } = await verify(invoiceId);
      expect(code).toBe(1);
      expect(found).toEqual([{ invoiceId, findings: expect.arrayContaining([{ kind, version: 1, document: name }]) }]);
      expect(await verify(invoiceId, '--documents', 'none')).toEqual({ code: 0, found: [] });
      for (const route of [href, `/invoices/${invoiceId}/xml?document=dps`]) {
        const { status, body } = await client.get(route);
        expect([route, status, body.type]).toEqual([route, 500, `urn:nfse-ledger:problem:${kind}`]);
      }
    },
  );
});

describe('an invoice that somebody gave to another company', () => {
  const OTHER_COMPANY = '12345678000195';
  const routes = (invoiceId: string, href: string) => [
    `/invoices/${invoiceId}`,
    `/invoices/${invoiceId}/events`,
    `/invoices/${invoiceId}/xml`,
    href,
  ];

  async function editRow(invoiceId: string): Promise<void> {
    const { Item = {} } = await db.send(new GetCommand({ TableName: tables.invoices, Key: { invoiceId } }));
    const edited = { ...Item, companyCnpj: OTHER_COMPANY, requestId: 'made-up' };
    await db.send(new PutCommand({ TableName: tables.invoices, Item: edited }));
  }

  const editEvent = (invoiceId: string) =>
    edit(invoiceId, 1, (commit) => ({
      ...commit,
      events: commit.events.map((event) => ({
        ...event,
        data: { ...(event.data as object), companyCnpj: OTHER_COMPANY },
      })),
    }));

  it('by its row stays its owner’s alone, on every route', async () => {
    const invoiceId = await cancelledInvoice();
    const { href } = (await history(invoiceId)).events[0].documents[0];
    await editRow(invoiceId);
    const other = await apiAs('client-other');
    for (const route of routes(invoiceId, href)) {
      expect([route, (await client.get(route)).status]).toEqual([route, 200]);
      expect([route, (await other.get(route)).status]).toEqual([route, 404]);
    }
    const { items } = (await other.get(`/invoices?companyCnpj=${OTHER_COMPANY}&limit=100`)).body;
    expect(items.map((item: { invoiceId: string }) => item.invoiceId)).not.toContain(invoiceId);
    expect((await other.post(`/invoices/${invoiceId}/cancel`, example('cancel-invoice'))).status).toBe(404);
    expect((await other.post(`/invoices/${invoiceId}/retry`, {})).status).toBe(404);
  });

  it('by its first event stays its owner’s alone', async () => {
    const invoiceId = await cancelledInvoice();
    const { href } = (await history(invoiceId)).events[0].documents[0];
    await editEvent(invoiceId);
    const other = await apiAs('client-other');
    for (const route of routes(invoiceId, href)) expect([route, (await other.get(route)).status]).toEqual([route, 404]);
    expect((await client.get(`/invoices/${invoiceId}/events`)).body.chain).toMatchObject({
      intact: false,
      brokenAt: 1,
    });
  });

  it('by row and event is shown to those alone who see every company', async () => {
    const invoiceId = await cancelledInvoice();
    await editRow(invoiceId);
    await editEvent(invoiceId);
    for (const name of ['client', 'client-other']) {
      expect((await (await apiAs(name)).get(`/invoices/${invoiceId}/events`)).status).toBe(404);
    }
    const { body } = await (await apiAs('ops')).get(`/invoices/${invoiceId}/events`);
    expect(body.chain).toMatchObject({ intact: false, brokenAt: 1 });
  });
});

describe('the list', () => {
  it('pages through what matches, newest first, each once', async () => {
    const lister = await apiAs('ops');
    const from = new Date().toISOString();
    const made = await Promise.all(Array.from({ length: 7 }, () => client.post('/invoices', example('emit-invoice'))));
    const ids = made.map(({ body }) => body.invoiceId);
    const filter = `companyCnpj=11222333000181&municipalityCode=3106200&status=ISSUED&from=${from}`;
    for (const id of ids) await client.until(id, 'ISSUED');
    const walked: { invoiceId: string; createdAt: string }[] = [];
    await eventually(async () => {
      walked.length = 0;
      let cursor = '';
      do {
        const { status, body } = await lister.get(`/invoices?${filter}&limit=3${cursor && `&cursor=${cursor}`}`);
        expect(status).toBe(200);
        walked.push(...body.items);
        cursor = body.nextCursor ?? '';
      } while (cursor);
      return ids.every((id) => walked.some(({ invoiceId }) => invoiceId === id));
    });
    expect(new Set(walked.map(({ invoiceId }) => invoiceId)).size).toBe(walked.length);
    const times = walked.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('asks a caller of every company which one is meant', async () => {
    const { status, body } = await (await apiAs('ops')).get('/invoices');
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: '/query/companyCnpj', code: 'required' }]);
  });
});
