import { expect, it } from 'vitest';
import { companyCnpj, emitted, meta } from '../../../test/invoices.ts';
import { commitOf, START } from '../../events/commit.ts';
import { type DueRange, dueInOrder } from '../../events/due-order.ts';
import { type InvoiceId, invoiceIdFor } from '../../events/ids.ts';
import { nextLookAt } from '../lanes/looks.ts';
import type { LaneView } from '../lanes/view.ts';
import { type Due, reconcile } from './reconcile.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = Date.parse('2026-11-10T12:00:00.000Z');
/** Half a day short of the time at which an invoice is given up. */
const BACK_AT = NOON + 6.5 * DAY;
const CITY = emitted.data.municipalityCode;
const INVOICES = 400;
const PER_SECOND = 0.5;
const STRIDE = 173;

const time = (ms: number) => new Date(ms).toISOString();

/** A city hall that goes down while all of these wait for it: the reconciler each minute, on a clock that jumps to what is due next. */
async function week() {
  let now = NOON;
  const rows = new Map<InvoiceId, Due>();
  const told = new Map<InvoiceId, number>();
  const issued: { readonly number: number; readonly at: number }[] = [];
  for (let place = 0; place < INVOICES; place++) {
    const number = ((place * STRIDE) % INVOICES) + 1; // each once, in no order
    const invoiceId = invoiceIdFor(companyCnpj, `pedido-${number}`);
    const nextAttemptAt = time(NOON + (number % 30) * 1000);
    const row = {
      invoiceId,
      municipalityCode: CITY,
      dps: { number },
      updatedAt: time(NOON),
      deferredSince: time(NOON),
    };
    rows.set(invoiceId, { ...row, nextAttemptAt, dueAt: dueInOrder(Date.parse(nextAttemptAt), number) });
  }
  const view: LaneView = {
    lane: CITY,
    state: 'down',
    downSince: time(NOON),
    running: 0,
    waiting: 0,
    turnedAway: 0,
  };
  const due = (until: string) =>
    [...rows.values()]
      .filter(({ dueAt = '' }) => dueAt <= until)
      .sort((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1));

  /** The worker: turns away while the city is down, and issues when it is back. */
  function work(invoiceId: InvoiceId): void {
    const row = rows.get(invoiceId);
    if (!row) throw new Error('It waits');
    if (now >= BACK_AT) {
      issued.push({ number: row.dps.number, at: now });
      rows.delete(invoiceId);
      return;
    }
    told.set(invoiceId, (told.get(invoiceId) ?? 0) + 1);
    const next = nextLookAt(now, NOON, CITY, MINUTE);
    const dueAt = dueInOrder(next, row.dps.number);
    rows.set(invoiceId, { ...row, updatedAt: time(now), nextAttemptAt: time(next), dueAt });
  }

  const deps = {
    events: {
      load: async (invoiceId: InvoiceId) => [
        commitOf({ invoiceId, tip: START, events: [emitted], meta, commitId: 'commit-1', at: time(NOON) }),
      ],
    },
    workflow: { start: async ({ invoiceId }: { invoiceId: InvoiceId }) => work(invoiceId) },
    due: async ({ from = '', until }: DueRange, limit: number, after?: Due) =>
      due(until)
        .filter(({ dueAt = '' }) => dueAt >= from)
        .filter(({ dueAt = '' }) => !after || dueAt > (after.dueAt ?? ''))
        .slice(0, limit),
    async claimDue(row: Due, dueAt: string) {
      if (rows.get(row.invoiceId)?.dueAt !== row.dueAt) return false;
      rows.set(row.invoiceId, { ...row, dueAt });
      return true;
    },
    countDue: async () => 0,
    awake: async () => [],
    putOff: async () => undefined,
    lanesOf: async () => new Map([[CITY, now < BACK_AT ? view : { ...view, state: 'flowing' as const }]]),
    now: () => new Date(now),
    msLeft: () => Number.POSITIVE_INFINITY,
    pause: async () => undefined,
    onFailure: (_: InvoiceId, error: unknown) => {
      throw error;
    },
    onStuck: (invoiceId: InvoiceId) => expect.fail(`${invoiceId} is not stuck`),
  };
  const lanes = { leastLookMs: MINUTE, giveUpAfterMs: 7 * DAY, perSecondOf: () => PER_SECOND, everyMs: MINUTE };
  const settings = { shards: ['0'], restMs: 5 * MINUTE, mostStarts: 2000, startsPerSecond: 50, lanes };
  while (rows.size > 0) {
    await reconcile(deps, settings);
    const [first] = [...rows.values()].map(({ dueAt = '' }) => Date.parse(dueAt)).sort((a, b) => a - b);
    now = Math.max(now + MINUTE, first ?? 0);
    if (now > NOON + 8 * DAY) throw new Error(`${rows.size} are still waiting`);
  }
  return { told, issued };
}

it('a city hall that is down for days leaves a word a day in each history, and is given its backlog in order and at its rate', async () => {
  const { told, issued } = await week();
  expect(Math.max(...told.values())).toBeLessThanOrEqual(7);
  expect(issued.map(({ number }) => number)).toEqual(Array.from({ length: INVOICES }, (_, n) => n + 1));
  expect(issued[0]?.at).toBeLessThanOrEqual(BACK_AT + HOUR + MINUTE);
  const perMinute = Map.groupBy(issued, ({ at }) => Math.floor(at / MINUTE));
  expect(Math.max(...[...perMinute.values()].map(({ length }) => length))).toBeLessThanOrEqual(PER_SECOND * 60);
});
