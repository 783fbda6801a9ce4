import { event, type NewEvent } from '../../events/event-types.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';

/** A note has taken the place of another. */
export interface Replacement {
  readonly companyCnpj: string;
  /** The invoice of the new note. */
  readonly by: InvoiceId;
  readonly nfseNumber: string;
  readonly accessKey?: string | undefined;
  readonly providerProtocol: string;
  /** ISO 8601 with offset: when the new note was issued, and the old one cancelled by that. */
  readonly issuedAt: string;
  /** The note that was replaced, as the emission of the new one named it. */
  readonly replaced: { readonly accessKey: string; readonly reasonCode: string; readonly reason?: string | undefined };
}

/** The invoice has no note of that key and company: an emission was accepted that named the wrong one. */
export class NotTheReplacedNote extends Error {
  override readonly name = 'NotTheReplacedNote';
  readonly code = 'not-the-replaced-note';
  constructor(invoiceId: InvoiceId, replacement: Replacement) {
    super(`Invoice ${invoiceId} is not of the note that invoice ${replacement.by} replaced`);
  }
}

/**
 * The authority cancelled the note in the step that issued the one in its place. What is said here is what happened there, so that
 * nothing is asked of the authority; told again, there is nothing new to say.
 *
 * @throws NotTheReplacedNote
 */
export function decideReplaced(replacement: Replacement, invoice: Invoice): readonly NewEvent[] {
  const { by, nfseNumber, accessKey, providerProtocol, issuedAt, replaced } = replacement;
  if (invoice.status === 'NONE' || invoice.companyCnpj !== replacement.companyCnpj) {
    throw new NotTheReplacedNote(invoice.id, replacement);
  }
  if (invoice.note?.accessKey !== replaced.accessKey) throw new NotTheReplacedNote(invoice.id, replacement);
  const replacedBy = { invoiceId: by, nfseNumber, ...(accessKey ? { accessKey } : {}) };
  const cancelled = event('Cancelled', { cancelledAt: issuedAt, protocol: providerProtocol, replacedBy });
  switch (invoice.status) {
    case 'ISSUED': {
      const reason = replaced.reason ?? `Substituída pela NFS-e ${nfseNumber}`;
      return [event('CancelRequested', { by, reasonCode: replaced.reasonCode, reason }), cancelled];
    }
    case 'CANCELLING': // asked for meanwhile: it is what has come to pass, by another way
      return [cancelled];
    case 'CANCELLED':
      return [];
    case 'EMITTED':
    case 'FAILED': // an invoice with a note is neither
      throw new NotTheReplacedNote(invoice.id, replacement);
  }
}
