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
  replayRequested,
} from '../../test/invoices.ts';
import {
  absent,
  found,
  mayBeSent,
  note,
  pending,
  protocol,
  queued,
  rejected,
  type Script,
  unavailable,
  unknown,
  work,
  worker,
} from '../../test/scripted-worker.ts';
import { nextLookAt } from '../commands/lanes/looks.ts';
import { ContradictoryOutcome, NoteInQuestion } from '../commands/record-outcome/decide.ts';
import type { NewEvent } from '../events/event-types.ts';
import type { Gate } from './lanes/gate.ts';
import type { FindOutcome } from './providers/provider.ts';

describe('a message that is not fresh', () => {
  it.each<[string, readonly NewEvent[], Script, readonly string[], readonly string[]]>([
    ['an invoice that may have been sent is looked up first', [emitted], { find: [found] }, ['find'], ['Issued']],
    [
      'what the authority does not have is sent',
      [emitted],
      { find: [absent], issue: [{ kind: 'issued', note }] },
      ['find', 'issue'],
      ['Issued'],
    ],
    [
      'nothing is sent while the look-up has no answer',
      [emitted, deferred],
      { find: [unknown] },
      ['find'],
      ['SubmissionDeferred'],
    ],
    [
      'nothing is sent while the look-up is down',
      [emitted, deferred],
      { find: [unavailable] },
      ['find'],
      ['SubmissionDeferred'],
    ],
    ['an issued invoice is left alone', [emitted, issued], {}, [], []],
    ['a failed invoice is left alone', [emitted, failed], {}, [], []],
    ['a cancelled invoice is left alone', [emitted, issued, cancelRequested, cancelled], {}, [], []],
    ['a refused cancellation is left alone', [emitted, issued, cancelRequested, cancelFailed], {}, [], []],
    [
      'a note is cancelled',
      [emitted, issued, cancelRequested],
      { cancel: [{ kind: 'cancelled', protocol: 'EVT1', cancelledAt: at }] },
      ['cancel'],
      ['Cancelled'],
    ],
    [
      'a cancellation may be refused',
      [emitted, issued, cancelRequested],
      { cancel: [rejected] },
      ['cancel'],
      ['CancelFailed'],
    ],
    [
      'a cancellation may have to wait',
      [emitted, issued, cancelRequested],
      { cancel: [unknown] },
      ['cancel'],
      ['SubmissionDeferred'],
    ],
    [
      'a note that was issued before its cancellation is found, then cancelled',
      [emitted, cancelRequested],
      { find: [found], cancel: [{ kind: 'cancelled', protocol: 'EVT1', cancelledAt: at }] },
      ['find', 'cancel'],
      ['Issued', 'Cancelled'],
    ],
    [
      'a cancellation waits while somebody may still be sending',
      [emitted, cancelRequested],
      { find: [absent] },
      ['find'],
      [],
    ],
  ])('%s', async (_title, history, authority, calls, types) => {
    const it = await worker(history, authority);
    await it.handle(work);
    expect(it.calls).toEqual(calls);
    expect(await it.types()).toEqual(types);
  });

  it('cancels without a note once nobody can be sending any more', async () => {
    const it = await worker([emitted, cancelRequested], { find: [absent] }, 301);
    await it.handle(work);
    expect(await it.types()).toEqual(['Cancelled']);
    expect(await it.invoice()).toMatchObject({ status: 'CANCELLED' });
  });

  it.each<[string, readonly NewEvent[], FindOutcome | undefined, string]>([
    [
      'nothing was sent and nothing is known: still nothing was sent',
      [emitted, deferred],
      unavailable,
      'provider-unavailable',
    ],
    [
      'something may have been sent, and the look-up is down: it may have been',
      [emitted, mayBeSent],
      unavailable,
      'outcome-unknown',
    ],
    ['nobody knows what the last worker did', [emitted], unknown, 'outcome-unknown'],
  ])('says why it waits: %s', async (_title, history, find, reason) => {
    const it = await worker(history, { find: find ? [find] : [] });
    await it.handle(work);
    expect(await it.invoice()).toMatchObject({ deferralReason: reason });
  });

  it('that came before may have been sent since nothing was, and stays so until the authority says', async () => {
    const it = await worker([emitted, deferred], { find: [unavailable, unavailable] });
    await it.handle(work, { receiveCount: 2 });
    expect(await it.invoice()).toMatchObject({ deferralReason: 'outcome-unknown' });
    await it.handle(work, { messageId: 'message-2', receiveCount: 1 });
    expect(await it.invoice()).toMatchObject({ deferralReason: 'outcome-unknown' });
  });

  it('that comes again for a failed invoice whose note is there after all tells of the note', async () => {
    const it = await worker([emitted, failed], { find: [found] });
    await it.handle(work, { receiveCount: 2 });
    expect(await it.types()).toEqual(['Issued']);
    expect(await it.invoice()).toMatchObject({ status: 'ISSUED' });
  });

  it('that comes again for an invoice cancelled unsent whose note is there is never let go', async () => {
    const it = await worker([emitted, cancelRequested, cancelledUnsent], { find: [found, found, found] });
    for (const receiveCount of [2, 3, 4]) {
      await expect(it.handle(work, { receiveCount })).rejects.toThrow(ContradictoryOutcome);
    }
    expect(await it.types()).toEqual([]);
  });

  it.each([unavailable, unknown, pending])(
    'that comes again for a failed invoice stays while the authority does not say whether there is a note ($kind)',
    async (answer) => {
      const it = await worker([emitted, failed], { find: [answer] });
      await expect(it.handle(work, { receiveCount: 2 })).rejects.toThrow(NoteInQuestion);
      expect(await it.types()).toEqual([]);
    },
  );

  it('that comes again for a failed invoice is done with when the authority has no note', async () => {
    const it = await worker([emitted, failed], { find: [absent] });
    await it.handle(work, { receiveCount: 2 });
    expect(await it.types()).toEqual([]);
  });

  it.each<[string, readonly NewEvent[], readonly string[]]>([
    ['failed', [emitted, failed], ['Issued']],
    ['is unfinished', [emitted, replayRequested], ['Issued']],
  ])('asked for by a repair asks the authority first, when the invoice %s', async (_title, history, types) => {
    const it = await worker(history, { find: [found] });
    await it.handle({ ...work, origin: 'repair' }, { receiveCount: 1 });
    expect(it.calls).toEqual(['find']);
    expect(await it.types()).toEqual(types);
  });

  it('that the client asked for again is looked up: the message of its first request may have been sent', async () => {
    const it = await worker([emitted], { find: [found] });
    await it.handle({ ...work, origin: 'emission' }, { receiveCount: 1 });
    expect(it.calls).toEqual(['find']);
  });

  it('waits longer with each deferral', async () => {
    const it = await worker([emitted, deferred], { find: [absent], issue: [unavailable] });
    await it.handle(work);
    expect(await it.invoice()).toMatchObject({ attempt: 2, nextAttemptAt: '2026-11-10T12:31:20.000Z' });
  });

  it.each<[string, Gate]>([
    ['was shut', { kind: 'shut', why: 'down', since: Date.parse(at) }],
    ['is being tried', { kind: 'probing', places: 3, since: Date.parse(at) }],
  ])(
    'waits for the look at all of its lane when that %s: nobody who was asked to try loses its place',
    async (_title, gate) => {
      const look = nextLookAt(Date.parse(at) + 5000, Date.parse(at), emitted.data.municipalityCode, 60_000);
      for (const random of [0, 0.9]) {
        const changes = { gateOf: () => gate, random: () => random };
        const it = await worker([emitted, deferred], { find: [absent], issue: [unavailable] }, 5, changes);
        await it.handle(work);
        expect(await it.invoice()).toMatchObject({ nextAttemptAt: new Date(look).toISOString() });
      }
    },
  );

  it.each<[string, readonly NewEvent[], Script, readonly string[], readonly string[]]>([
    ['is not sent again', [emitted, queued], { find: [pending] }, ['find'], ['SubmissionDeferred']],
    ['is issued', [emitted, queued], { find: [found] }, ['find'], ['Issued']],
    ['fails', [emitted, queued], { find: [rejected] }, ['find'], ['Failed']],
    [
      'is sent again when the authority says that it has nothing',
      [emitted, queued],
      { find: [absent], issue: [pending] },
      ['find', 'issue'],
      ['SubmissionDeferred'],
    ],
    [
      'and is refused while it is being cancelled is told of, and waits for who may still be sending',
      [emitted, queued, cancelRequested],
      { find: [rejected] },
      ['find'],
      ['Failed'],
    ],
  ])('about a batch that waits at the authority: it %s', async (_title, history, authority, calls, types) => {
    const it = await worker(history, authority);
    await it.handle(work);
    expect(it.calls).toEqual(calls);
    expect(await it.types()).toEqual(types);
    expect(it.submissions).toMatchObject([{ protocol }]);
  });

  it('about a batch that is refused when nobody can be sending any more ends its cancellation', async () => {
    const it = await worker([emitted, queued, cancelRequested], { find: [rejected] }, 301);
    await it.handle(work);
    expect(await it.types()).toEqual(['Failed', 'Cancelled']);
  });

  it('keeps the protocol through an outage, and lets it go with the answer', async () => {
    const it = await worker([emitted, queued], { find: [unavailable, rejected] });
    await it.handle(work);
    expect(await it.invoice()).toMatchObject({ protocol });
    await it.handle(work);
    expect(await it.invoice()).not.toHaveProperty('protocol');
  });

  it('without an invoice does nothing', async () => {
    const it = await worker([], {});
    expect(await it.handle(work)).toMatchObject({ steps: [], status: 'NONE' });
  });

  it('fails when the authority has not been heard of for a week', async () => {
    const it = await worker([emitted, mayBeSent], { find: [unknown] }, 7 * 86_400);
    await it.handle(work);
    expect(await it.types()).toEqual(['Failed']);
    expect(await it.invoice()).toMatchObject({ status: 'FAILED', error: { code: 'OUTCOME_UNKNOWN' } });
  });
});
