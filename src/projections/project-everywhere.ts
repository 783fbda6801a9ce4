import type { Commit } from '../events/commit.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { InvoiceRow } from './invoice-row.ts';
import type { LiveInvoices } from './live-invoices.ts';
import { type ProjectorDeps, project } from './projector.ts';

export interface EverywhereDeps extends Omit<ProjectorDeps, 'invoices'> {
  readonly invoices: Pick<LiveInvoices, 'all'>;
}

/**
 * The live table has the row, and one beside it does not. The record has to come again, whatever the cause: a switch or a rollback
 * may make that table the live one.
 */
export class NotWrittenBeside extends Error {
  override readonly name = 'NotWrittenBeside';
  readonly code = 'not-written-beside';
  constructor(invoiceId: InvoiceId, cause: unknown) {
    super(
      `${invoiceId} could not be written beside the live table: ${cause instanceof Error ? cause.message : cause}`,
      {
        cause,
      },
    );
  }
}

/**
 * {@link project} into the live table, and into the one beside it while there is a rebuild or one can be rolled back. The live one
 * comes first, so that it has the row even while the other cannot be written.
 *
 * @returns what was written to the live table
 * @throws NotWrittenBeside
 */
export async function projectEverywhere(
  deps: EverywhereDeps,
  invoiceId: InvoiceId,
  signals: readonly Commit[],
): Promise<InvoiceRow | undefined> {
  const { live, beside } = await deps.invoices.all();
  const written = await project({ ...deps, invoices: live }, invoiceId, signals);
  for (const invoices of beside) {
    await project({ ...deps, invoices }, invoiceId, signals).catch((error: unknown) => {
      throw new NotWrittenBeside(invoiceId, error);
    });
  }
  return written;
}
