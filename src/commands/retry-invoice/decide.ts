import { canonicalJson } from '../../events/canonical-json.ts';
import { type Corrections, corrected, totalOf } from '../../events/emission.ts';
import { type EventData, event, type NewEvent } from '../../events/event-types.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice, InvoiceStatus } from '../../events/invoice.ts';

export interface RetryInvoice {
  readonly by: string;
  readonly reason: string;
  readonly corrections?: Corrections;
  /** Where the document of the corrected emission was stored. */
  readonly xmlKey: string;
  /** Where another authority is to take it than the one that refused. */
  readonly rerouted?: EventData<'RetryRequested'>['rerouted'];
  /** The document leaves the given rate of the ISS out. */
  readonly rateLeftOut?: true | undefined;
}

/** Only a failed invoice can be sent again. */
export class NothingToRetry extends Error {
  override readonly name = 'NothingToRetry';
  readonly code = 'nothing-to-retry';
  readonly status: InvoiceStatus | 'NONE';
  constructor(invoiceId: InvoiceId, status: InvoiceStatus | 'NONE') {
    super(`Invoice ${invoiceId} is ${status}: there is nothing to retry`);
    this.status = status;
  }
}

/**
 * The rule names another authority by now, and the first one may have a note of the invoice: asking the other would be a second note for
 * one sale.
 */
export class NoteMayExist extends Error {
  override readonly name = 'NoteMayExist';
  readonly code = 'note-may-exist';
  constructor(invoiceId: InvoiceId) {
    super(`Invoice ${invoiceId} may have a note at its first authority: no other is asked for one`);
  }
}

/**
 * The national system refused to replace the note because the service is confirmed. A confirmation is final, so the same replacement
 * can only be refused again.
 */
export class ReplacedNoteConfirmed extends Error {
  override readonly name = 'ReplacedNoteConfirmed';
  readonly code = 'replaced-note-confirmed';
  constructor(invoiceId: InvoiceId) {
    super(`The note that invoice ${invoiceId} replaces is confirmed: no replacement of it is accepted`);
  }
}

/** The service was confirmed by a party (E0070), or tacitly when the municipal term ended (E0072). */
const CONFIRMED: ReadonlySet<string> = new Set(['E0070', 'E0072']);

/** A failed invoice is sent again. At the same authority it keeps its DPS number, since a refusal does not use the number up. */
export function decideRetry(command: RetryInvoice, invoice: Invoice): readonly NewEvent[] {
  switch (invoice.status) {
    case 'FAILED': {
      const { by, reason, corrections, rerouted, rateLeftOut, xmlKey } = command;
      if (rerouted && invoice.noteInDoubt) throw new NoteMayExist(invoice.id);
      const { amounts, replaces } = corrected(invoice, corrections);
      const replacesSame = replaces !== undefined && replaces.accessKey === invoice.replaces?.accessKey;
      if (replacesSame && CONFIRMED.has(invoice.error?.code ?? '')) throw new ReplacedNoteConfirmed(invoice.id);
      return [
        event('RetryRequested', {
          by,
          reason,
          ...(corrections ? { corrections } : {}),
          ...(rerouted ? { rerouted } : {}),
          ...(rateLeftOut ? { rateLeftOut } : {}),
          total: totalOf(amounts),
          xmlKey,
        }),
      ];
    }
    case 'EMITTED':
      // Asked before with these corrections (or with none): it waits already, as asked.
      if (canonicalJson(corrected(invoice, command.corrections)) === canonicalJson(invoice)) return [];
      throw new NothingToRetry(invoice.id, invoice.status);
    case 'ISSUED':
    case 'CANCELLING':
    case 'CANCELLED':
    case 'NONE':
      throw new NothingToRetry(invoice.id, invoice.status);
  }
}
