import { type EventData, event, type NewEvent } from '../../events/event-types.ts';
import type { Invoice, LivingInvoice } from '../../events/invoice.ts';
import type { ContradictoryOutcome } from '../record-outcome/decide.ts';
import type { NotTheReplacedNote } from '../replace-invoice/decide.ts';

/** `replay` asks for the work again, by the way it came; `repair` has the worker look into what seems to have ended, too. */
export type ReplayMode = EventData<'ReplayRequested'>['mode'];

/** What is to become of a dead letter: its work is started again, it is let go, or it stays for a person. */
export type Handling = 'start' | 'drop' | 'keep';

/**
 * What a dead letter is good for, now that its invoice is as it is. What is settled needs no letter. But a letter stands for a message
 * that had been received, and that may have made a note: of an invoice that ended without one it is all that tells of it, and only
 * asking the authority again can settle that, which is what `repair` does. Where a note took another's place, that one's invoice may
 * not have been told: the worker tells it again. What contradicts a note is for a person to see.
 *
 * @param cause code of what made it a dead letter
 */
export function handlingOf(mode: ReplayMode, cause: string, invoice: Invoice): Handling {
  switch (invoice.status) {
    case 'NONE':
      return 'keep';
    case 'EMITTED':
    case 'CANCELLING':
      return 'start';
    case 'FAILED':
    case 'ISSUED':
    case 'CANCELLED':
      if (!invoice.note) return mode === 'repair' ? 'start' : 'keep';
      if (isContradiction(cause)) return 'keep';
      return invoice.replaces?.invoiceId ? 'start' : 'drop';
  }
}

/** An authority's answer and a history, or two histories, that cannot both be true. */
const CONTRADICTIONS: ReadonlySet<string> = new Set<ContradictoryOutcome['code'] | NotTheReplacedNote['code']>([
  'contradictory-outcome',
  'not-the-replaced-note',
]);

/** Whether letters of this cause are for a person to see: what is told again is the same. */
export const isContradiction = (cause: string): boolean => CONTRADICTIONS.has(cause);

/** A replay is put on record once for each dead letter, however often the letter is met. What is cancelled stays as it is. */
export function decideReplay(command: EventData<'ReplayRequested'>, invoice: Invoice): readonly NewEvent[] {
  if (!takesRecord(invoice) || invoice.replay?.letterId === command.letterId) return [];
  return [event('ReplayRequested', command)];
}

/** Whether the history of the invoice, as it is, takes the record of a replay. */
export function takesRecord(invoice: Invoice): invoice is LivingInvoice {
  switch (invoice.status) {
    case 'EMITTED':
    case 'CANCELLING':
    case 'FAILED':
      return true;
    case 'ISSUED':
    case 'CANCELLED':
    case 'NONE':
      return false;
  }
}
