import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams, type Told } from '../../../test/reporting/stories.ts';
import type { Commit } from '../../events/commit.ts';
import { type EventScan, wholeStreams } from '../../events/event-scan.ts';
import type { EventStore } from '../../events/event-store.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { finish, type ProjectionState, rollBack, switchOver, tablesOf } from '../projection-state.ts';
import type { ProjectionStates, SegmentCheckpoint } from '../projection-states.ts';
import { databaseError, type ReportingDatabase } from '../reporting/database.ts';
import { feedAfter } from '../reporting/feed.ts';
import { projectReporting } from '../reporting/project-reporting.ts';
import { live, reportingTables } from '../reporting/schema.ts';
import { type RebuildDeps, rebuild } from './rebuild.ts';
import { reportingTarget } from './reporting-target.ts';
import { wayBack } from './way-back.ts';

const NOW = new Date('2026-12-01T00:00:00Z');
const engine = new PGlite();
const drizzled = drizzle(engine);
const database: ReportingDatabase = {
  async rows<Row>(statement: Parameters<ReportingDatabase['rows']>[0]) {
    try {
      const { rows } = await drizzled.execute<{ row: string }>(statement);
      return rows.map(({ row }) => JSON.parse(row) as Row);
    } catch (error) {
      throw databaseError(error);
    }
  },
};
const target = reportingTarget(database);

beforeAll(() => migrate(drizzled, { migrationsFolder: 'src/projections/reporting/migrations' }), 60_000);
afterAll(() => engine.close());

/** A ledger in memory: its streams, the state of the projection, and the projector that works by that state. */
function ledger(told: readonly Told[]) {
  const known = new Map<InvoiceId, Commit[]>();
  const kept: { state: ProjectionState | undefined; checkpoints: SegmentCheckpoint[] } = {
    state: undefined,
    checkpoints: [],
  };
  const events = { load: async (id: InvoiceId) => known.get(id) ?? [] } as unknown as EventStore;
  const beside = async () => (kept.state ? tablesOf(kept.state).slice(1).map(reportingTables) : []);
  const scan: EventScan = {
    segment: ({ segment, segments, after }) => {
      const mine = [...known.values()].filter((_, n) => n % segments === segment).flat();
      const place = mine.findIndex((one) => one.invoiceId === after?.invoiceId && one.version === after.version);
      async function* pages() {
        for (let from = place + 1; from < mine.length; from += 3) yield mine.slice(from, from + 3);
      }
      return wholeStreams(pages(), events.load);
    },
    estimate: async () => [...known.values()].flat().length,
  };
  const states: ProjectionStates = {
    read: async () => kept.state,
    replace: async (_, _was, state) => {
      kept.state = state;
    },
    checkpoints: async (_, table) => kept.checkpoints.filter((one) => one.table === table),
    saveCheckpoint: async (_, checkpoint) => {
      kept.checkpoints = [...kept.checkpoints.filter(({ segment }) => segment !== checkpoint.segment), checkpoint];
    },
    forgetCheckpoints: async () => {
      kept.checkpoints = [];
    },
  };
  const deps: RebuildDeps = {
    scan,
    states,
    target,
    announceMs: 0,
    now: () => NOW,
    sleep: async () => {},
    progress: () => {},
  };
  const change = async (state: ProjectionState) => {
    if (kept.state && kept.state.live !== state.live) await target.makeLive(state.live, kept.state.live);
    kept.state = state;
  };
  return {
    kept,
    deps,
    change,
    /** Appended, and announced by the stream unless that comes later. */
    async happens({ invoiceId, commits }: Told, length: number, isAnnounced = true) {
      known.set(invoiceId, commits.slice(0, length));
      if (!isAnnounced) return;
      const outcome = await projectReporting({ events, database, tables: live, beside }, new Map([[invoiceId, []]]));
      expect(outcome).toEqual({ spoiled: [], delayed: [] });
    },
    told,
  };
}

const feed = () => feedAfter(database, live, '*', 0, 10_000);
const keyOf = ({ invoiceId, version }: { invoiceId: string; version: number }) => `${invoiceId} ${version}`;
const nameIndexes = (schema: string) =>
  database.rows<string>(
    sql`select to_json(indexname)::text as row from pg_indexes where schemaname = ${schema} order by 1`,
  );

async function forgetAll(): Promise<void> {
  await database.rows(sql`truncate ${live.invoices}, ${live.invoiceEvents}`);
  await target.drop('reporting_1');
  await target.drop('reporting_2');
}

describe('a rebuild of the reporting tables', () => {
  it('gives the rows that live events gave, and readers of the feed miss nothing over the switch', () =>
    fc.assert(
      fc.asyncProperty(streams, fc.nat(), async (told, pick) => {
        await forgetAll();
        const one = ledger(told);
        const half = Math.ceil(told.length / 2);
        for (const invoice of told.slice(0, half)) await one.happens(invoice, invoice.commits.length);
        // One whose news the projector has not heard of when the scan meets it.
        const late = told[half];
        if (late) await one.happens(late, late.commits.length, false);
        const first = await rebuild(one.deps, 2);
        expect(first.differing.map(({ id }) => id)).toEqual(late ? [late.invoiceId] : []);
        const before = await feed();
        const cursor = before[pick % Math.max(1, before.length)]?.position ?? 0;
        const seen = new Set(before.filter(({ position }) => position <= cursor).map(keyOf));

        // While there are two, what happens reaches both.
        for (const invoice of told.slice(half)) await one.happens(invoice, invoice.commits.length);
        const result = await rebuild(one.deps, 2);
        expect(result).toMatchObject({ differing: [], rows: told.length });
        expect(result.builtChecksum).toBe(result.liveChecksum);
        const beforeSwitch = await feed();
        await one.change(switchOver(one.kept.state as ProjectionState, false, NOW));
        const after = await feed();
        expect(after.map(({ position, ...entry }) => [position, keyOf(entry)])).toEqual(
          beforeSwitch.map(({ position, ...entry }) => [position, keyOf(entry)]),
        );
        const rest = after.filter(({ position }) => position > cursor).map(keyOf);
        const all = told.flatMap(({ invoiceId, commits }) =>
          commits.map(({ version }) => keyOf({ invoiceId, version })),
        );
        expect([...seen, ...rest].sort()).toEqual(all.sort());
      }),
      { numRuns: 8 },
    ));

  it('brings what had never been projected behind all that readers have seen', async () => {
    await forgetAll();
    const [told = []] = fc.sample(
      streams.filter(({ length }) => length > 2),
      { numRuns: 1, seed: 3 },
    );
    const one = ledger(told);
    const [parked, ...others] = told as [Told, ...Told[]];
    await one.happens(parked, parked.commits.length, false);
    for (const invoice of others.slice(0, 1)) await one.happens(invoice, invoice.commits.length);
    await rebuild(one.deps, 1);
    for (const invoice of others.slice(1)) await one.happens(invoice, invoice.commits.length);
    const newest = (await feed()).at(-1)?.position ?? 0;
    await one.change(switchOver(one.kept.state as ProjectionState, true, NOW));
    const behind = (await feed()).filter(({ position }) => position > newest);
    expect(new Set(behind.map(({ invoiceId }) => invoiceId))).toEqual(new Set([parked.invoiceId]));
    expect(behind).toHaveLength(parked.commits.length);
  });

  it('has keys and indexes under the names that a migration expects, and goes back and forth', async () => {
    await forgetAll();
    const [told = []] = fc.sample(streams, { numRuns: 1, seed: 7 });
    const one = ledger(told);
    for (const invoice of told) await one.happens(invoice, invoice.commits.length);
    const names = await nameIndexes('reporting');
    await rebuild(one.deps, 1);
    expect(await nameIndexes('reporting_2')).toEqual(names);
    await one.change(switchOver(one.kept.state as ProjectionState, false, NOW));
    await target.makeLive('reporting_2', 'reporting_1'); // repeated after a crash: nothing
    const switched = await feed();
    const back = await wayBack(one.deps, one.kept.state as ProjectionState, () => {});
    expect(back).toMatchObject({ table: 'reporting_1', rows: told.length, differing: [], behind: [] });
    expect(back.builtChecksum).toBe(back.liveChecksum);
    await one.change(rollBack(one.kept.state as ProjectionState, 0));
    expect(await feed()).toEqual(switched);
    const { state, dropped } = finish(one.kept.state as ProjectionState);
    expect([state.live, dropped]).toEqual(['reporting_1', 'reporting_2']);
    await target.drop(dropped);
    expect(await nameIndexes('reporting_2')).toEqual([]);
    expect(await nameIndexes('reporting')).toEqual(names);
  });
});
