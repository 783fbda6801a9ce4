import { describe, expect, it } from 'vitest';
import { SINGLE } from '../local/municipality-profiles.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import { mortality } from './faults/mortality.ts';
import { type Emitting, service } from './faults/service.ts';
import { deliverAll, flawsOf, invoiceOf, settle } from './faults/settling.ts';
import { standIns } from './faults/stand-ins.ts';
import { virtualClock } from './faults/virtual-clock.ts';
import { companyCnpj, emission, requestId } from './invoices.ts';

const NATIONAL = '3106200';
const invoiceId = invoiceIdFor(companyCnpj, requestId);
const command = { by: 'erp', reasonCode: '2', reason: 'Serviço não prestado: o pedido foi desfeito.' } as const;
const MOST_ROUNDS = 4;

/** An accepted emission in a service in memory, its message still on the queue. */
async function emitted(municipalityCode: string, reference = 'PEDIDO118') {
  const clock = virtualClock('2026-11-10T12:31:00.000Z');
  const authorities = await standIns(clock);
  /** Called when a request arrives at the authority, before it does anything. */
  let onRequest: (() => Promise<unknown>) | undefined;
  const it = service({
    clock,
    death: mortality(),
    ...authorities,
    authorityFor: async (represented) => {
      const authority = await authorities.authorityFor(represented);
      return {
        ...authority,
        transport: async (request) => {
          const act = onRequest;
          onRequest = undefined;
          await act?.();
          return authority.transport(request);
        },
      };
    },
  });
  const service_ = { ...emission.service, municipalityCode, reference };
  const request: Emitting = {
    requestId,
    emission: { ...emission, municipalityCode, service: service_ },
    dps: { series: '1' },
    dateGiven: true,
  };
  await it.emit(request);
  return {
    ...it,
    clock,
    authorities,
    cancelNow: () => it.cancel(invoiceId, command),
    whenAsked: (act: () => Promise<unknown>) => {
      onRequest = act;
    },
    invoice: () => invoiceOf(it, invoiceId),
    types: async () => (await it.events.load(invoiceId)).flatMap(({ events }) => events.map(({ type }) => type)),
    /** Everything is delivered, and time passes until nothing is due. */
    async end() {
      await settle(it, clock, MOST_ROUNDS);
      expect(await flawsOf(it, invoiceId)).toEqual([]);
      expect(it.queue.dead).toEqual([]);
      expect(authorities.sentAgain).toEqual([]);
      return invoiceOf(it, invoiceId);
    },
    deliver: () => deliverAll(it, clock),
  };
}

const cancelledNote = [expect.objectContaining({ cancelled: true })];

describe.each([
  ['the national system', NATIONAL],
  ['a city hall', SINGLE],
])('a cancellation, with %s', (_name, city) => {
  it('asked for while the message waits, which is then sent in good faith, cancels the note that comes of it', async () => {
    const it = await emitted(city);
    await it.cancelNow();
    expect(await it.end()).toMatchObject({ status: 'CANCELLED', cancellation: { protocol: expect.any(String) } });
    expect(await it.types()).toEqual(['Emitted', 'CancelRequested', 'Issued', 'Cancelled']);
    expect(it.authorities.notes()).toEqual(cancelledNote);
  });

  it('asked for while the message waits for longer than it is trusted ends without a note', async () => {
    const it = await emitted(city);
    await it.cancelNow();
    it.clock.advance(90_000);
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(await it.types()).toEqual(['Emitted', 'CancelRequested', 'Cancelled']);
    expect(it.authorities.notes()).toEqual([]);
  });

  it('asked for while the declaration is on its way cancels the note that comes of it', async () => {
    const it = await emitted(city);
    it.whenAsked(it.cancelNow);
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(await it.types()).toEqual(['Emitted', 'CancelRequested', 'Issued', 'Cancelled']);
    expect(it.authorities.notes()).toEqual(cancelledNote);
  });

  it('asked for while the declaration is on its way and will be refused keeps the refusal beside it', async () => {
    const it = await emitted(city, city === NATIONAL ? 'REJECTE0188' : 'REJECTE62');
    it.whenAsked(it.cancelNow);
    await it.deliver();
    expect(await it.invoice()).toMatchObject({ status: 'CANCELLING', error: { howToFix: expect.any(String) } });
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(it.authorities.notes()).toEqual([]);
  });

  it('asked for while a lost declaration is deferred ends without a note, and sends nothing more', async () => {
    const it = await emitted(city, 'TIMEOUTLOST');
    await it.deliver();
    expect(await it.invoice()).toMatchObject({ status: 'EMITTED', deferralReason: 'outcome-unknown' });
    await it.cancelNow();
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(it.authorities.notes()).toEqual([]);
  });

  it('asked for while the declaration is being looked up again cancels the note that is found or made', async () => {
    const it = await emitted(city, 'TIMEOUTLOST');
    await it.deliver();
    it.clock.advance(60_000);
    await it.reconcile();
    it.whenAsked(it.cancelNow);
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(it.authorities.notes().every(({ cancelled }) => cancelled)).toBe(true);
  });

  it('asked for twice at once is one request to the authority', async () => {
    const it = await emitted(city);
    await it.deliver();
    await Promise.all([it.cancelNow(), it.cancelNow()]);
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(await it.types()).toEqual(['Emitted', 'Issued', 'CancelRequested', 'Cancelled']);
  });

  it('carried out by two workers at once is told of once', async () => {
    const it = await emitted(city);
    await it.deliver();
    await it.cancelNow();
    const [message = ''] = it.queue.visible();
    it.queue.copy(message);
    await Promise.all(it.queue.visible().map((id) => it.work(id)));
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(await it.types()).toEqual(['Emitted', 'Issued', 'CancelRequested', 'Cancelled']);
    expect(it.authorities.notes()).toEqual(cancelledNote);
  });

  it('that the authority refuses leaves the note, says which way is left, and may be asked for again', async () => {
    const it = await emitted(city, 'REJECTCANCEL');
    await it.deliver();
    await it.cancelNow();
    expect(await it.end()).toMatchObject({
      status: 'ISSUED',
      cancellation: { error: { howToFix: expect.stringMatching(/prefeitura|município/i) } },
    });
    expect(it.authorities.notes()).toEqual([expect.objectContaining({ cancelled: false })]);
    await it.cancelNow();
    expect(await it.end()).toMatchObject({ status: 'ISSUED' });
    expect(await it.types()).toEqual([
      'Emitted',
      'Issued',
      ...Array(2).fill(['CancelRequested', 'CancelFailed']).flat(),
    ]);
  });

  it('that a repair looks into is carried out once', async () => {
    const it = await emitted(city);
    await it.deliver();
    await it.cancelNow();
    await it.replay(invoiceId, 'repair', 'letter-1');
    expect(await it.end()).toMatchObject({ status: 'CANCELLED' });
    expect(it.authorities.notes()).toEqual(cancelledNote);
  });
});
