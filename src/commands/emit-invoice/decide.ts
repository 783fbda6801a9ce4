import type { Emission } from '../../events/emission.ts';
import { totalOf } from '../../events/emission.ts';
import { event, type NewEvent } from '../../events/event-types.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';

export interface EmitInvoice {
  readonly requestId: string;
  readonly emission: Emission;
  readonly provider: string;
  readonly dps: { readonly series: string; readonly number: number };
  /** Where the document was stored. */
  readonly xmlKey: string;
}

/** The stream of this request has begun. Whether it is the same emission is for the caller to compare. */
export class AlreadyEmitted extends Error {
  override readonly name = 'AlreadyEmitted';
  readonly code = 'already-emitted';
  constructor(invoiceId: InvoiceId) {
    super(`Invoice ${invoiceId} was emitted before`);
  }
}

/** A client's emission is accepted. */
export function decideEmit({ emission, ...facts }: EmitInvoice, invoice: Invoice): readonly NewEvent[] {
  switch (invoice.status) {
    case 'NONE':
      return [event('Emitted', { ...emission, ...facts, total: totalOf(emission.amounts) })];
    case 'EMITTED':
    case 'ISSUED':
    case 'FAILED':
    case 'CANCELLING':
    case 'CANCELLED':
      throw new AlreadyEmitted(invoice.id);
  }
}
