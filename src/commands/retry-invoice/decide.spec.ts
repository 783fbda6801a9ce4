import { describe, it } from 'vitest';
import {
  accessKey,
  cancelled,
  cancelRequested,
  emission,
  emitted,
  failed,
  issued,
  rejection,
  retryRequested,
} from '../../../test/invoices.ts';
import { given } from '../../../test/specification.ts';
import { event } from '../../events/event-types.ts';
import type { Invoice } from '../../events/invoice.ts';
import { decideRetry, NothingToRetry, ReplacedNoteConfirmed } from './decide.ts';

const { by, reason, xmlKey } = retryRequested.data;
const retry = (invoice: Invoice) => decideRetry({ by, reason, xmlKey }, invoice);
const corrections = { amounts: { ...emission.amounts, service: 120_000, unconditionalDiscount: 20_000 } };
const retryCorrected = (invoice: Invoice) => decideRetry({ by, reason, xmlKey, corrections }, invoice);
const retryCorrectedEvent = event('RetryRequested', { by, reason, xmlKey, corrections, total: 100_000 });

describe('retry an invoice', () => {
  it('sends a failed invoice again', () => given(emitted, failed).when(retry).thenHappens(retryRequested));
  it('puts the corrections in place, and the total they lead to', () =>
    given(emitted, failed).when(retryCorrected).thenHappens(retryCorrectedEvent));
  it('may be asked after each failure', () =>
    given(emitted, failed, retryRequested, failed).when(retry).thenHappens(retryRequested));
  it('has nothing to say when the retry waits already', () =>
    given(emitted, failed, retryCorrectedEvent).when(retryCorrected).thenNothing());
  it('has nothing to say when the invoice waits for its first answer', () => given(emitted).when(retry).thenNothing());
  it('cannot correct what is on its way', () => given(emitted).when(retryCorrected).thenThrows(NothingToRetry));
  it('cannot retry what was issued', () => given(emitted, issued).when(retry).thenThrows(NothingToRetry));
  it('cannot retry what is being cancelled', () =>
    given(emitted, issued, cancelRequested).when(retry).thenThrows(NothingToRetry));
  it('cannot retry what is cancelled', () =>
    given(emitted, issued, cancelRequested, cancelled).when(retry).thenThrows(NothingToRetry));
  it('cannot retry what does not exist', () => given().when(retry).thenThrows(NothingToRetry));
});

describe('retry a replacement that was refused', () => {
  const replaces = { accessKey, reasonCode: '05' as const };
  const replacing = event('Emitted', { ...emitted.data, replaces });
  const refused = (code: string) => event('Failed', { error: { ...rejection, code }, attempt: 1 });
  const without = { by, reason, xmlKey, corrections: { replaces: null } };

  it.each(['E0070', 'E0072'])('cannot replace a confirmed note (%s)', (code) =>
    given(replacing, refused(code)).when(retry).thenThrows(ReplacedNoteConfirmed),
  );
  it('cannot replace a confirmed note, whatever else is corrected', () =>
    given(replacing, refused('E0070')).when(retryCorrected).thenThrows(ReplacedNoteConfirmed));
  it('may be issued once it replaces nothing', () =>
    given(replacing, refused('E0070'))
      .when((invoice) => decideRetry(without, invoice))
      .thenHappens(event('RetryRequested', { ...without, total: retryRequested.data.total })));
  it('may be sent again after an analysis (E0068)', () =>
    given(replacing, refused('E0068')).when(retry).thenHappens(retryRequested));
});
