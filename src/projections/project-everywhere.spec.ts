import { describe, expect, it } from 'vitest';
import { draft, invoiceId } from '../../test/invoices.ts';
import { commitOf } from '../events/commit.ts';
import { memoryEventStore } from '../events/memory-event-store.ts';
import type { InvoiceRow } from './invoice-row.ts';
import type { InvoicesTable } from './invoices-table.ts';
import { projectInvoices } from './project-batch.ts';
import { NotWrittenBeside } from './project-everywhere.ts';

const commit = commitOf(draft());
const announced = new Map([[invoiceId, [commit]]]);

function tableInMemory() {
  const rows = new Map<string, InvoiceRow>();
  const table = {
    get: async (id: string) => rows.get(id),
    async put(row: InvoiceRow) {
      rows.set(row.invoiceId, row);
      return true;
    },
  } as unknown as InvoicesTable;
  return { rows, table };
}

describe('projecting into the live table and one beside it', () => {
  it.each([
    ['a throttled table', Object.assign(new Error('throttled'), { $metadata: {} })],
    ['what would be a fault of the invoice', new TypeError('x is not a function')],
  ])('comes again after %s beside, and never parks an invoice for it', async (_, error) => {
    const [live, other] = [tableInMemory(), tableInMemory()];
    let isDown = true;
    const put = (row: InvoiceRow) => (isDown ? Promise.reject(error) : other.table.put(row));
    const deps = {
      events: memoryEventStore(),
      invoices: { all: async () => ({ live: live.table, beside: [{ ...other.table, put }] }) },
      reconcileAfterSeconds: 300,
    };
    expect(await projectInvoices(deps, announced)).toEqual({
      spoiled: [],
      delayed: [{ invoiceId, error: expect.any(NotWrittenBeside) }],
    });
    expect([live.rows.size, other.rows.size]).toEqual([1, 0]);
    isDown = false;
    expect(await projectInvoices(deps, announced)).toEqual({ spoiled: [], delayed: [] });
    expect(other.rows).toEqual(live.rows);
  });
});
