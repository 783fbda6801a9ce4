import { describe, expect, it } from 'vitest';
import { OLD, SINGLE } from '../local/municipality-profiles.ts';
import { apiAs, example } from './stack/api.ts';

/** Authorities that answer in the shapes of public bug reports, met by the whole stack: docs/cases.md. */
const client = await apiAs('client');

async function emitted(reference: string, municipalityCode?: string): Promise<string> {
  const body = example(municipalityCode === undefined ? 'emit-invoice' : 'emit-abrasf');
  const service = { ...body.service, reference };
  const answer = await client.post('/invoices', { ...body, ...(municipalityCode && { municipalityCode }), service });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body.invoiceId;
}

async function cancelled(invoiceId: string): Promise<void> {
  expect((await client.post(`/invoices/${invoiceId}/cancel`, example('cancel-invoice'))).status).toBe(202);
}

const WITHIN_MS = 40_000;

describe.concurrent('an invoice of an authority that answers oddly', () => {
  it.each([
    ['a confirmation beside an empty list, parts by their types', 'CURITIBA', SINGLE],
    ['names in lower case', 'LOWERCASE', SINGLE],
    ['a national note in the wrappers of the model', 'NATIONALNOTE', SINGLE],
    ['parts by their types, in a queue', 'CURITIBA', OLD],
    ['a cancellation by a status alone', 'CANCELSTATUS', SINGLE],
  ])('%s: is issued, and then cancelled (%s, %s)', async (_, reference, city) => {
    const invoiceId = await emitted(reference, city);
    const issued = await client.until(invoiceId, 'ISSUED', WITHIN_MS);
    expect(issued.accessKey !== undefined).toBe(reference === 'NATIONALNOTE');
    await cancelled(invoiceId);
    await client.until(invoiceId, 'CANCELLED', WITHIN_MS);
  });

  it.each([
    ['a code that no table has, and a note', 'UNLISTEDISSUED', SINGLE],
    ['lookups that are refused', 'LOOKUPREFUSED', SINGLE],
    ['a batch that ends without a reason', 'SILENTBATCH', OLD],
    ['a code that no table has, and a note', 'UNLISTEDISSUED', undefined],
    ['a success without a key', 'NULLKEY', undefined],
    ['lookups that are down', 'LOOKUPDOWN', undefined],
  ])('%s: is issued in the end (%s, %s)', async (_, reference, city) => {
    const invoiceId = await emitted(reference, city);
    expect(await client.until(invoiceId, ({ status }) => status !== 'EMITTED', WITHIN_MS)).toMatchObject({
      status: 'ISSUED',
    });
  });

  it.each([
    ['messages in lower case', 'LOWERCASEREJECT', SINGLE, 'E42', undefined],
    ['a message that is a text', 'TEXTREJECT', SINGLE, 'E62', undefined],
    ['a bare list of messages', 'LISTREJECT', undefined, 'E0188', undefined],
    ['a certificate that was not received', 'NOCERTIFICATE', undefined, 'E4007', undefined],
    ['a code that no table has', 'REJECT00000', SINGLE, '00000', 'NullPointerException'],
    ['a code that no table has', 'UNLISTED', undefined, 'E7777', 'referência nula'],
  ])('%s: fails, and the user is told what was said (%s, %s)', async (_, reference, city, code, verbatim) => {
    const failed = await client.until(await emitted(reference, city), 'FAILED', WITHIN_MS);
    expect(failed.error.code).toBe(code);
    if (verbatim === undefined) return;
    expect(failed.error.message).toContain(`${code}: «`);
    expect(failed.error.message).toContain(verbatim);
    expect(failed.error.howToFix).not.toMatch(/corrija/i);
  });

  it('an analysis that was granted: the invoice is cancelled', async () => {
    const invoiceId = await emitted('ANALYSISGRANTED');
    await client.until(invoiceId, 'ISSUED', WITHIN_MS);
    await cancelled(invoiceId);
    await client.until(invoiceId, 'CANCELLED', WITHIN_MS);
  });

  it('an analysis that was refused: the invoice stays issued, and its history does not say otherwise', async () => {
    const invoiceId = await emitted('ANALYSISREFUSED');
    const { version } = await client.until(invoiceId, 'ISSUED', WITHIN_MS);
    await cancelled(invoiceId);
    await client.until(invoiceId, (seen) => seen.status === 'ISSUED' && seen.version > version + 1, WITHIN_MS);
    const { body } = await client.get(`/invoices/${invoiceId}/events`);
    const types = body.events.map(({ type }: { type: string }) => type);
    expect(types).toContain('CancelFailed');
    expect(types).not.toContain('Cancelled');
  });
});
