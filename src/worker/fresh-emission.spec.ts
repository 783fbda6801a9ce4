import { describe, expect, it } from 'vitest';
import { at, cancelledUnsent, cancelRequested, emitted, invoiceId, issued, meta } from '../../test/invoices.ts';
import {
  absent,
  facts,
  found,
  freshWork,
  note,
  pending,
  protocol,
  rejected,
  type Script,
  unavailable,
  unknown,
  worker,
} from '../../test/scripted-worker.ts';
import { tipAfter } from '../events/commit.ts';
import type { Delivery } from './work-message.ts';

describe('a fresh emission', () => {
  it.each<[string, Script, readonly string[], readonly string[]]>([
    ['is issued with one call', { issue: [{ kind: 'issued', note }] }, ['issue'], ['Issued']],
    ['is rejected', { issue: [rejected] }, ['issue'], ['Failed']],
    ['waits for a provider that is down', { issue: [unavailable] }, ['issue'], ['SubmissionDeferred']],
    ['is looked up when no answer came', { issue: [unknown], find: [found] }, ['issue', 'find'], ['Issued']],
    [
      'waits when no answer came and there is no note yet',
      { issue: [unknown], find: [absent] },
      ['issue', 'find'],
      ['SubmissionDeferred'],
    ],
    [
      'waits when neither answer came',
      { issue: [unknown], find: [unknown] },
      ['issue', 'find'],
      ['SubmissionDeferred'],
    ],
    [
      'whose number is used already is the note that is found',
      { issue: [{ kind: 'already-used', reason: 'E0014' }], find: [found] },
      ['issue', 'find'],
      ['Issued'],
    ],
    [
      'whose number another note has is for a person',
      { issue: [{ kind: 'already-used', reason: 'E0014' }], find: [{ ...found, matches: false }] },
      ['issue', 'find'],
      ['Failed'],
    ],
  ])('%s', async (_title, authority, calls, types) => {
    const it = await worker([emitted], authority);
    await it.handle(await freshWork(it.events));
    expect(it.calls).toEqual(calls);
    expect(await it.types()).toEqual(types);
  });

  it('that the authority queues gives its place back and waits with the protocol', async () => {
    const it = await worker([emitted], { issue: [pending] });
    await it.handle(await freshWork(it.events));
    expect(await it.types()).toEqual(['SubmissionDeferred']);
    expect(await it.invoice()).toMatchObject({
      status: 'EMITTED',
      protocol,
      nextAttemptAt: '2026-11-10T12:31:10.000Z',
    });
  });

  it('stores the authorised document before the event that names it', async () => {
    const it = await worker([emitted], { issue: [{ kind: 'issued', note }] });
    await it.handle(await freshWork(it.events));
    const invoice = await it.invoice();
    if (invoice.status !== 'ISSUED') throw new Error('It was issued');
    expect(it.documents.get(invoice.note?.xmlKey ?? '')).toBe('<NFSe/>');
  });

  it('that is cancelled while in flight is issued and then cancelled, in one message', async () => {
    const it = await worker([emitted], {
      issue: [{ kind: 'issued', note }],
      cancel: [{ kind: 'cancelled', protocol: 'EVT1', cancelledAt: at }],
    });
    const message = await freshWork(it.events);
    const [first] = await it.events.load(invoiceId);
    if (!first) throw new Error('It was emitted');
    await it.events.append({
      invoiceId,
      tip: tipAfter(first),
      events: [cancelRequested],
      meta,
      at,
      commitId: 'cancel',
    });
    expect(await it.handle(message)).toMatchObject({ steps: ['issued', 'cancelled'], status: 'CANCELLED' });
    expect(await it.types()).toEqual(['CancelRequested', 'Issued', 'Cancelled']);
  });

  it.each<[string, Partial<Delivery>]>([
    ['delivered again', { receiveCount: 2 }],
    ['whose message is old', { sentAt: new Date(Date.parse(at) - 120_000) }],
  ])('%s is not trusted: the stream is read', async (_title, delivery) => {
    const it = await worker([emitted, issued], {});
    const message = await freshWork(it.events);
    expect(await it.handle(message, delivery)).toMatchObject({ steps: [], status: 'ISSUED' });
    expect(it.calls).toEqual([]);
  });

  it('that was sent anew long after it was emitted is not trusted, however young the message', async () => {
    const it = await worker([emitted, cancelRequested, cancelledUnsent], {}, 3 * 24 * 3600);
    const message = await freshWork(it.events);
    const now = new Date(Date.parse(at) + 3 * 24 * 3600 * 1000);
    expect(await it.handle(message, { sentAt: now })).toMatchObject({ steps: [], status: 'CANCELLED' });
    expect(it.calls).toEqual([]);
  });

  it('whose document could not be read in the answer is asked for it', async () => {
    const it = await worker([emitted], { issue: [{ kind: 'issued', note: facts }], find: [found] });
    await it.handle(await freshWork(it.events));
    expect(it.calls).toEqual(['issue', 'find']);
    expect(await it.invoice()).toMatchObject({ status: 'ISSUED', note: { xmlKey: expect.stringContaining('/nfse-') } });
  });

  it('whose message does not say who takes it is not trusted: those of before did not', async () => {
    const it = await worker([emitted, issued], {});
    const { route: _, ...message } = await freshWork(it.events);
    expect(await it.handle(message)).toMatchObject({ steps: [], status: 'ISSUED' });
    expect(it.calls).toEqual([]);
  });

  it('met twice by one worker is not trusted the second time', async () => {
    const it = await worker([emitted], { issue: [{ kind: 'issued', note }] });
    const message = await freshWork(it.events);
    await it.handle(message);
    await it.handle(message);
    expect(it.calls).toEqual(['issue']);
  });
});
