import { type SQL, sql } from 'drizzle-orm';
import type { ReportingDatabase } from '../reporting/database.ts';
import { recordsOf } from '../reporting/records.ts';
import { MOST_INVOICES_A_STATEMENT, POSITIONS_LOCK, writeRecords } from '../reporting/reporting-store.ts';
import { FIRST_SCHEMA, LIVE_SCHEMA, live, reportingTables } from '../reporting/schema.ts';
import type { ComparedTable, RowDigest } from './compare.ts';
import type { RebuildTarget } from './rebuild.ts';

const ROWS_A_PAGE = 1_000;

export interface ReportingTarget extends RebuildTarget {
  /** Makes a schema the live one, in one transaction; the one that was live gets its own name back. Done before, it does nothing. */
  makeLive(schema: string, wasLive: string): Promise<void>;
  drop(schema: string): Promise<void>;
}

/**
 * The reporting tables: each rebuild makes a schema of its own beside the live one, `reporting_2` and so on. The live one is always
 * called `reporting`, so a switch is a change of names, and readers need not know.
 */
export function reportingTarget(database: ReportingDatabase): ReportingTarget {
  const run = async (statement: string) => void (await database.rows(sql.raw(statement)));
  return {
    projection: 'reporting',
    configured: FIRST_SCHEMA,
    tableOf: (generation) => `${LIVE_SCHEMA}_${generation}`,
    create: (schema) => run(likeness(checked(schema))),

    async write(schema, streams) {
      const tables = reportingTables(checked(schema));
      const records = streams.flatMap(({ stream }) => recordsOf(stream.invoiceId, stream.commits) ?? []);
      for (let from = 0; from < records.length; from += MOST_INVOICES_A_STATEMENT) {
        await writeRecords(database, tables, records.slice(from, from + MOST_INVOICES_A_STATEMENT), live);
      }
    },

    compared: (schema) => comparedReporting(database, checked(schema)),
    makeLive: (schema, wasLive) => run(switchOfNames(checked(schema), checked(wasLive))),
    drop: (schema) => run(`drop schema if exists ${checked(schema)} cascade`),
  };
}

/** Names of schemas come from the projection's state and stand in statements as they are. */
function checked(schema: string): string {
  if (!/^reporting_\d{1,9}$/.test(schema)) throw new Error(`${schema} is no schema of a rebuild`);
  return schema;
}

/**
 * Tables, keys and indexes under the names that they have in the live schema, so that a later migration finds them. Names of
 * constraints and indexes are by schema.
 */
const likeness = (schema: string): string => `
  do $$
  declare r record;
  begin
    create schema if not exists ${schema};
    for r in select tablename from pg_tables where schemaname = '${LIVE_SCHEMA}' loop
      execute format('create table if not exists ${schema}.%I (like ${LIVE_SCHEMA}.%I including defaults)', r.tablename, r.tablename);
    end loop;
    for r in
      select c.conname, t.relname, pg_get_constraintdef(c.oid) as definition
      from pg_constraint c join pg_class t on t.oid = c.conrelid
      where c.connamespace = '${LIVE_SCHEMA}'::regnamespace and c.contype in ('p', 'u', 'c')
        and not exists (select from pg_constraint o where o.connamespace = '${schema}'::regnamespace and o.conname = c.conname)
    loop
      execute format('alter table ${schema}.%I add constraint %I %s', r.relname, r.conname, r.definition);
    end loop;
    for r in
      select indexname, indexdef from pg_indexes i
      where schemaname = '${LIVE_SCHEMA}'
        and not exists (select from pg_indexes o where o.schemaname = '${schema}' and o.indexname = i.indexname)
    loop
      execute replace(r.indexdef, ' ON ${LIVE_SCHEMA}.', ' ON ${schema}.');
    end loop;
  end $$`;

/**
 * While nobody draws positions of the feed: every event gets the position that readers know it by, and one that they cannot know yet
 * gets a position behind all that they have seen. Then the names change.
 */
const switchOfNames = (schema: string, wasLive: string): string => `
  do $$
  begin
    if exists (select from pg_namespace where nspname = '${schema}') then
      perform pg_advisory_xact_lock(${POSITIONS_LOCK});
      update ${schema}.invoice_events as one
      set position = coalesce(known.position, nextval('reporting_feed_position'))
      from ${schema}.invoice_events as other left join ${LIVE_SCHEMA}.invoice_events as known using (invoice_id, version)
      where one.invoice_id = other.invoice_id and one.version = other.version
        and known.position is distinct from other.position;
      alter schema ${LIVE_SCHEMA} rename to ${wasLive};
      alter schema ${schema} rename to ${LIVE_SCHEMA};
    end if;
  end $$`;

/** A row of an invoice with its events, without their positions, which only say in which order they became known. */
function comparedReporting(database: ReportingDatabase, named: string): ComparedTable {
  const digests = async (where: SQL) => {
    // Which of the two is live at the moment is told by which of the names exists.
    const [present] = await database.rows<{ named: boolean }>(
      sql`select json_build_object('named', exists (select from pg_namespace where nspname = ${named}))::text as row`,
    );
    const schema = sql.raw(present?.named ? named : LIVE_SCHEMA);
    return database.rows<RowDigest>(sql`
      select json_build_object('id', i.invoice_id, 'version', i.version, 'digest', encode(sha256(convert_to(
        to_jsonb(i)::text || coalesce((
          select jsonb_agg(to_jsonb(e) - 'position' order by e.version)::text
          from ${schema}.invoice_events e where e.invoice_id = i.invoice_id), ''), 'UTF8')), 'hex'))::text as row
      from ${schema}.invoices i where ${where}`);
  };
  return {
    async *pages() {
      let after: string | undefined = '';
      while (after !== undefined) {
        const page: readonly RowDigest[] = await digests(
          sql`i.invoice_id > ${after} order by i.invoice_id limit ${sql.raw(String(ROWS_A_PAGE))}`,
        );
        if (page.length > 0) yield page;
        after = page.length < ROWS_A_PAGE ? undefined : page.at(-1)?.id;
      }
    },
    rows: async (ids) =>
      ids.length === 0
        ? []
        : digests(sql`i.invoice_id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))`),
  };
}
