import { describe, expect, it } from 'vitest';
import {
  at,
  cancelFailed,
  cancelled,
  cancelRequested,
  deferred,
  emission,
  emitted,
  failed,
  invoiceId,
  issued,
  replayRequested,
  retryRequested,
} from '../../test/invoices.ts';
import { folded } from '../../test/specification.ts';
import { event, type NewEvent } from './event-types.ts';
import { evolve, ImpossibleHistory, type Invoice, initialState, type LivingInvoice } from './invoice.ts';

const ALL = {
  emitted,
  issued,
  failed,
  deferred,
  retryRequested,
  cancelRequested,
  cancelled,
  cancelFailed,
  replayRequested,
};

/** What may follow what: the picture of the design, as a table. Everything else must be refused. */
const POSSIBLE: Readonly<
  Record<string, { history: readonly NewEvent[]; leadsTo: Partial<Record<keyof typeof ALL, string>> }>
> = {
  NONE: { history: [], leadsTo: { emitted: 'EMITTED' } },
  EMITTED: {
    history: [emitted],
    leadsTo: {
      issued: 'ISSUED',
      failed: 'FAILED',
      deferred: 'EMITTED',
      cancelRequested: 'CANCELLING',
      replayRequested: 'EMITTED',
    },
  },
  ISSUED: { history: [emitted, issued], leadsTo: { cancelRequested: 'CANCELLING' } },
  FAILED: {
    history: [emitted, failed],
    leadsTo: { retryRequested: 'EMITTED', issued: 'ISSUED', replayRequested: 'FAILED' },
  },
  'CANCELLING without a note': {
    history: [emitted, cancelRequested],
    leadsTo: {
      issued: 'CANCELLING',
      failed: 'CANCELLING',
      deferred: 'CANCELLING',
      cancelled: 'CANCELLED',
      cancelFailed: 'ISSUED',
      replayRequested: 'CANCELLING',
    },
  },
  CANCELLED: { history: [emitted, issued, cancelRequested, cancelled], leadsTo: {} },
};

const rows = Object.entries(POSSIBLE).flatMap(([status, { history, leadsTo }]) =>
  Object.entries(ALL).map(([name, event]) => ({
    status,
    name,
    history,
    event,
    leads: leadsTo[name as keyof typeof ALL],
  })),
);

describe('an invoice', () => {
  it.each(rows.filter(({ leads }) => leads))('that is $status becomes $leads by $name', ({ history, event, leads }) => {
    expect(evolve(folded(history), { ...event, at }).status).toBe(leads);
  });

  it.each(rows.filter(({ leads }) => !leads))('that is $status refuses $name', ({ history, event }) => {
    const before = folded(history);
    expect(() => evolve(before, { ...event, at })).toThrow(ImpossibleHistory);
  });

  it('remembers its note, its times and its total', () => {
    const invoice = [emitted, issued].reduce<Invoice>(
      (state, happened, index) => evolve(state, { ...happened, at: `2026-11-10T12:31:0${index}.000Z` }),
      initialState(invoiceId),
    );
    expect(invoice).toMatchObject({
      id: invoiceId,
      total: 150_000,
      createdAt: '2026-11-10T12:31:00.000Z',
      updatedAt: '2026-11-10T12:31:01.000Z',
      processedAt: '2026-11-10T12:31:01.000Z',
      note: { nfseNumber: '101' },
      attempt: 0,
    });
  });

  it('counts deferrals and forgets them once the authority has answered', () => {
    expect(folded([emitted, deferred])).toMatchObject({ attempt: 1, nextAttemptAt: deferred.data.nextAttemptAt });
    const settled = folded([emitted, deferred, issued]);
    expect(settled).toMatchObject({ attempt: 0 });
    expect(settled).not.toHaveProperty('nextAttemptAt');
  });

  it('is not changed by a replay, which it remembers until something comes of it', () => {
    const { replay, ...rest } = folded([emitted, deferred, replayRequested]) as LivingInvoice;
    expect(rest).toEqual(folded([emitted, deferred]));
    expect(replay).toEqual(replayRequested.data);
    expect(folded([emitted, replayRequested, deferred])).not.toHaveProperty('replay');
  });

  it('takes the corrections of a retry, part by part', () => {
    const amounts = { ...emission.amounts, service: 90_000 };
    const corrected = event('RetryRequested', { ...retryRequested.data, corrections: { amounts }, total: 90_000 });
    const invoice = folded([emitted, failed, corrected]);
    expect(invoice).toMatchObject({
      amounts,
      total: 90_000,
      service: emission.service,
      xmlKey: retryRequested.data.xmlKey,
    });
    expect(invoice).not.toHaveProperty('error');
  });

  it('says of the document that is sent whether the rate was left out of it', () => {
    const before = event('Emitted', { ...emitted.data, rateLeftOut: true } as typeof emitted.data);
    expect(folded([before])).toMatchObject({ rateLeftOut: true });
    expect(folded([before, failed, retryRequested])).not.toHaveProperty('rateLeftOut');
    const again = event('RetryRequested', { ...retryRequested.data, rateLeftOut: true });
    expect(folded([emitted, failed, again])).toMatchObject({ rateLeftOut: true });
  });

  it('loses its customer when a correction takes it out', () => {
    const without = event('RetryRequested', { ...retryRequested.data, corrections: { customer: null } });
    expect(folded([emitted, failed, without])).not.toHaveProperty('customer');
  });
});
