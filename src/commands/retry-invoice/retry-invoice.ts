import { type Corrections, corrected } from '../../events/emission.ts';
import type { Known } from '../../events/event-store.ts';
import { type Decided, execute, type Occasion } from '../execute.ts';
import type { CommandDeps } from '../ports.ts';
import { AUTHORITY_UNAVAILABLE, OUTCOME_UNKNOWN } from '../record-outcome/decide.ts';
import { startWork, workFor } from '../start-work.ts';
import { type StoreDpsDeps, storeDps } from '../store-dps.ts';
import { decideRetry, NothingToRetry } from './decide.ts';

export interface RetryRequest {
  readonly by: string;
  readonly reason: string;
  readonly corrections?: Corrections;
}

/** Failures that no answer of the authority stands behind. */
const UNANSWERED: ReadonlySet<string> = new Set([OUTCOME_UNKNOWN, AUTHORITY_UNAVAILABLE]);

/**
 * Builds the document of the corrected emission, stores it, appends `RetryRequested` and starts the workflow. The document
 * comes before the event that names it, as in an emission.
 *
 * @param known the invoice and its tip as they were read; the corrections are meant for this state
 * @throws NothingToRetry, TooMuchContention
 */
export async function retryInvoice(
  deps: CommandDeps & StoreDpsDeps,
  known: Known,
  request: RetryRequest,
  occasion: Occasion,
): Promise<Decided> {
  const { invoice } = known;
  if (invoice.status === 'NONE') throw new NothingToRetry(invoice.id, invoice.status);
  // What may have a note already is sent as it was, so that the note is recognised.
  const same = UNANSWERED.has(invoice.error?.code ?? '') && !request.corrections;
  const xmlKey =
    invoice.status === 'FAILED' && !same
      ? await storeDps(deps, invoice.id, corrected(invoice, request.corrections), invoice.dps, occasion.at)
      : invoice.xmlKey;
  const decided = await execute(
    deps,
    invoice.id,
    (current) => decideRetry({ ...request, xmlKey }, current),
    occasion,
    known,
  );
  if (decided.commit) await startWork(deps, workFor(decided.invoice, 'retry', occasion.meta.traceId));
  return decided;
}
