import { describe, expect, it } from 'vitest';
import {
  accessKey,
  at,
  cancelFailed,
  cancelled,
  cancelledUnsent,
  cancelRequested,
  companyCnpj,
  deferred,
  emitted,
  failed,
  invoiceId,
  issued,
  meta,
  rejection,
  replayRequested,
  requestId,
} from '../../test/invoices.ts';
import type { Documents, Work } from '../commands/ports.ts';
import { ContradictoryOutcome } from '../commands/record-outcome/decide.ts';
import { START, tipAfter } from '../events/commit.ts';
import { read } from '../events/event-store.ts';
import { event, type NewEvent } from '../events/event-types.ts';
import { invoiceIdFor } from '../events/ids.ts';
import { memoryEventStore } from '../events/memory-event-store.ts';
import { NotRepresentable } from './authority.ts';
import type { WorkerDeps } from './conversation.ts';
import { type Delivery, handleWork } from './handle-work.ts';
import type { CancelOutcome, FindOutcome, IssueOutcome, ProviderError, Submission } from './providers/provider.ts';
import { recentlySeen } from './recently-seen.ts';

const { nfseXmlKey: _, ...facts } = issued.data;
const note = { ...facts, xml: '<NFSe/>' };
const rejected = { kind: 'rejected', error: rejection } as const;
const unavailable = { kind: 'unavailable', reason: 'connection refused' } as const;
const unknown = { kind: 'unknown', reason: 'no answer in time' } as const;
const found = { kind: 'found', note, matches: true } as const;
const absent = { kind: 'absent' } as const;
const mayBeSent = event('SubmissionDeferred', { ...deferred.data, reason: 'outcome-unknown' });
const protocol = 'PRT-2026-0000077';
const pending = { kind: 'pending', protocol, reason: 'the batch was taken' } as const;
const queued = event('SubmissionDeferred', { ...deferred.data, reason: 'authority-processing', protocol });

interface Authority {
  readonly issue?: readonly IssueOutcome[];
  readonly find?: readonly FindOutcome[];
  readonly cancel?: readonly CancelOutcome[];
  /** Why the company cannot show itself there at all. */
  readonly refusal?: ProviderError;
}

/** A worker over a stream in memory and an authority that answers by a script; what it is asked beyond the script is an error. */
async function worker(history: readonly NewEvent[], authority: Authority, nowSeconds = 5) {
  const events = memoryEventStore();
  const documents = new Map<string, string>([[emitted.data.xmlKey, '<DPS/>']]);
  const calls: string[] = [];
  const submissions: Submission[] = [];
  const cancellationTimes: string[] = [];
  let ids = 0;
  const newCommitId = () => `commit-${++ids}`;
  for (const happened of history) {
    const last = (await events.load(invoiceId)).at(-1);
    await events.append({
      invoiceId,
      tip: last ? tipAfter(last) : START,
      events: [happened],
      meta,
      at,
      commitId: newCommitId(),
    });
  }
  const scripts = {
    issue: [...(authority.issue ?? [])],
    find: [...(authority.find ?? [])],
    cancel: [...(authority.cancel ?? [])],
  };
  const next = async <Verb extends keyof typeof scripts>(verb: Verb) => {
    calls.push(verb);
    const answer = scripts[verb].shift();
    if (!answer) throw new Error(`Nobody expected ${verb} after ${calls.join(', ')}`);
    return answer as NonNullable<Authority[Verb]>[number];
  };
  const deps: WorkerDeps = {
    events,
    documents: {
      put: async (key, content) => void documents.set(key, content),
      get: async (key) => documents.get(key) ?? '',
    } satisfies Documents,
    authorityFor: async () => {
      if (authority.refusal) throw new NotRepresentable(authority.refusal);
      return {
        transport: async () => ({ status: 500, headers: {}, body: '' }),
        provider: () => ({
          issue: () => next('issue') as Promise<IssueOutcome>,
          find: (submission) => {
            submissions.push(submission);
            return next('find') as Promise<FindOutcome>;
          },
          cancel: (cancellation) => {
            cancellationTimes.push(cancellation.at);
            return next('cancel') as Promise<CancelOutcome>;
          },
        }),
      };
    },
    newCommitId,
    now: () => new Date(Date.parse(at) + nowSeconds * 1000),
    random: () => 0,
    retryBaseSeconds: 30,
    giveUpAfterSeconds: 604_800,
    trustSeconds: 60,
    sendWithinSeconds: 180,
    inFlightSeconds: 300,
    firstSight: recentlySeen(10),
  };
  const handle = (work: Work, delivery: Partial<Delivery> = {}) =>
    handleWork(deps, work, { messageId: 'message-1', receiveCount: 1, sentAt: new Date(at), ...delivery });
  const types = async () =>
    (await events.load(invoiceId)).flatMap((commit) => commit.events.map(({ type }) => type)).slice(history.length);
  const invoice = async () => read(invoiceId, await events.load(invoiceId)).invoice;
  return { events, handle, calls, submissions, cancellationTimes, documents, types, invoice };
}

const work: Work = { operation: 'emit', invoiceId, municipalityCode: '3106200', requestId, origin: 'reconciliation' };

async function freshWork(events: ReturnType<typeof memoryEventStore>): Promise<Work> {
  const [first] = await events.load(invoiceId);
  if (!first) throw new Error('The stream begins with the emission');
  const { dps, xmlKey } = emitted.data;
  return { ...work, origin: 'emission', fresh: { companyCnpj, dps, xmlKey, tip: tipAfter(first), at } };
}

describe('a fresh emission', () => {
  it.each<[string, Authority, readonly string[], readonly string[]]>([
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

  it('met twice by one worker is not trusted the second time', async () => {
    const it = await worker([emitted], { issue: [{ kind: 'issued', note }] });
    const message = await freshWork(it.events);
    await it.handle(message);
    await it.handle(message);
    expect(it.calls).toEqual(['issue']);
  });
});

describe('a message that is not fresh', () => {
  it.each<[string, readonly NewEvent[], Authority, readonly string[], readonly string[]]>([
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

  it.each<[string, readonly NewEvent[], Authority, readonly string[], readonly string[]]>([
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
});

describe('a company that cannot show itself to the authority', () => {
  const refusal = { ...rejection, code: 'CERTIFICATE_MISSING' };
  const first: Partial<Delivery> = { receiveCount: 1 };

  it('has its emission fail at once, with what to do, when nothing was sent', async () => {
    const it = await worker([emitted], { refusal });
    await it.handle(await freshWork(it.events));
    expect(it.calls).toEqual([]);
    expect(await it.invoice()).toMatchObject({ status: 'FAILED', error: refusal });
  });

  it('has an emission wait that may have been sent: only the authority knows what became of it', async () => {
    const it = await worker([emitted, deferred], { refusal });
    await it.handle(work);
    expect(await it.types()).toEqual(['SubmissionDeferred']);
    expect(await it.invoice()).toMatchObject({ status: 'EMITTED', attempt: 2 });
  });

  it('has its cancellation refused, and keeps the note', async () => {
    const it = await worker([emitted, issued, cancelRequested], { refusal });
    await it.handle({ ...work, operation: 'cancel', origin: 'cancellation' }, first);
    expect(await it.types()).toEqual(['CancelFailed']);
    expect(await it.invoice()).toMatchObject({ status: 'ISSUED', cancellation: { error: refusal } });
  });

  it('has a cancellation wait that came before any answer', async () => {
    const it = await worker([emitted, cancelRequested], { refusal });
    await it.handle(work, first);
    expect(await it.types()).toEqual(['SubmissionDeferred']);
  });
});

describe('a cancellation that is sent again', () => {
  it('bears the same time, which is from the stream and not from the clock', async () => {
    const times = [5, 500].map(async (seconds) => {
      const it = await worker([emitted, issued, cancelRequested], { cancel: [unknown] }, seconds);
      await it.handle(work);
      return it.cancellationTimes[0];
    });
    const [first, again] = await Promise.all(times);
    expect(again).toBe(first);
    expect(Date.parse(first ?? '')).toBeGreaterThanOrEqual(Date.parse(issued.data.issuedAt));
  });
});

describe('a note that takes the place of another', () => {
  const replacedId = invoiceIdFor(companyCnpj, 'pedido-117');
  const replaces = {
    accessKey,
    invoiceId: replacedId,
    reasonCode: '99',
    reason: 'Correção do valor informado',
  } as const;
  const replacing = event('Emitted', { ...emitted.data, replaces });
  const newNote = { ...note, nfseNumber: '102', accessKey: accessKey.replace('101261', '102261') };

  /** A worker over the replacing invoice, and the history of the one whose note is replaced. */
  async function withReplaced(history: readonly NewEvent[], authority: Authority) {
    const over = await worker(history, authority);
    const replaced = async () => read(replacedId, await over.events.load(replacedId)).invoice;
    let tip = START;
    for (const [index, happened] of [emitted, issued].entries()) {
      const commitId = `replaced-${index}`;
      tip = tipAfter(await over.events.append({ invoiceId: replacedId, tip, events: [happened], meta, at, commitId }));
    }
    return { ...over, replaced };
  }

  it('has the invoice of that one say what became of it', async () => {
    const { handle, calls, replaced } = await withReplaced([replacing], {
      issue: [{ kind: 'issued', note: newNote }],
    });
    await handle({ ...work, origin: 'retry' });
    expect(calls).toEqual(['issue']);
    expect(await replaced()).toMatchObject({
      status: 'CANCELLED',
      cancellation: { reasonCode: '99', replacedBy: { invoiceId, nfseNumber: '102', accessKey: newNote.accessKey } },
    });
  });

  it('leaves it alone while there is none', async () => {
    const { handle, replaced } = await withReplaced([replacing], { issue: [rejected] });
    await handle({ ...work, origin: 'retry' });
    expect(await replaced()).toMatchObject({ status: 'ISSUED' });
  });

  it('is told by the next delivery where the first died in between, and once', async () => {
    const { handle, events, replaced, calls } = await withReplaced([replacing, issued], {});
    await handle({ ...work, origin: 'emission' }, { receiveCount: 2 });
    expect(await replaced()).toMatchObject({ status: 'CANCELLED' });
    const commits = await events.load(replacedId);
    await handle({ ...work, origin: 'emission' }, { receiveCount: 3 });
    expect(await events.load(replacedId)).toEqual(commits);
    expect(calls).toEqual([]);
  });
});
