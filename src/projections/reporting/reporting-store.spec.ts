import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import { draft, invoiceId } from '../../../test/invoices.ts';
import { commitOf } from '../../events/commit.ts';
import { type InvoiceRecords, recordsOf } from './records.ts';
import { writeRecords } from './reporting-store.ts';
import { live } from './schema.ts';

const MEBIBYTE = 1024 * 1024;
const [small] = [recordsOf(invoiceId, [commitOf(draft())])] as [InvoiceRecords];

/** An invoice with so many events. */
const withEvents = (count: number): InvoiceRecords => ({
  ...small,
  events: Array.from({ length: count }, (_, place) => ({ ...small.events[0], version: place + 1 }) as never),
});

/** Takes statements as the Data API does, and says how large they were and how many invoices each had. */
function dataApi() {
  const statements: { bytes: number; invoices: number }[] = [];
  return {
    statements,
    async rows<Row>(statement: SQL) {
      const { sql, params } = new PgDialect().sqlToQuery(statement);
      const lists = params.map((param) => JSON.parse(String(param)) as { status?: string }[]);
      const invoices = lists.flat().filter(({ status }) => status !== undefined).length;
      statements.push({ bytes: Buffer.byteLength(JSON.stringify({ sql, params })), invoices });
      return [{ written: invoices }] as Row[];
    },
  };
}

describe('writing invoices into the reporting tables', () => {
  it('takes one statement where it can be sent, and none for nothing', async () => {
    const database = dataApi();
    expect(await writeRecords(database, live, Array(100).fill(small))).toBe(100);
    expect(await writeRecords(database, live, [])).toBe(0);
    expect(database.statements.map(({ invoices }) => invoices)).toEqual([100]);
  });

  it('cuts what is too large for one request, and leaves nothing out', async () => {
    const database = dataApi();
    expect(await writeRecords(database, live, Array(12).fill(withEvents(2_000)))).toBe(12);
    expect(database.statements.length).toBeGreaterThan(1);
    expect(database.statements.reduce((sum, { invoices }) => sum + invoices, 0)).toBe(12);
    for (const { bytes } of database.statements) expect(bytes).toBeLessThan(4 * MEBIBYTE);
  });

  it('sends an invoice that is too large by itself, so that those beside it are written', async () => {
    const database = dataApi();
    await writeRecords(database, live, [small, withEvents(9_000), small]);
    expect(database.statements.map(({ invoices }) => invoices)).toEqual([1, 1, 1]);
  });
});
