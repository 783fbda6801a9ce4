import { describe, expect, it } from 'vitest';
import {
  accessKey,
  cancelled,
  cancelledUnsent,
  cancelRequested,
  companyCnpj,
  deferred,
  emitted,
  failed,
  issued,
  replayRequested,
} from '../../../test/invoices.ts';
import { folded, given } from '../../../test/specification.ts';
import { event, type NewEvent } from '../../events/event-types.ts';
import { invoiceIdFor } from '../../events/ids.ts';
import type { Invoice } from '../../events/invoice.ts';
import { decideReplay, type Handling, handlingOf } from './decide.ts';

const replay = (invoice: Invoice) => decideReplay(replayRequested.data, invoice);
const replacing = event('Emitted', {
  ...emitted.data,
  replaces: {
    accessKey,
    invoiceId: invoiceIdFor(companyCnpj, 'pedido-117'),
    reasonCode: '99',
    reason: 'Correção do valor',
  },
});
const another = event('ReplayRequested', { ...replayRequested.data, letterId: 'another' });

describe('the replay of a dead letter', () => {
  it('is on record for an invoice that waits', () => given(emitted).when(replay).thenHappens(replayRequested));
  it('is on record for a cancellation that waits', () =>
    given(emitted, issued, cancelRequested).when(replay).thenHappens(replayRequested));
  it('is on record for a refusal that is looked into', () =>
    given(emitted, failed).when(replay).thenHappens(replayRequested));
  it('is on record once, though two operators ask', () => given(emitted, replayRequested).when(replay).thenNothing());
  it('is on record again when the work failed again, which is another letter', () =>
    given(emitted, another).when(replay).thenHappens(replayRequested));
  it('is not on record of what is issued', () => given(emitted, issued).when(replay).thenNothing());
  it('is not on record of what is cancelled', () =>
    given(emitted, cancelRequested, cancelledUnsent).when(replay).thenNothing());
  it('is not on record of what does not exist', () => given().when(replay).thenNothing());
});

describe('what becomes of a dead letter', () => {
  it.each<[string, readonly NewEvent[], string, Handling, Handling]>([
    ['an invoice that waits', [emitted, deferred], 'worker-died', 'start', 'start'],
    ['an invoice that waits and was contradicted', [emitted], 'contradictory-outcome', 'start', 'start'],
    ['a cancellation that waits', [emitted, issued, cancelRequested], 'worker-died', 'start', 'start'],
    ['an issued invoice', [emitted, issued], 'worker-died', 'drop', 'drop'],
    ['an issued invoice that was contradicted', [emitted, issued], 'contradictory-outcome', 'keep', 'keep'],
    ["an issued invoice whose note took another's place", [replacing, issued], 'worker-died', 'start', 'start'],
    [
      "a cancelled note that had taken another's place",
      [replacing, issued, cancelRequested, cancelled],
      'worker-died',
      'start',
      'start',
    ],
    [
      "an issued invoice whose note took another's place and was contradicted",
      [replacing, issued],
      'contradictory-outcome',
      'keep',
      'keep',
    ],
    [
      'an issued invoice that replaced a note which nobody has',
      [replacing, issued],
      'not-the-replaced-note',
      'keep',
      'keep',
    ],
    ['a failed invoice', [emitted, failed], 'worker-died', 'keep', 'start'],
    ['a cancelled note', [emitted, issued, cancelRequested, cancelled], 'worker-died', 'drop', 'drop'],
    [
      'a cancelled note that was contradicted',
      [emitted, issued, cancelRequested, cancelled],
      'contradictory-outcome',
      'keep',
      'keep',
    ],
    ['an invoice cancelled unsent', [emitted, cancelRequested, cancelledUnsent], 'worker-died', 'keep', 'start'],
    [
      'an invoice cancelled unsent that has a note after all',
      [emitted, cancelRequested, cancelledUnsent],
      'contradictory-outcome',
      'keep',
      'start',
    ],
    ['an invoice whose note was found meanwhile', [emitted, failed, issued], 'note-in-question', 'drop', 'drop'],
    ['an invoice that nobody knows', [], 'malformed-message', 'keep', 'keep'],
  ])('of %s', (_title, history, cause, byReplay, byRepair) => {
    const invoice = folded(history);
    expect([handlingOf('replay', cause, invoice), handlingOf('repair', cause, invoice)]).toEqual([byReplay, byRepair]);
  });
});
