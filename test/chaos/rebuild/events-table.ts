import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { batchWrite, JOB_BACK_OFF, MAX_BATCH_WRITES } from '../../../src/aws/batches.ts';
import type { Commit } from '../../../src/events/commit.ts';
import type { Stream } from '../../../src/events/event-scan.ts';
import { type EventStore, read } from '../../../src/events/event-store.ts';
import type { InvoiceId } from '../../../src/events/ids.ts';
import { type InvoiceRow, rowOf } from '../../../src/projections/invoice-row.ts';
import { digestOf } from '../../../src/projections/rebuild/checksum.ts';

const AT_ONCE = 6;
const TELL_EVERY = 100 * MAX_BATCH_WRITES;
/** Leaves its trace in `dueAt` alone, which a comparison leaves out. */
const RECONCILE_AFTER_SECONDS = 300;

/**
 * Puts streams into EventsTable as they are, faster than they could be appended: the first commit of each, then the second, since none is
 * ever there before the one it follows.
 *
 * @param onWritten told how many commits, now and then
 */
export async function fill(
  client: DynamoDBDocumentClient,
  tableName: string,
  streams: readonly Stream[],
  onWritten: (commits: number) => void,
): Promise<void> {
  const longest = Math.max(...streams.map(({ commits }) => commits.length));
  let written = 0;
  for (let place = 0; place < longest; place++) {
    const before = written;
    const commits = streams.flatMap((stream) => stream.commits[place] ?? []);
    await putAll(client, tableName, commits, (more) => onWritten(before + more));
    written += commits.length;
  }
}

async function putAll(
  client: DynamoDBDocumentClient,
  tableName: string,
  commits: readonly Commit[],
  onWritten: (commits: number) => void,
): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < commits.length) {
      const from = next;
      next += MAX_BATCH_WRITES;
      const puts = commits.slice(from, from + MAX_BATCH_WRITES).map((Item) => ({ PutRequest: { Item } }));
      await batchWrite(client, tableName, puts, JOB_BACK_OFF);
      if (from % TELL_EVERY === 0) onWritten(from);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
}

/** The digest of the row that these commits lead to; `undefined` where they lead to none. */
export function foldedDigest(invoiceId: InvoiceId, commits: readonly Commit[]): string | undefined {
  const { invoice, tip } = read(invoiceId, commits);
  return invoice.status === 'NONE' ? undefined : rowDigest(rowOf(invoice, tip, RECONCILE_AFTER_SECONDS));
}

/** Whether a row is what its invoice's history leads to at the row's version, whole and in every member. */
export async function isComplete(events: Pick<EventStore, 'load'>, row: InvoiceRow): Promise<boolean> {
  const commits = (await events.load(row.invoiceId)).filter(({ version }) => version <= row.version);
  return foldedDigest(row.invoiceId, commits) === rowDigest(row);
}

/** The JSON of it, since what lies in a table has no members that are `undefined`. */
function rowDigest({ dueAt: _, ...row }: InvoiceRow): string {
  return digestOf(JSON.parse(JSON.stringify(row)));
}
