import { canonicalJson, NotCanonical } from '../events/canonical-json.ts';
import type { Commit } from '../events/commit.ts';
import { read } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { ImpossibleHistory } from '../events/invoice.ts';
import { UnreadableEvent } from '../events/upcasters.ts';
import { newestRow, rowOf } from './invoice-row.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * The members of a stored row of InvoicesTable that do not follow from the invoice's stream, as it was at the row's version.
 *
 * `dueAt` is compared by its presence alone: the reconciler moves it. A stream that cannot be folded gives no row to compare with; its
 * verification tells why.
 *
 * @param commits all of the stream, by version
 * @returns names of members, sorted
 */
export function rowDifferences(invoiceId: InvoiceId, stored: Members, commits: readonly Commit[]): readonly string[] {
  const row = newestRow(stored);
  const expected = expectedRow(
    invoiceId,
    commits.filter(({ next }) => typeof row.version === 'number' && next <= row.version + 1),
  );
  if (expected === undefined) return [];
  return [...new Set([...Object.keys(expected), ...Object.keys(row)])]
    .filter((name) => (name === 'dueAt' ? name in expected !== name in row : !isSame(expected[name], row[name])))
    .sort();
}

function expectedRow(invoiceId: InvoiceId, commits: readonly Commit[]): Members | undefined {
  try {
    const { invoice, tip } = read(invoiceId, commits);
    // As the table keeps it: without members that are `undefined`.
    return invoice.status === 'NONE' ? undefined : JSON.parse(JSON.stringify(rowOf(invoice, tip, 0)));
  } catch (error) {
    if (error instanceof UnreadableEvent || error instanceof ImpossibleHistory) return undefined;
    throw error;
  }
}

function isSame(expected: unknown, stored: unknown): boolean {
  if (expected === undefined || stored === undefined) return expected === stored;
  try {
    return canonicalJson(expected) === canonicalJson(stored);
  } catch (error) {
    // A stored value that JSON has no form for (a set, bytes, a number beyond safe integers) was not written by the projector.
    if (error instanceof NotCanonical) return false;
    throw error;
  }
}
