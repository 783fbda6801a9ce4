import { randomUUID } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectsCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { migrationsFolder } from '../../local/engines/postgres.ts';
import { LOGIN } from '../../local/municipality-profiles.ts';
import { dayAfter, dayBefore, dayOf } from '../../src/audit/seal.ts';
import type { Work } from '../../src/commands/work.ts';
import type { Commit } from '../../src/events/commit.ts';
import { routes } from '../../src/handlers/routes.ts';
import { companyCnpj, emitted, issued } from '../invoices.ts';
import { credentials, example } from '../stack/api.ts';
import { documentsIn, documentsOf, noise } from '../stack/own-documents.ts';
import { emittedOnly, eventually } from '../stack/own-worker.ts';
import { announced } from '../stream-record.ts';
import { type Deployed, deployed } from './deployed.ts';
import { accessKeyOf, difference, holders } from './rights.ts';

vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-rights-'));
let on: Deployed;

beforeAll(async () => {
  on = await deployed(folder);
});

afterAll(async () => {
  await on?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A series that no other test uses: the authority knows the notes of all of them. */
const dps = { series: '71', nextNumber: 5 };
/** Of another environment than the installation: nothing is emitted for it. */
const productive = '11444777000161';

const ok = (answer: { status: number; body: unknown }, status = 200) =>
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);

async function emit(name: string, changes: object = {}): Promise<string> {
  const answer = await on.api.post('/invoices', { ...example(name), ...changes });
  ok(answer, 202);
  return answer.body.invoiceId;
}

/** Work on invoices whose documents are not where they should be, and the documents. */
const lost: Work[] = [];
const kept = new Map<string, string>();

describe('what is deployed', () => {
  it('migrates the reporting tables, and leaves them as they were where that fails', async () => {
    const broken = path.join(folder, 'migrations');
    cpSync(migrationsFolder, broken, { recursive: true });
    appendFileSync(
      path.join(broken, '0001_numbers_of_a_period.sql'),
      '\n--> statement-breakpoint\nselect nothing from nowhere;',
    );
    await expect(on.deploy(broken)).rejects.toThrow('nowhere');
    await on.deploy();
    await on.deploy();
  });

  it('tells Cognito which companies a program acts for', async () => {
    const Item = { clientId: 'erp', companies: companyCnpj };
    await on.account.ledger.client.send(new PutCommand({ TableName: on.account.tables.clients, Item }));
    const answer = await on.invoke('token-claims', {
      triggerSource: 'TokenGeneration_ClientCredentials',
      callerContext: { clientId: 'erp' },
      request: { userAttributes: {} },
      response: {},
    });
    expect(JSON.stringify(answer)).toContain(companyCnpj);
  });

  it('registers companies, with certificate and city login', async () => {
    const registration = { ...example('register-company'), dps };
    const { pfx = '', password } = credentials().certificates.find((one) => one.companyCnpj === companyCnpj) ?? {};
    const certificate = { pfx: readFileSync(pfx).toString('base64'), password };
    ok(await on.api.request('PUT', `/companies/${companyCnpj}`, registration), 201);
    ok(await on.api.request('PUT', `/companies/${productive}`, { ...registration, environment: 'PRODUCTION' }), 201);
    ok(await on.api.request('PUT', `/companies/${companyCnpj}/certificate`, certificate));
    const login = { municipalityCode: LOGIN, user: 'empresa', password: 'senha & prefeitura' };
    ok(await on.api.request('PUT', `/companies/${companyCnpj}/city-login`, login));
    ok(await on.api.post(`/companies/${companyCnpj}/route-decisions`, example('route-by-rule')));
    ok(await on.api.get(`/companies/${companyCnpj}`));
    ok(await on.api.post(`/companies/${companyCnpj}/series/${dps.series}/rewind`, { reason: 'Cadastro errado' }));
    ok(await on.api.get(`/companies/${companyCnpj}/series/${dps.series}`));
  });

  it('projects what is announced with a gap, and parks what cannot be projected', async () => {
    const { commits } = await on.account.ledger.tell([emitted, issued]);
    const [first, second] = commits as [Commit, Commit];
    const other = (await on.account.ledger.tell([emitted, issued])).commits[0] as Commit;
    const spoiled = { ...other, events: [{ type: 'Teleported' }] } as unknown as Commit;
    for (const name of ['projector', 'reporting-projector'] as const) {
      const Records = [announced(second), announced(spoiled)];
      expect(await on.invoke(name, { Records })).toEqual({ batchItemFailures: [] });
    }
    expect((await on.api.get(`/invoices/${first.invoiceId}`)).body.status).toBe('ISSUED');
    // The beginning of a history was removed by hand: its end tells no possible story.
    const maimed = (await on.account.ledger.tell([emitted, issued])).invoiceId;
    const Key = { invoiceId: maimed, version: 1 };
    await on.account.ledger.client.send(new DeleteCommand({ TableName: on.account.tables.events, Key }));
    for (const projection of ['invoices', 'reporting']) {
      const replay = (body: object) => on.api.post(`/projections/${projection}/replay`, body);
      expect((await replay({ all: true })).body).toMatchObject({ projected: 1, parked: 0 });
      expect((await replay({ invoiceIds: [maimed] })).body).toMatchObject({ projected: 0, parked: 1 });
    }
    ok(await on.api.get('/projections'));
    on.followStream();
  });

  it('seals the days that are over', async () => {
    const day = dayBefore(dayBefore(dayOf({ at: new Date().toISOString() })));
    const before = dayBefore(day);
    const { ledger, tables, buckets, s3 } = on.account;
    await ledger.tell([emitted, issued], { at: `${before}T12:00:00.000Z` });
    await ledger.tell([emitted, issued], { at: `${day}T12:00:00.000Z` });
    // The first time the whole table is read, and from then on the index.
    expect(await on.invoke('seal', {})).toMatchObject({ sealed: expect.arrayContaining([before, day]), differing: [] });
    const objects = [`${day}/seal.json`, `${dayAfter(day)}/seal.json`].map((Key) => ({ Key }));
    await s3.send(new DeleteObjectsCommand({ Bucket: buckets.seals, Delete: { Objects: objects } }));
    for (const gone of [day, dayAfter(day)]) {
      await ledger.client.send(new DeleteCommand({ TableName: tables.seals, Key: { day: gone } }));
    }
    expect(await on.invoke('seal', {})).toMatchObject({ sealed: expect.arrayContaining([day]), differing: [] });
    expect(await on.invoke('seal', {})).toEqual({ sealed: [], differing: [] });
  });

  it('archives the documents of the days that are over, and gives links to those that only the archive has', async () => {
    const { ledger, buckets } = on.account;
    const { store, forget } = documentsIn(ledger, buckets.documents);
    const day = dayBefore(dayBefore(dayOf({ at: new Date().toISOString() })));
    const kept = documentsOf(day, undefined, noise(400_000));
    const inPack = [kept.dps, kept.sent];
    // The note is too large for the table.
    for (const { key, content } of [...inPack, kept.nfse]) await store().put(key, content);
    expect(await on.invoke('archive', {})).toMatchObject({ documents: inPack.length, damaged: [], failed: 0 });
    expect(await on.invoke('archive', {})).toMatchObject({ archived: [], documents: 0 });
    expect(await forget()).toBe(inPack.length);
    const story = [
      { ...emitted, data: { ...emitted.data, xmlKey: kept.dps.key } },
      { ...issued, data: { ...issued.data, nfseXmlKey: kept.nfse.key } },
    ] as [typeof emitted, typeof issued];
    const { invoiceId } = await ledger.tell(story, { requestId: kept.requestId, at: `${day}T12:00:00.000Z` });
    for (const [link, { content }] of [
      ['xml', kept.nfse],
      ['xml?document=dps', kept.dps],
      [`documents/${kept.sent.key.slice(invoiceId.length + 1)}`, kept.sent],
    ] as const) {
      const { body } = await on.api.get(`/invoices/${invoiceId}/${link}`);
      expect(await (await fetch(body.url)).text(), link).toBe(content);
    }
  });

  it('starts again what nothing came of, and issues it once there is a worker', async () => {
    const invoiceId = await emit('emit-invoice');
    await eventually(async () => {
      const done = (await on.invoke('reconcile', {})) as { started: number };
      return done.started > 0;
    });
    on.startWorker();
    await on.api.until(invoiceId, 'ISSUED', 20_000);
  });

  it('puts off the invoices of a lane that is held, and goes on when it is released', async () => {
    const lane = `/municipalities/${example('emit-abrasf').municipalityCode}`;
    ok(await on.api.post(`${lane}/hold`, { reason: 'Prefeitura em manutenção' }));
    const invoiceId = await emit('emit-abrasf');
    const reconcile = () => on.invoke('reconcile', {}) as Promise<{ postponed: number }>;
    await eventually(async () => (await reconcile()).postponed > 0, 30_000);
    for (let times = 0; times < 2; times++) ok(await on.api.post(`${lane}/release`, {}));
    ok(await on.api.get('/municipalities'));
    await eventually(async () => {
      await reconcile();
      return (await on.api.get(`/invoices/${invoiceId}`)).body.status === 'ISSUED';
    });
  });

  it("fetches a municipality's parameters, and notes those that it cannot have", async () => {
    const ask = async (code: string) =>
      (await on.api.get(`/municipalities/${code}/parameters?companyCnpj=${companyCnpj}`)).body;
    await eventually(async () => (await ask('3106200')).complete === true);
    // The stand-in of the national system answers for this one as if it were down.
    await eventually(async () => (await ask('3154606')).agreement.lastFailure?.code === 'NO_ANSWER');
  });

  it('keeps what an authority says in the bucket, where it is too long for the table', async () => {
    const { service } = example('emit-invoice');
    const invoiceId = await emit('emit-invoice', { service: { ...service, reference: 'LONGPAGE' } });
    await eventually(async () => {
      await on.invoke('reconcile', {});
      return (await on.api.get(`/invoices/${invoiceId}`)).body.status === 'ISSUED';
    });
    const { Contents = [] } = await on.account.s3.send(
      new ListObjectsV2Command({ Bucket: on.account.buckets.documents, Prefix: `${invoiceId}/received-` }),
    );
    expect(Contents).toHaveLength(1);
  });

  it('puts aside what cannot be handled: messages that say nothing, and those of documents that are lost', async () => {
    const { ledger, queue } = on.account;
    await queue.send('{"operation":"dance"}');
    const losing = { get: async () => '', put: async (key: string, text: string) => void kept.set(key, text) };
    for (let invoices = 0; invoices < 2; invoices++) {
      const { work } = await emittedOnly('PEDIDO118', ledger.events, losing);
      lost.push(work);
      await queue.send(work);
    }
  });

  it('takes an invoice from its emission to its cancellation, and shows it everywhere', async () => {
    const key = randomUUID();
    const body = example('emit-rejected');
    const { invoiceId } = (await on.api.post('/invoices', body, key)).body;
    const slow = await emit('emit-slow');
    const withLogin = await emit('emit-abrasf', { municipalityCode: LOGIN });
    const unprepared = await emit('emit-city-unprepared');
    ok(await on.api.post('/invoices', body, key), 202);
    ok(await on.api.post('/invoices', { ...body, companyCnpj: productive }), 409);
    const url = `/invoices/${invoiceId}`;
    await on.api.until(invoiceId, 'FAILED', 20_000);
    ok(await on.api.post(`${url}/cancel`, example('cancel-invoice')), 409);
    ok(await on.api.post(`${url}/retry`, example('retry-corrected')), 202);
    await on.api.until(invoiceId, 'ISSUED', 20_000);
    ok(await on.api.post(`${url}/retry`, example('retry-corrected')), 409);
    await on.api.until(slow, 'ISSUED', 20_000);
    await on.api.until(withLogin, 'ISSUED', 20_000);

    await on.api.until(unprepared, 'FAILED', 20_000);
    ok(await on.api.post(`/companies/${companyCnpj}/route-decisions`, example('route-to-city')));
    ok(await on.api.post(`/invoices/${unprepared}/retry`, example('retry-by-city')), 202);
    await on.api.until(unprepared, 'ISSUED', 20_000);

    const listed = async () => (await on.api.get(`/invoices?companyCnpj=${companyCnpj}`)).body.items.length >= 3;
    await eventually(listed);
    const { events } = (await on.api.get(`${url}/events`)).body;
    const links = events.flatMap(({ documents }: { documents: { href: string }[] }) => documents);
    expect(links.length).toBeGreaterThan(0);
    const documents = [`${url}/xml`, links[0].href];
    for (const document of documents) {
      const answer = await on.api.get(document);
      ok(answer);
      expect((await fetch(answer.body.url)).status).toBe(200);
    }
    ok(await on.api.get(`${url}/documents/sent-${'A'.repeat(43)}.xml`), 404);
    ok(await on.api.post(`${url}/cancel`, example('cancel-invoice')), 202);
    await on.api.until(invoiceId, 'CANCELLED', 20_000);
  });

  it('reports, and tells what happened', async () => {
    await eventually(async () => (await on.api.get('/events?limit=200')).body.events.length > 5);
    ok(await on.api.get('/reports/federal'));
  });

  it('takes up again what was put aside', async () => {
    await eventually(async () => {
      const { groups } = (await on.api.get('/dlq')).body;
      const causes = groups.map(({ cause, letters }: { cause: string; letters: number }) => `${letters} ${cause}`);
      return causes.includes('2 document-missing') && causes.includes('1 malformed-message');
    });
    const { s3, buckets } = on.account;
    for (const [Key, Body] of kept) await s3.send(new PutObjectCommand({ Bucket: buckets.documents, Key, Body }));
    for (const [place, mode] of ['replay', 'repair'].entries()) {
      const asked = { invoiceIds: [lost[place]?.invoiceId], mode, reason: 'Documento restaurado' };
      const { body } = await on.api.post('/dlq/replay', asked);
      expect(body.items).toMatchObject([{ outcome: expect.stringMatching(/^(answered|started)$/) }]);
    }
    const { body } = await on.api.post('/dlq/discard', { cause: 'malformed-message', reason: 'Teste da integração' });
    expect(body.counts).toEqual({ discarded: 1 });
    for (const { invoiceId } of lost) await on.api.until(invoiceId, 'ISSUED', 20_000);
    // As the DLQ's own mapping hands it over, where the settings switch that on.
    const letter = {
      messageId: randomUUID(),
      receiptHandle: '-',
      messageAttributes: {},
      attributes: { SentTimestamp: '0' },
    };
    const Records = [{ ...letter, body: JSON.stringify(lost[0]) }];
    expect(await on.invoke('processor', { Records })).toEqual({ batchItemFailures: [] });
  });

  it('answers at every other route, and ends in order', async () => {
    for (const { path: open } of routes.filter((route) => route.open)) ok(await on.api.get(open));
    expect(await on.endWorker()).toBe(0);
  });
});

describe('what was asked of AWS', () => {
  it('was asked by those who have a role, and by nobody else', () => {
    const keys = holders.map(accessKeyOf);
    expect(on.account.needed().filter(({ caller }) => !keys.includes(caller))).toEqual([]);
  });
});

describe('the role of', () => {
  it.each(holders)('%s allows what it needs, and nothing that it does not', (holder) => {
    const { missing, unused } = difference(holder, on.account.needed(), on.account.resources);
    expect({ missing, unused }).toEqual({ missing: [], unused: [] });
  });
});
