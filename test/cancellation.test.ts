import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dpsId } from '../src/nfse/dps-id.ts';
import { apiAs, authorityCalls, authorityNotes, example } from './stack/api.ts';

const client = await apiAs('client');
const cancel = example('cancel-invoice');

async function issued(name = 'emit-invoice') {
  const { body } = await client.post('/invoices', example(name));
  return client.until(body.invoiceId, 'ISSUED');
}

const types = async (invoiceId: string) =>
  (await client.get(`/invoices/${invoiceId}/events`)).body.events.map(({ type }: { type: string }) => type);

describe('a cancellation', () => {
  it('is accepted, carried out by the authority, and final', async () => {
    const { invoiceId, ...invoice } = await issued();
    const key = randomUUID();
    const accepted = await client.post(`/invoices/${invoiceId}/cancel`, cancel, key);
    expect(accepted).toMatchObject({ status: 202, body: { status: 'CANCELLING', version: 3 } });
    const cancelled = await client.until(invoiceId, 'CANCELLED');
    expect(cancelled.cancellation).toMatchObject({ reasonCode: '2', protocol: expect.stringMatching(/^EVT/) });
    expect(await authorityNotes(dpsId({ ...invoice, ...invoice.dps }))).toMatchObject([{ cancelled: true }]);

    const replay = await client.post(`/invoices/${invoiceId}/cancel`, cancel, key);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    const again = await client.post(`/invoices/${invoiceId}/cancel`, cancel);
    expect(again).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
    expect(await types(invoiceId)).toEqual(['Emitted', 'Issued', 'CancelRequested', 'Cancelled']);
  });

  it('asked twenty times at once is one request to the authority', async () => {
    const { invoiceId, ...invoice } = await issued();
    await Promise.all(Array.from({ length: 20 }, () => client.post(`/invoices/${invoiceId}/cancel`, cancel)));
    await client.until(invoiceId, 'CANCELLED');
    expect(await authorityCalls(dpsId({ ...invoice, ...invoice.dps }))).toMatchObject({ events: 1 });
    expect(await types(invoiceId)).toEqual(['Emitted', 'Issued', 'CancelRequested', 'Cancelled']);
  });

  it('leaves the document of the authority as proof', async () => {
    const { invoiceId } = await issued();
    const before = await client.get(`/invoices/${invoiceId}/xml?document=cancellation`);
    expect(before).toMatchObject({ status: 404, body: { type: 'urn:nfse-ledger:problem:document-not-available' } });
    await client.post(`/invoices/${invoiceId}/cancel`, cancel);
    await client.until(invoiceId, 'CANCELLED');
    const { body } = await client.get(`/invoices/${invoiceId}/xml?document=cancellation`);
    expect(await (await fetch(body.url)).text()).toContain('<evento');
  });

  it('that the authority refuses leaves the note issued and says why', async () => {
    const { invoiceId } = await issued('emit-cancel-refused');
    await client.post(`/invoices/${invoiceId}/cancel`, cancel);
    const refused = await client.until(invoiceId, ({ cancellation }) => cancellation?.error !== undefined);
    expect(refused).toMatchObject({
      status: 'ISSUED',
      cancellation: { error: { code: 'E0822', howToFix: expect.any(String) } },
    });
  });

  it('asked for while the authority has not answered is carried out all the same', async () => {
    const { body } = await client.post('/invoices', example('emit-slow'));
    const accepted = await client.post(`/invoices/${body.invoiceId}/cancel`, cancel);
    expect(accepted).toMatchObject({ status: 202, body: { status: 'CANCELLING' } });
    const cancelled = await client.until(body.invoiceId, 'CANCELLED', 20_000);
    expect(cancelled).toMatchObject({ nfseNumber: expect.any(String), cancellation: { protocol: expect.any(String) } });
    expect(await types(body.invoiceId)).toEqual(['Emitted', 'CancelRequested', 'Issued', 'Cancelled']);
  });

  it('of what was refused has nothing to cancel', async () => {
    const { body } = await client.post('/invoices', example('emit-rejected'));
    await client.until(body.invoiceId, 'FAILED');
    const { status, body: problem } = await client.post(`/invoices/${body.invoiceId}/cancel`, cancel);
    expect(status).toBe(409);
    expect(problem.type).toBe('urn:nfse-ledger:problem:nothing-to-cancel');
  });
});
