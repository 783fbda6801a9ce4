import { describe, expect, it } from 'vitest';
import { at, issued } from '../../test/invoices.ts';
import type { Outcome } from '../commands/record-outcome/decide.ts';
import { givenUp } from './giving-up.ts';

const WEEK = 604_800;
const { nfseXmlKey: _, ...note } = issued.data;
const deferral = (reason: 'provider-unavailable' | 'outcome-unknown'): Outcome => ({
  kind: 'deferred',
  reason,
  detail: 'connection refused',
  nextAttemptAt: at,
});
const after = (seconds: number) => ({ now: () => new Date(Date.parse(at) + seconds * 1000), giveUpAfterSeconds: WEEK });
const waiting = { status: 'EMITTED', deferredSince: at } as const;

describe('an invoice that is deferred again', () => {
  it.each([
    ['goes on waiting for a week', after(WEEK - 1), waiting],
    ['goes on waiting when it was never deferred before, however old it is', after(2 * WEEK), { status: 'EMITTED' }],
    [
      'goes on waiting while it is being cancelled and nobody knows whether there is a note',
      after(2 * WEEK),
      { status: 'CANCELLING', deferredSince: at },
    ],
  ] as const)('%s', (_title, deps, invoice) => {
    const outcome = deferral('outcome-unknown');
    expect(givenUp(deps, invoice, outcome)).toBe(outcome);
  });

  it('fails after a week, and may be sent again, when nothing of it can have arrived', () =>
    expect(givenUp(after(WEEK), waiting, deferral('provider-unavailable'))).toMatchObject({
      kind: 'failed',
      error: { code: 'AUTHORITY_UNAVAILABLE', howToFix: expect.stringContaining('/retry') },
    }));

  it('fails after a week, and says that the note may exist, when nobody knows', () =>
    expect(givenUp(after(WEEK), waiting, deferral('outcome-unknown'))).toMatchObject({
      kind: 'failed',
      error: { code: 'OUTCOME_UNKNOWN', howToFix: expect.stringContaining('sem correções') },
    }));

  it('keeps its note when it is the cancellation that nobody answers', () =>
    expect(
      givenUp(after(WEEK), { status: 'CANCELLING', note, deferredSince: at }, deferral('outcome-unknown')),
    ).toMatchObject({ kind: 'cancel-failed', error: { code: 'AUTHORITY_UNAVAILABLE' } }));

  it('takes any other answer as it is', () => {
    const outcome: Outcome = { kind: 'issued', ...issued.data };
    expect(givenUp(after(2 * WEEK), waiting, outcome)).toBe(outcome);
  });
});
