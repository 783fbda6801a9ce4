import { type Corrections, corrected } from '../../events/emission.ts';
import { read } from '../../events/event-store.ts';
import type { InvoiceId } from '../../events/ids.ts';
import { type Decided, execute, type Occasion } from '../execute.ts';
import type { CommandDeps, Documents } from '../ports.ts';
import { startWork, workFor } from '../start-work.ts';
import { type DpsSettings, storeDps } from '../store-dps.ts';
import { decideRetry, NothingToRetry } from './decide.ts';

export interface RetryRequest {
  readonly by: string;
  readonly reason: string;
  readonly corrections?: Corrections;
}

/**
 * Builds the document of the corrected emission, stores it, appends `RetryRequested` and starts the workflow. The document
 * comes before the event that names it, as in an emission.
 *
 * @throws NothingToRetry, TooMuchContention
 */
export async function retryInvoice(
  deps: CommandDeps & { readonly documents: Documents; readonly dps: DpsSettings },
  invoiceId: InvoiceId,
  request: RetryRequest,
  occasion: Occasion,
): Promise<Decided> {
  const known = read(invoiceId, await deps.events.load(invoiceId));
  const { invoice } = known;
  if (invoice.status === 'NONE') throw new NothingToRetry(invoiceId, invoice.status);
  const xmlKey =
    invoice.status === 'FAILED'
      ? await storeDps(deps, invoiceId, corrected(invoice, request.corrections), invoice.dps, occasion.at)
      : invoice.xmlKey;
  const decided = await execute(
    deps,
    invoiceId,
    (current) => decideRetry({ ...request, xmlKey }, current),
    occasion,
    known,
  );
  await startWork(deps, workFor(decided.invoice, 'retry', occasion.meta.traceId));
  return decided;
}
