import { type Commit, eventsIn } from '../events/commit.ts';
import type { EventStore } from '../events/event-store.ts';
import type { InvoiceEvent } from '../events/event-types.ts';
import { type ChainVerdict, verifyChain } from '../events/hash-chain.ts';
import { type InvoiceId, ownerOf } from '../events/ids.ts';
import { fold, ImpossibleHistory, type Invoice } from '../events/invoice.ts';
import { UnreadableEvent, upcast } from '../events/upcasters.ts';
import { fromRow } from '../projections/invoice-row.ts';
import type { InvoicesTable } from '../projections/invoices-table.ts';
import { type Caller, checkVisible } from './access.ts';
import { notFound } from './problem.ts';
import { NO_COMPANY } from './stream.ts';

export interface VisibleHistory {
  readonly commits: readonly Commit[];
  readonly chain: ChainVerdict;
  /** CNPJ of the company that the invoice belongs to; {@link NO_COMPANY} where stream and row were both edited. */
  readonly owner: string;
}

/**
 * The history as it lies, with the verdict on its chain. One that somebody spoiled must still be shown to those it belongs to, and to
 * nobody else: the first event or the projection's row tells whose it is, if either still names the company that the id was derived from.
 *
 * @throws Problem 404 when there is none, or when it is another company's
 */
export async function visibleHistory(
  { events, invoices }: { readonly events: EventStore; readonly invoices: Pick<InvoicesTable, 'get'> },
  caller: Caller,
  invoiceId: InvoiceId,
): Promise<VisibleHistory> {
  // The witness first: a stream that is read after it has everything that the witness has seen.
  const row = await invoices.get(invoiceId);
  const commits = await events.load(invoiceId);
  if (commits.length === 0 && !row) throw notFound();
  const chain = verifyChain(commits, row && fromRow(row).tip);
  const whole = foldedBestEffort(invoiceId, commits.flatMap(eventsIn));
  const owner =
    (whole && whole.status !== 'NONE' ? ownerOf(invoiceId, whole) : undefined) ??
    (row && ownerOf(invoiceId, row)) ??
    NO_COMPANY;
  checkVisible(caller, owner);
  return { commits, chain, owner };
}

/** The folded state, or nothing where a spoiled stream tells no possible story. */
export function foldedBestEffort(invoiceId: InvoiceId, stored: Commit['events']): Invoice | undefined {
  try {
    return fold(invoiceId, stored.map(upcast) as InvoiceEvent[]);
  } catch (error) {
    if (error instanceof UnreadableEvent || error instanceof ImpossibleHistory) return undefined;
    throw error;
  }
}
