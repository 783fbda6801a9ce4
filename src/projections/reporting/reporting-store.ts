import { getTableColumns, type SQL, sql, type Table } from 'drizzle-orm';
import type { ReportingDatabase } from './database.ts';
import type { InvoiceRecords } from './records.ts';
import type { ReportingTables } from './schema.ts';

/** Any number; only writers of the reporting tables take this lock. */
export const POSITIONS_LOCK = 6_031_976;

/** What a rebuild writes at once. */
export const MOST_INVOICES_A_STATEMENT = 500;

/** The Data API takes requests of up to 4 MiB, and in a request each quotation mark of a parameter is two characters. */
const MOST_BYTES_A_STATEMENT = 2_000_000;

/**
 * Writes invoices and their events in one statement, which is one transaction; in several, where one would be too large to send. Each
 * invoice is in one of them with all its events.
 *
 * Guarded by version: an invoice's row is replaced only by a later one, an event's row never. So live records, replays and rebuilds
 * may come twice, late, and in any order. Positions of the feed are drawn under a lock that is held until the transaction's end:
 * whoever draws a later position does so when all earlier ones can be seen, so a reader who goes on after the last position it
 * saw skips nothing.
 *
 * @param positionsOf the live tables, where others are written: an event that has a position there has the same one here
 * @param batch each invoice once, with its events from the first on
 * @returns how many invoices were written, the others being as far already
 */
export async function writeRecords(
  database: ReportingDatabase,
  tables: ReportingTables,
  batch: readonly InvoiceRecords[],
  positionsOf?: ReportingTables,
): Promise<number> {
  let written = 0;
  for (const part of bySize(batch)) {
    const [result] = await database.rows<{ written: number }>(writeStatement(tables, part, positionsOf));
    written += result?.written ?? 0;
  }
  return written;
}

/** Cut where a statement would carry too much. One invoice alone is a part, however large it is. */
function bySize(batch: readonly InvoiceRecords[]): readonly (readonly InvoiceRecords[])[] {
  const parts: InvoiceRecords[][] = [];
  let bytes = 0;
  for (const records of batch) {
    const size = Buffer.byteLength(JSON.stringify(records));
    bytes += size;
    const part = parts.at(-1);
    if (part && bytes <= MOST_BYTES_A_STATEMENT) part.push(records);
    else {
      parts.push([records]);
      bytes = size;
    }
  }
  return parts;
}

function writeStatement(
  { invoices, invoiceEvents }: ReportingTables,
  batch: readonly InvoiceRecords[],
  positionsOf?: ReportingTables,
): SQL {
  const { position: _drawn, ...eventColumns } = getTableColumns(invoiceEvents);
  const invoiceColumns = getTableColumns(invoices);
  const { invoiceId: _key, ...changing } = invoiceColumns;
  // The Data API has no arrays: rows travel as JSON, one parameter a table.
  const given = json(batch.map(({ invoice }) => rowIn(invoices, invoice)));
  const givenEvents = json(batch.flatMap(({ events }) => events.map((event) => rowIn(invoiceEvents, event))));
  const position = positionsOf
    ? sql`coalesce((select taken.position from ${positionsOf.invoiceEvents} as taken
        where taken.invoice_id = ordered.invoice_id and taken.version = ordered.version),
        nextval('reporting_feed_position'))`
    : sql`nextval('reporting_feed_position')`;
  return sql`
    with locked as materialized (
      select pg_advisory_xact_lock(${sql.raw(String(POSITIONS_LOCK))})
    ),
    -- The sort ends only after the lock is there, and positions are drawn after the sort.
    ordered as (
      select given.*
      from locked, jsonb_to_recordset(${givenEvents}::jsonb) as given(${shape(eventColumns)})
      order by committed_at, invoice_id, version
    ),
    events as (
      insert into ${invoiceEvents} (${names(eventColumns)}, position)
      select ${names(eventColumns)}, ${position} from ordered
      on conflict (invoice_id, version) do nothing
      returning 1
    ),
    written as (
      insert into ${invoices} as kept (${names(invoiceColumns)})
      select ${names(invoiceColumns)}
      from locked, jsonb_to_recordset(${given}::jsonb) as given(${shape(invoiceColumns)})
      on conflict (invoice_id) do update set ${sql.join(
        Object.values(changing).map(({ name }) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`),
        sql`, `,
      )}
      where kept.version < excluded.version
      returning 1
    )
    select json_build_object('written', (select count(*) from written))::text as row`;
}

type Columns = Readonly<Record<string, { readonly name: string; getSQLType(): string }>>;

const names = (columns: Columns): SQL =>
  sql.join(
    Object.values(columns).map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

const shape = (columns: Columns): SQL =>
  sql.join(
    Object.values(columns).map((column) => sql`${sql.identifier(column.name)} ${sql.raw(column.getSQLType())}`),
    sql`, `,
  );

const json = (rows: readonly object[]): string => JSON.stringify(rows);

/** A record under the names of its table's columns. */
function rowIn(table: Table, record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const columns: Columns = getTableColumns(table);
  return Object.fromEntries(
    Object.entries(columns).flatMap(([key, { name }]) => (key in record ? [[name, record[key] ?? null]] : [])),
  );
}
