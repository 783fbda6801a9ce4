import { describe, expect, it } from 'vitest';
import {
  at,
  cancelFailed,
  cancelled,
  cancelledUnsent,
  cancelRequested,
  deferred,
  emitted,
  failed,
  issued,
  rejection,
  retryRequested,
} from '../../../test/invoices.ts';
import { folded, given } from '../../../test/specification.ts';
import { event } from '../../events/event-types.ts';
import type { Invoice } from '../../events/invoice.ts';
import { ContradictoryOutcome, decideOutcome, NoteInQuestion, type Outcome } from './decide.ts';

const recording = (outcome: Outcome) => (invoice: Invoice) => decideOutcome(outcome, invoice);
const note = issued.data;
const isIssued = recording({ kind: 'issued', ...note });
const isAnother = recording({ kind: 'issued', ...note, accessKey: note.accessKey?.replace('101', '102') });
const isOther = recording({ kind: 'issued', ...note, nfseNumber: '102' });
const isFailed = recording({ kind: 'failed', error: rejection, at, sentBefore: at });
const isFailedEarly = recording({ kind: 'failed', error: rejection, at, sentBefore: '2026-11-10T12:26:00.000Z' });
const { attempt: _, ...deferral } = deferred.data;
const isDeferred = recording({ kind: 'deferred', ...deferral });
const isInDoubt = recording({ kind: 'deferred', ...deferral, reason: 'outcome-unknown' });
const isCancelled = recording({ kind: 'cancelled', ...cancelled.data });
const isRefused = recording({ kind: 'cancel-failed', error: cancelFailed.data.error });

describe('record that a note was issued', () => {
  it('issues a waiting invoice', () => given(emitted).when(isIssued).thenHappens(issued));
  it('issues after deferrals', () => given(emitted, deferred).when(isIssued).thenHappens(issued));
  it('issues after a retry', () => given(emitted, failed, retryRequested).when(isIssued).thenHappens(issued));
  it('issues although a cancellation was asked for meanwhile, so that the note can be cancelled', () =>
    given(emitted, cancelRequested).when(isIssued).thenHappens(issued));
  it('says it once', () => given(emitted, issued).when(isIssued).thenNothing());
  it('says it once, even while the note is being cancelled', () =>
    given(emitted, issued, cancelRequested).when(isIssued).thenNothing());
  it('says it once, even after the note is cancelled', () =>
    given(emitted, issued, cancelRequested, cancelled).when(isIssued).thenNothing());
  it('never takes a second note for one invoice', () =>
    given(emitted, issued).when(isAnother).thenThrows(ContradictoryOutcome));
  it('tells notes apart by their number too, for those without a key', () =>
    given(emitted, issued).when(isOther).thenThrows(ContradictoryOutcome));
  it('never takes a second note while cancelling the first', () =>
    given(emitted, issued, cancelRequested).when(isAnother).thenThrows(ContradictoryOutcome));
  it('tells of a note that turns up after a failure', () => given(emitted, failed).when(isIssued).thenHappens(issued));
  it('alarms when a note appears for an invoice that was cancelled unsent', () =>
    given(emitted, cancelRequested, cancelledUnsent).when(isIssued).thenThrows(ContradictoryOutcome));
  it('cannot issue what does not exist', () => given().when(isIssued).thenThrows(ContradictoryOutcome));
});

describe('record that an invoice failed', () => {
  it('fails a waiting invoice', () => given(emitted).when(isFailed).thenHappens(failed));
  it('counts the attempts', () =>
    given(emitted, deferred)
      .when(isFailed)
      .thenHappens(event('Failed', { error: rejection, attempt: 2 })));
  it('reaches what a cancellation asked for, and keeps the refusal beside it', () =>
    given(emitted, cancelRequested).when(isFailed).thenHappens(failed, cancelledUnsent));
  it('does not settle a cancellation while somebody who has not seen it may still be sending', () =>
    given(emitted, cancelRequested).when(isFailedEarly).thenHappens(failed));
  it.each([
    ['failed', [emitted, failed]],
    ['was issued', [emitted, issued]],
    ['is being cancelled with its note', [emitted, issued, cancelRequested]],
    ['is cancelled', [emitted, issued, cancelRequested, cancelled]],
  ])('has nothing to say of an invoice that %s', (_title, events) =>
    given(...events)
      .when(isFailed)
      .thenNothing(),
  );
});

describe('record a deferral', () => {
  it('defers a waiting invoice', () => given(emitted).when(isDeferred).thenHappens(deferred));
  it('defers a cancellation', () => given(emitted, issued, cancelRequested).when(isDeferred).thenHappens(deferred));
  it('counts on', () =>
    given(emitted, deferred)
      .when(isDeferred)
      .thenHappens(event('SubmissionDeferred', { ...deferral, attempt: 2 })));
  it.each([
    ['failed', [emitted, failed]],
    ['was issued', [emitted, issued]],
    ['is cancelled', [emitted, issued, cancelRequested, cancelled]],
  ])('has nothing to say of an invoice that %s', (_title, events) =>
    given(...events)
      .when(isDeferred)
      .thenNothing(),
  );
  it.each([
    ['failed', [emitted, failed]],
    ['is cancelled unsent', [emitted, cancelRequested, cancelledUnsent]],
  ])('never lets an unheard answer go for an invoice that %s: there may be a note', (_title, events) =>
    given(...events)
      .when(isInDoubt)
      .thenThrows(NoteInQuestion),
  );
  it('lets an unheard answer go where the note is known', () => given(emitted, issued).when(isInDoubt).thenNothing());
});

describe('record the answer to a cancellation', () => {
  it('cancels the note', () => given(emitted, issued, cancelRequested).when(isCancelled).thenHappens(cancelled));
  it('cancels an invoice that was never sent', () =>
    given(emitted, cancelRequested).when(isCancelled).thenHappens(cancelled));
  it('says it once', () => given(emitted, issued, cancelRequested, cancelled).when(isCancelled).thenNothing());
  it('gives the note back when the city hall refuses', () =>
    given(emitted, issued, cancelRequested).when(isRefused).thenHappens(cancelFailed));
  it('says the refusal once', () =>
    given(emitted, issued, cancelRequested, cancelFailed).when(isRefused).thenNothing());
  it('is told of though another copy of the request was refused before', () =>
    given(emitted, issued, cancelRequested, cancelFailed).when(isCancelled).thenHappens(cancelled));
  it('is not undone by the refusal of another copy', () =>
    given(emitted, issued, cancelRequested, cancelled).when(isRefused).thenNothing());
  it('cannot be refused without a note', () =>
    given(emitted, cancelRequested).when(isRefused).thenThrows(ContradictoryOutcome));
  it.each([
    ['waits', [emitted]],
    ['failed', [emitted, failed]],
    ['was issued and nobody asked', [emitted, issued]],
  ])('cannot cancel an invoice that %s', (_title, events) =>
    given(...events)
      .when(isCancelled)
      .thenThrows(ContradictoryOutcome),
  );
  it.each([
    ['waits', [emitted]],
    ['failed', [emitted, failed]],
    ['was cancelled unsent', [emitted, cancelRequested, cancelledUnsent]],
  ])('cannot refuse to cancel an invoice that %s', (_title, events) =>
    given(...events)
      .when(isRefused)
      .thenThrows(ContradictoryOutcome),
  );
});

describe('the end of a cancellation', () => {
  it('is the same though it was refused to another copy first', () => {
    const refusedFirst = folded([emitted, issued, cancelRequested, cancelFailed, cancelled]);
    expect(refusedFirst).toEqual(folded([emitted, issued, cancelRequested, cancelled]));
  });

  it('is the same whichever message came first', () => {
    const cancelFirst = folded([emitted, cancelRequested, issued, cancelled]);
    const issueFirst = folded([emitted, issued, cancelRequested, cancelled]);
    expect(cancelFirst).toEqual(issueFirst);
  });
});

describe('an answer of the first authority, after another one took the invoice', () => {
  const rerouted = event('RetryRequested', {
    ...retryRequested.data,
    rerouted: {
      route: { authority: 'city', rule: 'company-decision' },
      provider: 'abrasf',
      dps: { series: '1', number: 119 },
    },
  });
  const elsewhere = given(emitted, failed, rerouted);
  const late = (outcome: Outcome) => (invoice: Invoice) => decideOutcome(outcome, invoice, 'national');

  it('is no news where it refuses again', () =>
    elsewhere.when(late({ kind: 'failed', error: rejection, at, sentBefore: at })).thenNothing());
  it('is no news where nothing was sent', () => elsewhere.when(late({ kind: 'deferred', ...deferral })).thenNothing());
  it('is for a person where it is a note: there may be two for one sale', () =>
    elsewhere.when(late({ kind: 'issued', ...note })).thenThrows(ContradictoryOutcome));
  it('is for a person where nobody heard it', () =>
    elsewhere
      .when(late({ kind: 'deferred', ...deferral, reason: 'outcome-unknown' }))
      .thenThrows(ContradictoryOutcome));
  it('does not get in the way of the other’s', () =>
    elsewhere.when((invoice) => decideOutcome({ kind: 'issued', ...note }, invoice, 'city')).thenHappens(issued));
});
