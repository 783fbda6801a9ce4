import type { Work } from '../commands/work.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import type { Delivery } from './work-message.ts';

/**
 * Whether an earlier handling submitted the invoice, as far as its history and the message tell before the authority is asked.
 *
 * - `never`: no handling can have, so it is sent at once.
 * - `perhaps`: another message of the invoice may have been handled. The authority is asked first, and while it does not answer, the
 *   history's last word stands.
 * - `certainly`: it has to be taken as submitted, because another handling had this very message, or the history says that the outcome
 *   is unknown or that the authority is processing it.
 */
export type PriorSubmission = 'never' | 'perhaps' | 'certainly';

export function priorSubmission(
  { attempt, deferralReason }: Pick<LivingInvoice, 'attempt' | 'deferralReason'>,
  work: Work,
  { receiveCount }: Delivery,
): PriorSubmission {
  // A repair stands for a message that ended in the DLQ: it was received before, whatever this one's own count says.
  if (receiveCount > 1 || work.origin === 'repair') return 'certainly';
  if (deferralReason !== undefined && deferralReason !== 'provider-unavailable') return 'certainly';
  return attempt > 0 || followsAnother(work) ? 'perhaps' : 'never';
}

/** Whether somebody asked for the work because an earlier message may have come to nothing. */
function followsAnother({ origin, emitted }: Work): boolean {
  switch (origin) {
    case 'emission':
      return emitted === undefined; // a client without an answer asked again: the first message may be with another worker
    case 'reconciliation':
    case 'replay':
    case 'repair':
      return true;
    case 'retry':
    case 'cancellation':
      return false;
  }
}

/** What a deferral says where the authority told nothing new. */
export function reasonToWait(
  prior: PriorSubmission,
  { deferralReason }: Pick<LivingInvoice, 'deferralReason'>,
): 'provider-unavailable' | 'outcome-unknown' {
  switch (prior) {
    case 'never':
      return 'provider-unavailable';
    case 'perhaps':
      return deferralReason === 'provider-unavailable' ? deferralReason : 'outcome-unknown';
    case 'certainly':
      return 'outcome-unknown';
  }
}

/** Whether an invoice that ended without a note may have one all the same, which only the authority can tell. */
export function isNoteInQuestion(
  { status, note }: Pick<LivingInvoice, 'status' | 'note'>,
  prior: PriorSubmission,
): boolean {
  return (status === 'FAILED' || status === 'CANCELLED') && note === undefined && prior === 'certainly';
}
