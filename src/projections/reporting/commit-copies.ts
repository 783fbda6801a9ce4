import { type SQL, sql } from 'drizzle-orm';
import { type InvoiceId, parseInvoiceId } from '../../events/ids.ts';
import type { ReportingDatabase } from './database.ts';
import type { ReportingTables } from './schema.ts';

/** Version and hash of a commit, as its events' rows repeat them. */
export interface CommitCopy {
  readonly version: number;
  readonly hash: string;
}

/** The Data API answers with up to 1 MiB; a commit takes some 75 bytes of it. */
const MAX_INVOICES_PER_STATEMENT = 200;
const MAX_IDS_PER_STATEMENT = 5_000;

/**
 * The commits that the reporting tables know of these invoices. An invoice that they do not know is not in the map.
 *
 * @throws DatabaseUnavailable
 */
export async function commitCopies(
  database: ReportingDatabase,
  { invoiceEvents }: ReportingTables,
  invoiceIds: readonly InvoiceId[],
): Promise<ReadonlyMap<InvoiceId, readonly CommitCopy[]>> {
  const copies = new Map<InvoiceId, readonly CommitCopy[]>();
  for (let start = 0; start < invoiceIds.length; start += MAX_INVOICES_PER_STATEMENT) {
    const part = JSON.stringify(invoiceIds.slice(start, start + MAX_INVOICES_PER_STATEMENT));
    const rows = await database.rows<{ invoiceId: InvoiceId; commits: readonly CommitCopy[] }>(sql`
      select json_build_object('invoiceId', invoice_id, 'commits',
        json_agg(json_build_object('version', commit_version, 'hash', commit_hash) order by commit_version))::text as row
      from (
        select distinct invoice_id, commit_version, commit_hash from ${invoiceEvents}
        where invoice_id in (select jsonb_array_elements_text(${part}::jsonb))
      ) as commits
      group by invoice_id`);
    for (const { invoiceId, commits } of rows) copies.set(invoiceId, commits);
  }
  return copies;
}

/**
 * Every invoice of which the reporting tables know a commit, in the order of ids. A text that is no invoice's id is left out: no
 * stream can have it.
 *
 * @throws DatabaseUnavailable
 */
export async function* invoicesWithCopies(
  database: ReportingDatabase,
  { invoiceEvents }: ReportingTables,
): AsyncIterable<readonly InvoiceId[]> {
  let after = '';
  for (;;) {
    const ids = await database.rows<string>(idsStatement(invoiceEvents, after));
    const last = ids.at(-1);
    if (last === undefined) return;
    yield ids.map(parseInvoiceId).filter((id) => id !== undefined);
    after = last;
  }
}

function idsStatement(invoiceEvents: ReportingTables['invoiceEvents'], after: string): SQL {
  return sql`
    select to_json(invoice_id)::text as row from (
      select distinct invoice_id from ${invoiceEvents}
      where invoice_id > ${after} order by invoice_id limit ${MAX_IDS_PER_STATEMENT}::int
    ) as ids
    order by invoice_id`;
}
