import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dpsId } from '../src/nfse/dps-id.ts';
import { apiAs, authorityCalls, authorityNotes, example } from './stack/api.ts';

const client = await apiAs('client');
const invoice = example('emit-invoice');
const idOf = (body: { companyCnpj: never; municipalityCode: never; dps: { series: string; number: number } }) =>
  dpsId({ ...body, ...body.dps });

describe('an emission', () => {
  it('is accepted with the whole resource and a place to look', async () => {
    const { status, headers, body } = await client.post('/invoices', invoice);
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/invoices/${body.invoiceId}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({ ...invoice, status: 'EMITTED', version: 1, total: '1500.00', dps: { series: '1' } });
  });

  it('is there for a GET right after, and is issued soon', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const { body } = await client.post('/invoices', invoice);
        return (await client.get(`/invoices/${body.invoiceId}`)).status;
      }),
    );
    expect(answers).toEqual(Array(10).fill(200));
    const { body } = await client.post('/invoices', invoice);
    const issued = await client.until(body.invoiceId, 'ISSUED');
    expect(issued).toMatchObject({ version: 2, dps: body.dps, total: '1500.00' });
    expect(issued.accessKey).toMatch(/^\d{50}$/);
    expect(await authorityNotes(idOf(issued))).toEqual([
      expect.objectContaining({ accessKey: issued.accessKey, cancelled: false }),
    ]);
  });

  it('under the same key is the same invoice, marked as a replay', async () => {
    const key = randomUUID();
    const first = await client.post('/invoices', invoice, key);
    const second = await client.post('/invoices', invoice, key);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(second.status).toBe(202);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.body).toMatchObject({ invoiceId: first.body.invoiceId, dps: first.body.dps });
  });

  it('takes its key from the body, or quoted as the draft standard writes it', async () => {
    const key = randomUUID();
    const first = await client.request('POST', '/invoices', { ...invoice, requestId: key });
    const second = await client.post('/invoices', invoice, `"${key}"`);
    expect(first.body.requestId).toBe(key);
    expect(second.body.invoiceId).toBe(first.body.invoiceId);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('under the same key with another body is refused', async () => {
    const key = randomUUID();
    await client.post('/invoices', invoice, key);
    const other = { ...invoice, amounts: { ...invoice.amounts, service: '1500.01' } };
    const { status, body } = await client.post('/invoices', other, key);
    expect(status).toBe(422);
    expect(body.type).toBe('urn:nfse-ledger:problem:idempotency-key-reused');
  });

  it('sent 50 times at once is one invoice and one call to the authority', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.post('/invoices', invoice, key)));
    const accepted = answers.filter(({ status }) => status === 202);
    const waiting = answers.filter(({ status }) => status === 409);
    expect(accepted.length + waiting.length).toBe(50);
    expect(waiting.every(({ headers }) => headers.get('retry-after') === '1')).toBe(true);
    expect(new Set(accepted.map(({ body }) => body.invoiceId)).size).toBe(1);
    const issued = await client.until(accepted[0]?.body.invoiceId, 'ISSUED');
    expect(await authorityCalls(idOf(issued))).toMatchObject({ posts: 1 });
    expect(await authorityNotes(idOf(issued))).toHaveLength(1);
  });

  it('keeps the number that the client gives, and goes on after it', async () => {
    const series = '777';
    const given = await client.post('/invoices', { ...invoice, dps: { series, number: 500 } });
    const next = await client.post('/invoices', { ...invoice, dps: { series } });
    expect(given.body.dps).toEqual({ series, number: 500 });
    expect(next.body.dps).toEqual({ series, number: 501 });
  });

  it('takes no number of a client that would use up the series, whatever reason it gives', async () => {
    const series = '779';
    const ahead = (number: number) => ({ ...invoice, dps: { series, number, jumpReason: 'Migração de sistema' } });
    const refused = await client.post('/invoices', ahead(999_999_999_999_999));
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toMatchObject([{ pointer: '/dps/number', code: 'number-too-far' }]);
    expect(refused.body.errors[0].howToFix).toContain('1000');
    expect((await client.post('/invoices', ahead(1001))).status).toBe(422);
    expect((await client.post('/invoices', ahead(1000))).body.dps.number).toBe(1000);
    expect((await client.post('/invoices', { ...invoice, dps: { series } })).body.dps.number).toBe(1001);
  });

  it('takes a number far ahead from an operator with a reason, which stands in the history', async () => {
    const operator = await apiAs('operator');
    const dps = { series: '780', number: 50_000 };
    const jumpReason = 'Numeração do sistema anterior';
    expect((await operator.post('/invoices', { ...invoice, dps })).status).toBe(422);
    const { status, body } = await operator.post('/invoices', { ...invoice, dps: { ...dps, jumpReason } });
    expect(status).toBe(202);
    expect(body.dps).toEqual(dps);
    const [{ type, data }] = (await operator.get(`/invoices/${body.invoiceId}/events`)).body.events;
    expect([type, data.dpsJumpReason]).toEqual(['Emitted', jumpReason]);
  });

  it('gives each of many concurrent invoices a number of its own', async () => {
    const series = '778';
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.post('/invoices', { ...invoice, dps: { series } })),
    );
    const numbers = answers.map(({ body }) => body.dps.number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('is not sent anew to a client that has it already', async () => {
    const { body } = await client.post('/invoices', invoice);
    await client.until(body.invoiceId, 'ISSUED');
    const first = await client.get(`/invoices/${body.invoiceId}`);
    const again = await client.get(`/invoices/${body.invoiceId}`, { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
    expect(again.body).toBe('');
  });

  it('gives its documents by a link of a few minutes', async () => {
    const { body } = await client.post('/invoices', invoice);
    const before = await client.get(`/invoices/${body.invoiceId}/xml`);
    expect([200, 404]).toContain(before.status); // it may be issued by now
    await client.until(body.invoiceId, 'ISSUED');
    for (const [document, root] of [
      ['nfse', '<NFSe'],
      ['dps', '<DPS'],
    ]) {
      const link = await client.get(`/invoices/${body.invoiceId}/xml?document=${document}`);
      expect(link.body).toMatchObject({ document, expiresAt: expect.any(String) });
      expect(await (await fetch(link.body.url)).text()).toContain(root);
    }
  });
});

describe('what becomes of an emission', () => {
  it.each([
    ['emit-timeout-issued', 'a lost answer is looked up, never sent again', 1],
    ['emit-timeout-lost', 'a lost request is sent again once the authority says it has no note', 2],
    ['emit-bad-gateway', 'a gateway error is looked up before it is sent again', 2],
    ['emit-slow', 'a slow answer is waited for', 1],
  ])('%s: %s', async (name, _title, posts) => {
    const { body } = await client.post('/invoices', example(name));
    const issued = await client.until(body.invoiceId, 'ISSUED', 25_000);
    expect(await authorityCalls(idOf(issued))).toMatchObject({ posts });
    expect(await authorityNotes(idOf(issued))).toHaveLength(1);
  });

  it('a refusal says what happened and how to fix it; corrected, it is issued under its number', async () => {
    const { body } = await client.post('/invoices', example('emit-rejected'));
    const failed = await client.until(body.invoiceId, 'FAILED');
    expect(failed.error).toMatchObject({
      code: 'E0240',
      field: '/customer/address/postalCode',
      howToFix: expect.any(String),
    });

    const key = randomUUID();
    const retried = await client.post(`/invoices/${body.invoiceId}/retry`, example('retry-corrected'), key);
    expect(retried).toMatchObject({ status: 202, body: { status: 'EMITTED', dps: body.dps } });
    expect(retried.body.customer.address.postalCode).toBe('30130010');
    const replay = await client.post(`/invoices/${body.invoiceId}/retry`, example('retry-corrected'), key);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    const { corrections, reason } = example('retry-corrected');
    const { customer, service } = corrections;
    const reordered = { corrections: { service, customer }, reason };
    const same = await client.post(`/invoices/${body.invoiceId}/retry`, reordered, key);
    expect(same.headers.get('idempotency-replayed')).toBe('true');
    const other = await client.post(`/invoices/${body.invoiceId}/retry`, { ...reordered, reason: 'outro' }, key);
    expect(other).toMatchObject({ status: 422, body: { type: 'urn:nfse-ledger:problem:idempotency-key-reused' } });

    const issued = await client.until(body.invoiceId, 'ISSUED');
    expect(issued.dps).toEqual(body.dps);
    expect(issued).not.toHaveProperty('error');
    const again = await client.post(`/invoices/${body.invoiceId}/retry`, {});
    expect(again).toMatchObject({ status: 409, body: { type: 'urn:nfse-ledger:problem:nothing-to-retry' } });
  });

  it('a number that a note of the same price has is not taken for one and the same sale', async () => {
    const dps = { series: '780', number: 7 };
    const june = await client.post('/invoices', { ...invoice, dps });
    await client.until(june.body.invoiceId, 'ISSUED');
    const service = { ...invoice.service, description: 'Mensalidade de julho' };
    const july = await client.post('/invoices', { ...invoice, dps, service });
    expect((await client.until(july.body.invoiceId, 'FAILED')).error).toMatchObject({ code: 'DPS_NUMBER_TAKEN' });
  });

  it('a number that another note has is a failure for a person, never a second note', async () => {
    const dps = { series: '779', number: 1 };
    const first = await client.post('/invoices', { ...invoice, dps });
    await client.until(first.body.invoiceId, 'ISSUED');
    const other = { ...invoice, dps, amounts: { ...invoice.amounts, service: '99.00' } };
    const second = await client.post('/invoices', other);
    const failed = await client.until(second.body.invoiceId, 'FAILED');
    expect(failed.error).toMatchObject({ code: 'DPS_NUMBER_TAKEN', field: '/dps/number' });
  });
});
