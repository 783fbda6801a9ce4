import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { apiAs, example } from './stack/api.ts';
import { eventually } from './stack/own-worker.ts';

const client = await apiAs('client');
const logs = path.join(path.dirname(inject('credentials')), 'logs');

interface StoreLine {
  readonly message: string;
  readonly invoiceId?: string;
  readonly events?: readonly string[];
  readonly wcu?: number;
  readonly rcu?: number;
}

/** What the event store's own log says that an invoice consumed, in the API's functions and in the worker. */
function storeOperations(invoiceId: string): StoreLine[] {
  return ['functions.log', 'worker.log']
    .flatMap((file) => readFileSync(path.join(logs, file), 'utf8').split('\n'))
    .filter((line) => line.includes(invoiceId) && line.includes('"events.'))
    .map((line) => JSON.parse(line) as StoreLine);
}

const sum = (lines: readonly StoreLine[], unit: 'wcu' | 'rcu') =>
  lines.reduce((total, line) => total + (line[unit] ?? 0), 0);

describe('what an invoice costs in the event store, from emission to issue', () => {
  it('is at most 3 write units and no read unit, on a realistic invoice', async () => {
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
    expect(sum(operations, 'wcu')).toBeLessThanOrEqual(3);
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
