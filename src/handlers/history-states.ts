import type { StoredEvent } from '../events/commit.ts';
import type { InvoiceId } from '../events/ids.ts';
import { evolve, ImpossibleHistory, type Invoice, initialState } from '../events/invoice.ts';
import { UnreadableEvent, upcast } from '../events/upcasters.ts';
import { resource } from './resource.ts';

/** The invoice before and after one event, as the API gives it; `null` before the first. */
export interface StatesAround {
  readonly before: object | null;
  readonly after: object;
}

/**
 * The state before and after each event. Behind an event that cannot have happened nothing can be said any more: `undefined` from there.
 *
 * @param numbered a beginning of the history, each event with its version
 */
export function statesAround(
  invoiceId: InvoiceId,
  numbered: readonly { readonly event: StoredEvent; readonly number: number }[],
): (StatesAround | undefined)[] {
  let invoice: Invoice | undefined = initialState(invoiceId);
  let before: object | null = null;
  return numbered.map(({ event, number }) => {
    invoice = invoice && folded(invoice, event);
    if (!invoice) return undefined;
    const after = invoice.status === 'NONE' ? null : resource(invoice, number);
    const states = after && { before, after };
    before = after;
    return states ?? undefined;
  });
}

function folded(invoice: Invoice, event: StoredEvent): Invoice | undefined {
  try {
    return evolve(invoice, upcast(event));
  } catch (error) {
    if (error instanceof UnreadableEvent || error instanceof ImpossibleHistory) return undefined;
    throw error;
  }
}
