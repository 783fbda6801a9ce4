import type { Commit } from '../events/commit.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { InvoiceRow } from './invoice-row.ts';
import type { LiveInvoices } from './live-invoices.ts';
import { type ProjectorDeps, project } from './projector.ts';

export interface EverywhereDeps extends Omit<ProjectorDeps, 'invoices'> {
  readonly invoices: Pick<LiveInvoices, 'all'>;
  /** A table that nobody is served from could not be written. */
  readonly onBesideFailure: (invoiceId: InvoiceId, error: unknown) => void;
}

/**
 * {@link project} into the live table, and into the one beside it while there is a rebuild or one can be rolled back. What fails there
 * must not hold up the live one: the comparison before the switch finds the row, and the next event of the invoice mends it.
 *
 * @returns what was written to the live table
 */
export async function projectEverywhere(
  deps: EverywhereDeps,
  invoiceId: InvoiceId,
  signals: readonly Commit[],
): Promise<InvoiceRow | undefined> {
  const { live, beside } = await deps.invoices.all();
  const written = await project({ ...deps, invoices: live }, invoiceId, signals);
  for (const invoices of beside) {
    await project({ ...deps, invoices }, invoiceId, signals).catch((error: unknown) =>
      deps.onBesideFailure(invoiceId, error),
    );
  }
  return written;
}
