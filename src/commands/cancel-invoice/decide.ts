import { event, type NewEvent, type Replacing } from '../../events/event-types.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';

export interface CancelInvoice {
  readonly by: string;
  /** 1 issuing error, 2 service not rendered, 9 other (national event 101101, `cMotivo`). */
  readonly reasonCode: '1' | '2' | '9';
  /** 15 to 255 characters (`xMotivo`). */
  readonly reason: string;
}

/** There is no note, and none on its way, that could be cancelled. */
export class NothingToCancel extends Error {
  override readonly name = 'NothingToCancel';
  readonly code = 'nothing-to-cancel';
  readonly status: 'FAILED' | 'NONE';
  constructor(invoiceId: InvoiceId, status: 'FAILED' | 'NONE') {
    super(`Invoice ${invoiceId} is ${status}: there is nothing to cancel`);
    this.status = status;
  }
}

/** Another note took the place of this one, which was cancelled by that. The sale is invoiced by the other note. */
export class NoteReplaced extends Error {
  override readonly name = 'NoteReplaced';
  readonly code = 'note-replaced';
  readonly replacedBy: Replacing;
  constructor(invoiceId: InvoiceId, replacedBy: Replacing) {
    super(`The note of invoice ${invoiceId} was replaced by that of invoice ${replacedBy.invoiceId}`);
    this.replacedBy = replacedBy;
  }
}

/** A cancellation is asked for. The city hall's answer arrives later, as `Cancelled` or `CancelFailed`. @throws NothingToCancel, NoteReplaced */
export function decideCancel(command: CancelInvoice, invoice: Invoice): readonly NewEvent[] {
  switch (invoice.status) {
    case 'CANCELLED':
      if (invoice.cancellation?.replacedBy) throw new NoteReplaced(invoice.id, invoice.cancellation.replacedBy);
      return [];
    case 'CANCELLING':
      return []; // asked before: the same answer, nothing new to say
    case 'EMITTED': // not sent yet, or in flight: the worker sees this before it submits, or issues and then cancels
    case 'ISSUED':
      return [event('CancelRequested', { by: command.by, reasonCode: command.reasonCode, reason: command.reason })];
    case 'FAILED':
    case 'NONE':
      throw new NothingToCancel(invoice.id, invoice.status);
  }
}
