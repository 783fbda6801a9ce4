import type { Known } from '../../events/event-store.ts';
import { type Decided, execute, type Occasion } from '../execute.ts';
import type { CommandDeps } from '../ports.ts';
import { startWork, workFor } from '../start-work.ts';
import { type CancelInvoice, decideCancel } from './decide.ts';

/**
 * Appends the request for cancellation and starts the workflow. Only the call that appended starts it, so that many calls are one
 * request to the authority; should it die in between, the reconciler does.
 *
 * @param known the invoice and its tip as they were read
 * @throws NothingToCancel, NoteReplaced, TooMuchContention
 */
export async function cancelInvoice(
  deps: CommandDeps,
  known: Known,
  command: CancelInvoice,
  occasion: Occasion,
): Promise<Decided> {
  const decided = await execute(deps, known.invoice.id, (invoice) => decideCancel(command, invoice), occasion, known);
  if (decided.commit) await startWork(deps, workFor(decided.invoice, 'cancellation', occasion.meta.traceId));
  return decided;
}
