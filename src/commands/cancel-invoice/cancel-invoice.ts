import type { InvoiceId } from '../../events/ids.ts';
import { type Decided, execute, type Occasion } from '../execute.ts';
import type { CommandDeps } from '../ports.ts';
import { startWork, workFor } from '../start-work.ts';
import { type CancelInvoice, decideCancel } from './decide.ts';

/**
 * Appends the request for cancellation and starts the workflow, which a repeated call does again while the cancellation waits.
 *
 * @throws NothingToCancel, TooMuchContention
 */
export async function cancelInvoice(
  deps: CommandDeps,
  invoiceId: InvoiceId,
  command: CancelInvoice,
  occasion: Occasion,
): Promise<Decided> {
  const decided = await execute(deps, invoiceId, (invoice) => decideCancel(command, invoice), occasion);
  await startWork(deps, workFor(decided.invoice, 'cancellation', occasion.meta.traceId));
  return decided;
}
