import type { Tip } from '../events/commit.ts';
import { type EventStore, read } from '../events/event-store.ts';
import { type InvoiceId, ownerOf, parseInvoiceId } from '../events/ids.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { type Caller, checkVisible } from './access.ts';
import type { Call } from './lambda.ts';
import { notFound } from './problem.ts';

/** The invoice that the path names. @throws Problem 404 for text that cannot be an id */
export function invoiceIdIn({ event }: Call): InvoiceId {
  const id = parseInvoiceId(event.pathParameters?.invoiceId);
  if (!id) throw notFound();
  return id;
}

/** Stands for the company of an invoice whose stored company was edited: only who sees every company sees it. */
export const NO_COMPANY = '';

/** The invoice as its stream tells it. @throws Problem 404 when there is none, or when it is another company's */
export async function visibleInvoice(
  events: EventStore,
  caller: Caller,
  invoiceId: InvoiceId,
): Promise<{ invoice: LivingInvoice; tip: Tip }> {
  const { invoice, tip } = read(invoiceId, await events.load(invoiceId));
  if (invoice.status === 'NONE') throw notFound();
  checkVisible(caller, ownerOf(invoiceId, invoice) ?? NO_COMPANY);
  return { invoice, tip };
}
