import { type SQL, sql } from 'drizzle-orm';
import type { InvoiceId } from '../../events/ids.ts';
import type { ReportingDatabase } from './database.ts';
import type { ReportingTables } from './schema.ts';

/** Where an event is: in the feed, in its stream, and in its commit. What happened is in the event store. */
export interface FeedEntry {
  readonly position: number;
  readonly invoiceId: InvoiceId;
  readonly version: number;
  readonly companyCnpj: string;
  readonly type: string;
  readonly at: string;
  readonly commitVersion: number;
  readonly commitHash: string;
}

/**
 * The next events of some companies, in the order in which they became visible. Positions are drawn under a lock that is held until
 * their transaction's end (see {@link writeRecords}), so nothing ever turns up before a position that was read.
 *
 * @param after position of the last event that the reader has; 0 from the beginning
 * @throws DatabaseUnavailable
 */
export function feedAfter(
  database: ReportingDatabase,
  tables: ReportingTables,
  companies: readonly string[] | '*',
  after: number,
  limit: number,
): Promise<readonly FeedEntry[]> {
  return database.rows<FeedEntry>(feedStatement(tables, companies, after, limit));
}

/** The statement as it is sent: also what `EXPLAIN` is asked about. */
export function feedStatement(
  { invoiceEvents }: ReportingTables,
  companies: readonly string[] | '*',
  after: number,
  limit: number,
): SQL {
  const entry = sql.raw(`json_build_object('position', position, 'invoiceId', invoice_id, 'version', version,
    'companyCnpj', company_cnpj, 'type', type, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'commitVersion', commit_version, 'commitHash', commit_hash)::text as row`);
  if (companies === '*') {
    return sql`select ${entry} from ${invoiceEvents} where position > ${after}::bigint order by position limit ${limit}::int`;
  }
  // A few rows of each company by its own index, rather than all rows of everybody until there are enough of theirs.
  return sql`
    select ${entry} from (
      select next.*
      from jsonb_array_elements_text(${JSON.stringify(companies)}::jsonb) as mine(cnpj)
      cross join lateral (
        select * from ${invoiceEvents}
        where company_cnpj = mine.cnpj and position > ${after}::bigint
        order by position limit ${limit}::int
      ) as next
      order by position limit ${limit}::int
    ) as entries
    order by position`;
}
