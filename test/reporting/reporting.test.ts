import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Commit } from '../../src/events/commit.ts';
import type { EventStore } from '../../src/events/event-store.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import type { ReportingConnection } from '../../src/projections/reporting/connect.ts';
import { type FeedEntry, feedAfter } from '../../src/projections/reporting/feed.ts';
import { projectReporting } from '../../src/projections/reporting/project-reporting.ts';
import { type InvoiceRecords, recordsOf } from '../../src/projections/reporting/records.ts';
import { writeRecords } from '../../src/projections/reporting/reporting-store.ts';
import { REPORTS } from '../../src/projections/reporting/reports/catalogue.ts';
import { type ReportRow, type ReportScope, runReport } from '../../src/projections/reporting/reports/report.ts';
import type { ReportingTables } from '../../src/projections/reporting/schema.ts';
import { needing } from '../needs.ts';
import { naiveReport } from './naive-reports.ts';
import { connect, ENGINES, ownReportingTables } from './own-reporting.ts';
import { COMPANIES, streams, type Told } from './stories.ts';

const PAGE = { limit: 2_000, offset: 0 };
const scopes: fc.Arbitrary<ReportScope> = fc.record({
  companies: fc.constantFrom('*' as const, [COMPANIES[0]], [COMPANIES[0], COMPANIES[2]], []),
  from: fc.constantFrom('2026-10-01', '2026-10-15'),
  to: fc.constantFrom('2026-10-31', '2026-11-20', '2026-12-31'),
  by: fc.subarray(['company', 'day', 'municipality', 'status'] as const, { minLength: 1 }),
});

const inAnyOrder = (rows: readonly ReportRow[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
const recordsIn = (told: readonly Told[]) =>
  told.map(({ invoiceId, commits }) => recordsOf(invoiceId, commits) as InvoiceRecords);

/** The event store of streams that are whole. */
const storeOf = (told: readonly Told[]) => {
  const streams = new Map(told.map(({ invoiceId, commits }) => [invoiceId, commits]));
  return { load: async (id: InvoiceId) => streams.get(id) ?? [] } as unknown as EventStore;
};

describe.each(ENGINES)('the reporting tables in $name', ({ start, missing }) => {
  let server: Awaited<ReturnType<typeof start>>;
  let database: ReportingConnection;

  beforeAll(async () => {
    if (missing !== undefined) return;
    server = await start();
    database = connect(server.url);
  });
  afterAll(async () => {
    await database?.close();
    await server?.stop();
  });
  const each = needing(missing, it);

  const empty = async (tables: ReportingTables) => {
    await database.rows(sql`truncate ${tables.invoices}, ${tables.invoiceEvents}`);
  };
  const contents = async ({ invoices, invoiceEvents }: ReportingTables) => ({
    invoices: await database.rows(sql`select to_jsonb(i)::text as row from ${invoices} i order by invoice_id`),
    events: await database.rows(
      sql`select (to_jsonb(e) - 'position')::text as row from ${invoiceEvents} e order by invoice_id, version`,
    ),
  });

  each('give in every report what the events give when they are simply gone through', async () => {
    const tables = await ownReportingTables(database);
    const rowsSeen = new Map(REPORTS.map(({ name }) => [name, 0]));
    await fc.assert(
      fc.asyncProperty(streams, scopes, async (told, scope) => {
        await empty(tables);
        await writeRecords(database, tables, recordsIn(told));
        for (const report of REPORTS) {
          const asked = report.oneCompany ? { ...scope, companies: [COMPANIES[0]] } : scope;
          const { rows } = await runReport(database, tables, report, asked, PAGE);
          expect(inAnyOrder(rows), report.name).toEqual(inAnyOrder(naiveReport(report.name, told, asked)));
          for (const row of rows) {
            expect(Object.keys(row), report.name).toEqual(report.columns(asked).map(({ key }) => key));
          }
          rowsSeen.set(report.name, (rowsSeen.get(report.name) ?? 0) + rows.length);
        }
      }),
      { numRuns: 40 },
    );
    // A law about empty reports would hold too.
    expect([...rowsSeen.values()].every((rows) => rows > 5)).toBe(true);
  });

  each(
    'hold what the streams fold to, however their records are cut, repeated, shuffled and delivered side by side',
    async () => {
      const [live, straight] = [await ownReportingTables(database), await ownReportingTables(database)];
      await fc.assert(
        fc.asyncProperty(streams, fc.infiniteStream(fc.nat()), async (told, chance) => {
          const next = (below: number) => (chance.next().value as number) % below;
          await Promise.all([live, straight].map(empty));
          await writeRecords(database, straight, recordsIn(told));
          const deps = { events: storeOf(told), database, tables: live };
          // Every commit once, half of them twice, in any order, in batches that run at once.
          const all = told.flatMap(({ commits }) => commits);
          const announced = [...all, ...all.filter(() => next(2) === 0)]
            .map((commit) => ({ commit, place: next(1_000) }))
            .sort((a, b) => a.place - b.place)
            .map(({ commit }) => commit);
          const batches: Commit[][] = [];
          for (let at = 0; at < announced.length; ) {
            const size = 1 + next(8);
            batches.push(announced.slice(at, at + size));
            at += size;
          }
          const outcomes = await Promise.all(
            batches.map((batch) =>
              projectReporting(
                deps,
                Map.groupBy(batch, ({ invoiceId }) => invoiceId),
              ),
            ),
          );
          expect(outcomes).toEqual(batches.map(() => ({ spoiled: [], delayed: [] })));
          expect(await contents(live)).toEqual(await contents(straight));
        }),
        { numRuns: 15 },
      );
    },
  );

  each('give a page of a report where the one before ended', async () => {
    const tables = await ownReportingTables(database);
    const told = fc.sample(streams, { numRuns: 8, seed: 7 }).flat();
    await writeRecords(database, tables, recordsIn(told));
    const scope: ReportScope = { companies: '*', from: '2026-10-01', to: '2026-12-31', by: ['company', 'day'] };
    const report = REPORTS[0] as (typeof REPORTS)[number];
    const whole = await runReport(database, tables, report, scope, PAGE);
    const paged: ReportRow[] = [];
    for (let more = true; more; ) {
      const page = await runReport(database, tables, report, scope, { limit: 7, offset: paged.length });
      paged.push(...page.rows);
      more = page.more;
    }
    expect(paged.length).toBeGreaterThan(14);
    expect(paged).toEqual(whole.rows);
  });

  each('leave out the one invoice that PostgreSQL refuses, and take the rest of its batch', async () => {
    const tables = await ownReportingTables(database);
    const [good, bad, other] = fc.sample(streams, { numRuns: 6, seed: 3 }).flat() as [Told, Told, Told];
    const [first, ...rest] = bad.commits as [Commit, ...Commit[]];
    const spoiled = {
      ...first,
      events: first.events.map((stored) => ({
        ...stored,
        data: { ...(stored.data as object), competenceDate: '2026-13-40' },
      })),
    };
    const { spoiled: refused, delayed } = await projectReporting(
      { events: storeOf([]), database, tables },
      new Map([
        [good.invoiceId, good.commits],
        [bad.invoiceId, [spoiled, ...rest]],
        [other.invoiceId, other.commits],
      ]),
    );
    expect(refused.map(({ invoiceId, error }) => [invoiceId, error.name])).toEqual([
      [bad.invoiceId, 'RefusedByDatabase'],
    ]);
    expect(delayed).toEqual([]);
    const ids = (await contents(tables)).invoices.map((row) => (row as { invoice_id: string }).invoice_id);
    expect(ids).toEqual([good.invoiceId, other.invoiceId].sort());
  });

  each(
    'give every event once in the feed to who reads on while it is written from all sides, each invoice in its order',
    async () => {
      const tables = await ownReportingTables(database);
      const told = fc.sample(streams, { numRuns: 12, seed: 11 }).flat();
      const deps = { events: storeOf(told), database, tables };
      const seen: FeedEntry[] = [];
      const readOn = async () => {
        const page = await feedAfter(database, tables, '*', seen.at(-1)?.position ?? 0, 5);
        seen.push(...page);
        return page.length > 0;
      };
      let writing = true;
      const reader = (async () => {
        while (writing) await readOn();
        while (await readOn());
      })();
      // Each stream announced as it grows, all streams at once: many transactions are open at the same time.
      await Promise.all(
        told.map(async ({ invoiceId, commits }) => {
          for (let length = 1; length <= commits.length; length++) {
            await projectReporting(deps, new Map([[invoiceId, commits.slice(0, length)]]));
          }
        }),
      );
      writing = false;
      await reader;
      const written = told.flatMap(({ invoiceId, commits }) => commits.map(({ version }) => `${invoiceId} ${version}`));
      expect(seen.map(({ invoiceId, version }) => `${invoiceId} ${version}`).sort()).toEqual(written.sort());
      for (const entries of Map.groupBy(seen, ({ invoiceId }) => invoiceId).values()) {
        expect(entries.map(({ version }) => version)).toEqual(entries.map((_, place) => place + 1));
      }
    },
  );

  each('give a company its own part of the feed, in the order of the whole', async () => {
    const tables = await ownReportingTables(database);
    await writeRecords(database, tables, recordsIn(fc.sample(streams, { numRuns: 6, seed: 5 }).flat()));
    const whole = await feedAfter(database, tables, '*', 0, 1_000);
    for (const companies of [[COMPANIES[0]], [COMPANIES[0], COMPANIES[1]], []]) {
      const own = whole.filter(({ companyCnpj }) => (companies as readonly string[]).includes(companyCnpj));
      expect(await feedAfter(database, tables, companies, 0, 1_000)).toEqual(own);
      const after = own[2]?.position ?? 0;
      expect(await feedAfter(database, tables, companies, after, 4)).toEqual(
        own.slice(own.length > 2 ? 3 : 0).slice(0, 4),
      );
    }
  });
});
