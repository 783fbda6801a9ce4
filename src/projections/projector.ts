import { type Commit, START, type Tip, tipAfter } from '../events/commit.ts';
import { type EventStore, read } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { evolve, type Invoice, initialState } from '../events/invoice.ts';
import { upcast } from '../events/upcasters.ts';
import { follow, inOrder } from './announced.ts';
import { fromRow, type InvoiceRow, rowOf } from './invoice-row.ts';
import type { InvoicesTable } from './invoices-table.ts';

export interface ProjectorDeps {
  readonly events: EventStore;
  readonly invoices: InvoicesTable;
  readonly reconcileAfterSeconds: number;
}

/**
 * Brings one invoice's row up to date. The commits are a signal, the store is the truth: they are folded onto the row where they
 * follow it without a gap, and the stream is read again where they do not. The write is guarded by version, so this may be called
 * twice, late, and in any order.
 *
 * @param signals commits of this invoice as they were announced, in any order
 * @returns the row written, or `undefined` when the projection was as far already
 */
export async function project(
  deps: ProjectorDeps,
  invoiceId: InvoiceId,
  signals: readonly Commit[],
): Promise<InvoiceRow | undefined> {
  const news = inOrder(signals);
  // A stream that begins in this very batch has no row to read.
  const row = news[0]?.version === START.version ? undefined : await deps.invoices.get(invoiceId);
  const known: { invoice: Invoice; tip: Tip } = row ? fromRow(row) : { invoice: initialState(invoiceId), tip: START };
  const fresh = news.filter(({ version }) => version >= known.tip.version);
  if (fresh.length === 0) return undefined;
  const folded = follow(known.tip, fresh)
    ? { invoice: foldOnto(known.invoice, fresh), tip: tipAfter(fresh.at(-1) as Commit) }
    : read(invoiceId, await deps.events.load(invoiceId));
  if (folded.invoice.status === 'NONE') return undefined; // announced, then removed by hand: the history tells that
  const next = rowOf(folded.invoice, folded.tip, deps.reconcileAfterSeconds);
  return (await deps.invoices.put(next)) ? next : undefined;
}

function foldOnto(invoice: Invoice, commits: readonly Commit[]): Invoice {
  return commits
    .flatMap(({ events }) => events)
    .map(upcast)
    .reduce<Invoice>(evolve, invoice);
}
