import { describe, expect, it } from 'vitest';
import { BATCH, LOGIN, OLD, QUEUE, SINGLE, STAND_IN_PATHS } from '../local/municipality-profiles.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import { municipalityProfiles } from '../src/platform/municipality-profiles.ts';
import { tcpProxy } from './faults/tcp-proxy.ts';
import { emission } from './invoices.ts';
import { type Api, apiAs, credentials, example } from './stack/api.ts';
import { newCompanyWithCertificate } from './stack/own-company.ts';
import { emittedOnly, ended, events, eventually, ownQueue, workersOfEachTest } from './stack/own-worker.ts';

const client = await apiAs('client');
const admin = await apiAs('admin');
const profileOf = municipalityProfiles(credentials().environment.MUNICIPALITY_PROFILES_FILE);

const worker = workersOfEachTest();

type Declared = Pick<LivingInvoice, 'municipalityCode' | 'companyCnpj' | 'dps'>;

const rpsOf = ({ municipalityCode, companyCnpj, dps }: Declared) =>
  `${STAND_IN_PATHS[municipalityCode]}/${companyCnpj}/${dps.series}/${dps.number}`;

async function told<T>(path: string): Promise<T> {
  return (await (await fetch(new URL(path, credentials().endpoints.cityHall))).json()) as T;
}

async function notesOf(invoice: Declared) {
  const notes = await told<{ rps: string; nfseNumber: string; cancelled: boolean }[]>('/control/notes');
  return notes.filter(({ rps }) => rps === rpsOf(invoice));
}

const callsOf = (invoice: Declared) => told<{ posts: number; lookups: number }>(`/control/calls?rps=${rpsOf(invoice)}`);

const types = async ({ id }: { id: LivingInvoice['id'] }) =>
  (await events.load(id)).flatMap((commit) => commit.events.map(({ type }) => type));

async function emit(name: string, municipalityCode: string, reference: string, more: object = {}, api: Api = client) {
  const body = { ...example(name), ...more };
  const { status, body: invoice } = await api.post('/invoices', {
    ...body,
    municipalityCode,
    service: { ...body.service, reference },
  });
  expect(status, JSON.stringify(invoice)).toBe(202);
  return invoice;
}

/** An invoice for one of the stand-in's cities that nobody works on but the test. */
const emittedFor = (municipalityCode: string) =>
  emittedOnly(emission.service.reference, undefined, undefined, { municipalityCode, profileOf });

describe('an invoice of a city that speaks ABRASF', () => {
  it('is issued by the city, under its number and verification code', async () => {
    const invoice = await emit('emit-abrasf', SINGLE, 'PEDIDO1');
    const issued = await client.until(invoice.invoiceId, 'ISSUED');
    expect(issued).toMatchObject({
      provider: 'abrasf',
      nfseNumber: expect.stringMatching(/^20\d{13}$/),
      verificationCode: expect.any(String),
    });
    expect(issued).not.toHaveProperty('accessKey');
    expect(await notesOf(issued)).toMatchObject([{ nfseNumber: issued.nfseNumber }]);
    const { body } = await client.get(`/invoices/${invoice.invoiceId}/xml`);
    expect(await (await fetch(body.url)).text()).toContain('<CompNfse>');
  });

  it('that the city queues waits with its protocol, without a worker, and is issued once', async () => {
    const invoice = await emit('emit-abrasf-async', QUEUE, 'QUEUE3');
    const waiting = await client.until(invoice.invoiceId, ({ protocol }) => protocol !== undefined);
    expect(waiting).toMatchObject({ status: 'EMITTED', protocol: expect.stringMatching(/^PRT/) });
    const issued = await client.until(invoice.invoiceId, 'ISSUED', 25_000);
    expect(issued).toMatchObject({ providerProtocol: waiting.protocol });
    expect(await notesOf(issued)).toHaveLength(1);
    expect(await callsOf(issued)).toMatchObject({ posts: 1 });
    const history = await client.get(`/invoices/${invoice.invoiceId}/events`);
    expect(history.body.events[1]).toMatchObject({
      type: 'SubmissionDeferred',
      data: { reason: 'authority-processing', protocol: waiting.protocol },
    });
  });

  it.each([
    ['at once', SINGLE],
    ['by a queue', QUEUE],
    ['by a batch', BATCH],
    ['by the old layout', OLD],
  ])('is one note %s, though the answer was lost', async (_, code) => {
    const lost = await emit('emit-abrasf', code, 'TIMEOUTISSUED');
    const never = await emit('emit-abrasf', code, 'TIMEOUTLOST');
    for (const { invoiceId } of [lost, never]) {
      const issued = await client.until(invoiceId, 'ISSUED', 28_000);
      expect(await notesOf(issued)).toHaveLength(1);
    }
  });

  it('fails with what to correct, and is issued once corrected', async () => {
    const invoice = await emit('emit-abrasf-async', QUEUE, 'BATCHERROR');
    const failed = await client.until(invoice.invoiceId, 'FAILED', 20_000);
    expect(failed.error).toMatchObject({ code: 'E31', field: '/service/code' });
    const corrections = { service: { reference: 'PEDIDO2' } };
    await client.post(`/invoices/${invoice.invoiceId}/retry`, { reason: 'corrigido', corrections });
    const issued = await client.until(invoice.invoiceId, 'ISSUED', 25_000);
    expect(await notesOf(issued)).toHaveLength(1);
  });

  it.each(['PEDIDO3', 'CANCELLOST'])('is cancelled by the city (%s)', async (reference) => {
    const { invoiceId } = await emit('emit-abrasf', SINGLE, reference);
    await client.until(invoiceId, 'ISSUED');
    await client.post(`/invoices/${invoiceId}/cancel`, example('cancel-invoice'));
    const cancelled = await client.until(invoiceId, 'CANCELLED', 20_000);
    expect(await notesOf(cancelled)).toMatchObject([{ cancelled: true }]);
  });
});

describe('an invoice of a city that asks for user and password', () => {
  it('fails without them and with wrong ones, and is issued with the right ones', async () => {
    const companyCnpj = await newCompanyWithCertificate();
    const invoice = await emit('emit-abrasf', LOGIN, 'PEDIDO4', { companyCnpj }, admin);
    const failed = await admin.until(invoice.invoiceId, 'FAILED');
    expect(failed.error).toMatchObject({ code: 'CITY_LOGIN_MISSING' });

    const path = `/companies/${companyCnpj}/city-login`;
    const retriedWith = async (password: string, status: string) => {
      const login = { municipalityCode: LOGIN, user: 'empresa', password };
      expect((await client.request('PUT', path, login)).status).toBe(403);
      const stored = await admin.request('PUT', path, login);
      expect(stored.status, JSON.stringify(stored.body)).toBe(200);
      expect(JSON.stringify(stored.body)).not.toContain(password);
      expect((await admin.post(`/invoices/${invoice.invoiceId}/retry`, {})).status).toBe(202);
      return admin.until(invoice.invoiceId, (seen) => seen.status === status && seen.version > failed.version + 1);
    };
    expect((await retriedWith('senha errada', 'FAILED')).error).toMatchObject({ code: 'E157' });
    expect(await notesOf(await retriedWith('senha & prefeitura', 'ISSUED'))).toHaveLength(1);
  });
});

describe('a worker that is killed between the city and the event store', () => {
  it.each([
    ['one that answers at once', SINGLE],
    ['one that queues', QUEUE],
  ])('leaves one note at %s', async (_, code) => {
    const { invoice, work } = await emittedFor(code);
    const queue = await ownQueue();
    const proxy = await tcpProxy(credentials().endpoints.dynamodb);
    const first = worker(queue, { AWS_ENDPOINT_URL_DYNAMODB: proxy.url });
    proxy.atNextRequest(() => first.kill('SIGKILL'), `"TableName":"${credentials().tables.events}"`);
    await queue.send(work);
    expect(await ended(first)).toBe('SIGKILL');
    await proxy.stop();
    expect(await types(invoice)).toEqual(['Emitted']);

    worker(queue);
    const issued = await client.until(invoice.id, 'ISSUED', 25_000);
    expect(await notesOf(invoice)).toMatchObject([{ nfseNumber: issued.nfseNumber }]);
    expect(await callsOf(invoice)).toMatchObject({ posts: 1 });
    await eventually(async () => (await queue.depth()) === 0);
  });
});

describe('two workers that send the same RPS', () => {
  it.each([
    ['that answers at once', SINGLE],
    ['that queues', QUEUE],
  ])('leave one note at a city %s', async (_, code) => {
    const { invoice, work } = await emittedFor(code);
    const queues = await Promise.all([ownQueue(), ownQueue()]);
    for (const queue of queues) worker(queue);
    await Promise.all(queues.map((queue) => queue.send(work)));
    const issued = await client.until(invoice.id, 'ISSUED', 25_000);
    expect(await notesOf(invoice)).toMatchObject([{ nfseNumber: issued.nfseNumber }]);
    expect((await types(invoice)).filter((type) => type === 'Issued')).toHaveLength(1);
  });
});
