// Writing the reporting tables: one statement a batch, beside a statement an invoice:
// `npm run bench -- upserts [--rounds N] [--invoices N] [--engine pglite]`.
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { sql } from 'drizzle-orm';
import { commitOf, tipAfter } from '../src/events/commit.ts';
import { type InvoiceRecords, recordsOf } from '../src/projections/reporting/records.ts';
import { writeRecords } from '../src/projections/reporting/reporting-store.ts';
import { live } from '../src/projections/reporting/schema.ts';
import { draft, issued, newEmission } from '../test/invoices.ts';
import { onInterruption } from './interruption.ts';
import { printMachine } from './machine.ts';
import { percentilesOf } from './percentiles.ts';
import { progress, progressEnds } from './progress.ts';
import { benchDatabase } from './reporting-database.ts';
import { printTable, ratio } from './table.ts';

/** What a batch of the stream holds at the most. */
const BATCH = 100;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    invoices: { type: 'string', default: '1000' },
    engine: { type: 'string' },
  },
});
const [rounds, invoices] = [Number(values.rounds), Number(values.invoices)];

/** New invoices: each emitted, then the same again as issued, as two batches of the stream would bring them. */
function newInvoices(): { emitted: InvoiceRecords[]; issued: InvoiceRecords[] } {
  const both = Array.from({ length: invoices }, () => {
    const { invoiceId, emitted } = newEmission();
    const first = commitOf(draft({ invoiceId, events: [emitted], commitId: randomUUID() }));
    const second = commitOf(draft({ invoiceId, tip: tipAfter(first), events: [issued], commitId: randomUUID() }));
    return [recordsOf(invoiceId, [first]), recordsOf(invoiceId, [first, second])] as const;
  });
  return {
    emitted: both.flatMap(([records]) => records ?? []),
    issued: both.flatMap(([, records]) => records ?? []),
  };
}

await printMachine();
progress('starting PostgreSQL');
const { name, connection, stop } = await benchDatabase(values.engine);
onInterruption(stop);
try {
  const write = (batch: readonly InvoiceRecords[]) => writeRecords(connection, live, batch);
  const contestants = {
    'a statement an invoice': async (records: readonly InvoiceRecords[]) => {
      for (const one of records) await write([one]);
    },
    [`a statement a batch of ${BATCH}`]: async (records: readonly InvoiceRecords[]) => {
      for (let at = 0; at < records.length; at += BATCH) await write(records.slice(at, at + BATCH));
    },
  };
  const perSecond: Record<string, { insert: number[]; update: number[] }> = {};
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const [contestant, run] of Object.entries(contestants)) {
      const records = newInvoices();
      const rates = perSecond[contestant] ?? { insert: [], update: [] };
      perSecond[contestant] = rates;
      for (const [kind, batch] of [
        ['insert', records.emitted],
        ['update', records.issued],
      ] as const) {
        const started = performance.now();
        await run(batch);
        if (round > 0) rates[kind].push((1_000 * invoices) / (performance.now() - started));
      }
      await connection.rows(sql`truncate ${live.invoices}, ${live.invoiceEvents}`);
    }
  }
  progressEnds();
  const [base] = Object.values(perSecond);
  printTable(
    `Upserts into ${name}: ${invoices} invoices with their events, median of ${rounds} rounds; baseline: a statement an invoice`,
    ['how', 'new/s', 'ratio', 'changed/s', 'ratio'],
    Object.entries(perSecond).map(([contestant, { insert, update }]) => {
      const [inserted, updated] = [percentilesOf(insert).p50, percentilesOf(update).p50];
      return [
        contestant,
        inserted,
        ratio(inserted, percentilesOf(base?.insert ?? []).p50),
        updated,
        ratio(updated, percentilesOf(base?.update ?? []).p50),
      ];
    }),
  );
} finally {
  await stop();
}
