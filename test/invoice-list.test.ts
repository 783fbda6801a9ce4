import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { commitOf, START, tipAfter } from '../src/events/commit.ts';
import { read } from '../src/events/event-store.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import type { LivingInvoice } from '../src/events/invoice.ts';
import type { ListFilter, ListPosition } from '../src/projections/invoice-list.ts';
import { type InvoiceRow, rowOf } from '../src/projections/invoice-row.ts';
import { dynamoDbInvoicesTable } from '../src/projections/invoices-table.ts';
import { companyCnpj, draft, failed, issued } from './invoices.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';

const client = dynamoDb();
const invoices = dynamoDbInvoicesTable(client, (await ownTables(client)).invoices);

const OTHER_COMPANY = '99888777000100';
const CITIES = ['3106200', '3550308'] as const;
const minute = (place: number) => new Date(Date.UTC(2026, 10, 10, 12, place)).toISOString();

/** The row of an invoice that was emitted in a minute, and issued, refused or not answered since. */
function rowAt(place: number, changes: Partial<InvoiceRow>): InvoiceRow {
  const invoiceId = invoiceIdFor(companyCnpj, randomUUID());
  const outcome = place % 40 === 7 ? [failed] : place % 5 === 0 ? [] : [issued];
  const first = commitOf(draft({ invoiceId, tip: START, at: minute(place) }));
  const commits = [
    first,
    ...outcome.map((event) => commitOf(draft({ invoiceId, tip: tipAfter(first), events: [event] }))),
  ];
  const { invoice, tip } = read(invoiceId, commits);
  return { ...rowOf(invoice as LivingInvoice, tip, 300), ...changes };
}

/** Two of each minute, most of them issued, a few refused; a ninth in another city. */
const rows = Array.from({ length: 240 }, (_, place) =>
  rowAt(Math.floor(place / 2), { municipalityCode: CITIES[place % 9 === 4 ? 1 : 0] }),
);
const others = Array.from({ length: 10 }, (_, place) => rowAt(place * 10, { companyCnpj: OTHER_COMPANY }));

beforeAll(async () => {
  await Promise.all([...rows, ...others].map((row) => invoices.put(row)));
});

/** All pages of a list, one after the other. */
async function walked(filter: ListFilter, limit: number): Promise<InvoiceRow[][]> {
  const pages: InvoiceRow[][] = [];
  let after: ListPosition | undefined;
  do {
    const page = await invoices.list(filter, limit, after);
    pages.push(page.rows);
    after = page.next;
  } while (after);
  return pages;
}

const sorted = (some: readonly InvoiceRow[]) =>
  [...some].sort((a, b) => (a.invoiceId < b.invoiceId ? -1 : Number(a.invoiceId > b.invoiceId)));

describe('the list of a company', () => {
  it('has every row that matches once, newest first, and never more on a page than were asked for', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            status: fc.constantFrom('EMITTED', 'ISSUED', 'FAILED', 'CANCELLED'),
            municipalityCode: fc.constantFrom(...CITIES),
            from: fc.nat(130).map(minute),
            to: fc.nat(130).map(minute),
          },
          { requiredKeys: [] },
        ),
        fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 20, max: 100 })),
        async (filter, limit) => {
          const { status, municipalityCode, from = '0', to = '~' } = filter;
          if (from > to) return;
          const expected = rows.filter(
            (row) =>
              (status === undefined || row.status === status) &&
              (municipalityCode === undefined || row.municipalityCode === municipalityCode) &&
              row.createdAt >= from &&
              row.createdAt <= to,
          );
          const pages = await walked({ companyCnpj, ...filter } as ListFilter, limit);
          const all = pages.flat();
          expect(sorted(all)).toEqual(sorted(expected));
          const times = all.map(({ createdAt }) => createdAt);
          expect(times).toEqual([...times].sort().reverse());
          for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 40 },
    ));

  it('finds the few that match in one answer', async () => {
    const refused = rows.filter(({ status }) => status === 'FAILED');
    const page = await invoices.list({ companyCnpj, status: 'FAILED' }, 20);
    expect(sorted(page.rows)).toEqual(sorted(refused));
  });

  it('shows a row as it is now', async () => {
    const waiting = rowAt(200, { companyCnpj: OTHER_COMPANY });
    await invoices.put(waiting);
    const now = { ...waiting, status: 'CANCELLED' as const, version: waiting.version + 1 };
    await invoices.put(now);
    expect((await invoices.list({ companyCnpj: OTHER_COMPANY, status: 'CANCELLED' }, 20)).rows).toEqual([now]);
    expect((await invoices.list({ companyCnpj: OTHER_COMPANY }, 1)).rows).toEqual([now]);
  });
});
