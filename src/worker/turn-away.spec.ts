import { describe, expect, it } from 'vitest';
import {
  accessKey,
  at,
  companyCnpj,
  deferred,
  emitted,
  failed,
  invoiceId,
  issued,
  meta,
  requestId,
} from '../../test/invoices.ts';
import { NoteInQuestion } from '../commands/record-outcome/decide.ts';
import { NotTheReplacedNote } from '../commands/replace-invoice/decide.ts';
import type { Work } from '../commands/work.ts';
import { START, tipAfter } from '../events/commit.ts';
import { read } from '../events/event-store.ts';
import { event, type NewEvent } from '../events/event-types.ts';
import { invoiceIdFor } from '../events/ids.ts';
import { memoryEventStore } from '../events/memory-event-store.ts';
import type { WorkerDeps } from './conversation.ts';
import type { Gate } from './lanes/gate.ts';
import { recentlySeen } from './recently-seen.ts';
import { turnAway } from './turn-away.ts';

const municipalityCode = '3106200';
const work: Work = { operation: 'emit', invoiceId, municipalityCode, requestId, origin: 'reconciliation' };
const DAY = 86_400_000;
const down: Gate = { kind: 'shut', why: 'not sent: nobody answers', since: Date.parse(at) - DAY };

/** Turns a message of an invoice with this history away, some time after it was emitted. */
async function turnedAway(
  history: readonly NewEvent[],
  gate: Gate,
  laterMs = 5000,
  changes: Partial<Work> = {},
  receiveCount = 1,
) {
  const events = memoryEventStore();
  for (const [n, happened] of history.entries()) {
    const last = (await events.load(invoiceId)).at(-1);
    const tip = last ? tipAfter(last) : START;
    await events.append({ invoiceId, tip, events: [happened], meta, at, commitId: `commit-${n}` });
  }
  const asked = (): never => expect.fail('The authority is not called');
  const deps: WorkerDeps = {
    events,
    documents: { put: asked, get: asked },
    authorityFor: asked,
    newCommitId: () => 'commit-worker',
    now: () => new Date(Date.parse(at) + laterMs),
    random: () => 0,
    retryBaseSeconds: 30,
    giveUpAfterSeconds: 604_800,
    trustSeconds: 60,
    sendWithinSeconds: 180,
    inFlightSeconds: 300,
    gateOf: () => ({ kind: 'flowing' }),
    firstSight: recentlySeen(10),
  };
  const delivery = { messageId: 'message-1', receiveCount, sentAt: new Date(at) };
  const [first] = await events.load(invoiceId);
  const { companyCnpj, dps, xmlKey } = emitted.data;
  const fresh = first && {
    companyCnpj,
    dps,
    route: { authority: 'national' as const },
    emitted: { xmlKey, tip: tipAfter(first), at },
  };
  const asWork = { ...work, ...changes, ...(changes.origin === 'emission' ? fresh : {}) };
  const handled = await turnAway(deps, asWork, delivery, gate);
  return { handled, invoice: read(invoiceId, await events.load(invoiceId)).invoice };
}

describe('an invoice whose lane is shut', () => {
  it('waits, certainly unsent, until the next look at its lane', async () => {
    const { invoice } = await turnedAway([emitted], down, 5000, { origin: 'emission' });
    expect(invoice).toMatchObject({ status: 'EMITTED', attempt: 1, deferralReason: 'provider-unavailable' });
    if (invoice.status === 'NONE') throw new Error('It was emitted');
    const waitMs = Date.parse(invoice.nextAttemptAt ?? '') - Date.parse(at) - 5000;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(3_600_000);
  });

  it('may have been sent for all we know, when an earlier message came to nothing', async () => {
    const { invoice } = await turnedAway([emitted], down);
    expect(invoice).toMatchObject({ deferralReason: 'outcome-unknown' });
  });

  it.each(['provider-unavailable', 'outcome-unknown'] as const)('keeps what was known of it: %s', async (reason) => {
    const { invoice } = await turnedAway([emitted, event('SubmissionDeferred', { ...deferred.data, reason })], down);
    expect(invoice).toMatchObject({ attempt: 2, deferralReason: reason });
  });

  it('may have been sent since nothing was, when this very message came before', async () => {
    const { invoice } = await turnedAway([emitted, deferred], down, 5000, {}, 2);
    expect(invoice).toMatchObject({ attempt: 2, deferralReason: 'outcome-unknown' });
  });

  it('fails in the end, without a call', async () => {
    const { handled, invoice } = await turnedAway([emitted, deferred], down, 7 * DAY);
    expect(handled.steps).toEqual(['failed']);
    expect(invoice).toMatchObject({ status: 'FAILED', error: { code: 'AUTHORITY_UNAVAILABLE' } });
  });

  it('is not given up by a lane that only has too much, however long it has waited', async () => {
    const { handled } = await turnedAway([emitted, deferred], { kind: 'flowing' }, 8 * DAY);
    expect(handled.steps).toEqual(['deferred']);
  });

  it('is left alone when nothing is to be done for it', async () => {
    const { handled } = await turnedAway([emitted, issued], down);
    expect(handled).toEqual({ steps: [], status: 'ISSUED' });
  });

  it('has the invoice told whose note it replaced: its message is let go of only after that', async () => {
    const replaced = { accessKey, invoiceId: invoiceIdFor(companyCnpj, 'pedido-117'), reasonCode: '99' } as const;
    const replacing = event('Emitted', { ...emitted.data, replaces: replaced });
    await expect(turnedAway([replacing, issued], down)).rejects.toThrow(NotTheReplacedNote);
  });

  it('stays on the queue when it ended and only the authority knows whether it has a note', async () => {
    await expect(turnedAway([emitted, failed], down, 5000, { origin: 'repair' })).rejects.toThrow(NoteInQuestion);
    expect((await turnedAway([emitted, failed], down)).handled).toEqual({ steps: [], status: 'FAILED' });
  });

  it('says so when its lane is not shut but has too much', async () => {
    const { invoice } = await turnedAway([emitted, deferred], { kind: 'flowing' });
    expect(invoice).toMatchObject({ attempt: 2, nextAttemptAt: '2026-11-10T12:32:05.000Z' });
  });
});
