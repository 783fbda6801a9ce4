import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CITIES } from '../../test/faults/crash-sweep.ts';
import { mortality } from '../../test/faults/mortality.ts';
import { plainAuthority } from '../../test/faults/plain-authority.ts';
import { type Service, service } from '../../test/faults/service.ts';
import { deliverAll, invoiceOf, settle } from '../../test/faults/settling.ts';
import { standIns } from '../../test/faults/stand-ins.ts';
import { type VirtualClock, virtualClock } from '../../test/faults/virtual-clock.ts';
import { companyCnpj, emission, requestId } from '../../test/invoices.ts';
import { invoiceIdFor } from '../events/ids.ts';
import { handleWork } from './handle-work.ts';
import { authorityBreaker, PROBES } from './lanes/breaker.ts';
import { guarded } from './lanes/guarded-provider.ts';
import { TooLateToSend } from './send-deadline.ts';

const START = '2026-11-10T12:31:00.000Z';
const TOO_LONG_MS = 181_000;
const invoiceId = invoiceIdFor(companyCnpj, requestId);
const cancellation = { by: 'erp', reasonCode: '2', reason: 'Serviço não prestado: o pedido foi desfeito.' } as const;

function emissionTo(municipalityCode: string, reference = 'PEDIDO118') {
  const service = { ...emission.service, municipalityCode, reference };
  return {
    requestId,
    emission: { ...emission, municipalityCode, service },
    dps: { series: '1' },
    dateGiven: true,
  } as const;
}

/**
 * A worker takes the one message there is. Evidence of what it sends takes too long to be stored, from the call of that place on.
 *
 * @returns what was kept
 */
async function handleSlowly(it: Service, clock: VirtualClock, from = 0): Promise<readonly string[]> {
  const [messageId = ''] = it.queue.visible();
  const received = it.queue.receive(messageId);
  if (!received) throw new Error('There is a message');
  const { body, ...delivery } = received;
  let calls = 0;
  const contents: string[] = [];
  const { documents } = it.workerDeps;
  const slow = {
    ...documents,
    async put(...kept: Parameters<typeof documents.put>) {
      if (kept[0].includes('/sent-') && calls++ >= from) clock.advance(TOO_LONG_MS);
      contents.push(kept[1]);
      return documents.put(...kept);
    },
  };
  await handleWork({ ...it.workerDeps, documents: slow }, body, delivery);
  it.queue.delete(messageId);
  return contents;
}

describe.each(CITIES)('with %s, a worker whose evidence took too long to be stored', (_name, municipalityCode) => {
  async function world() {
    const clock = virtualClock(START);
    const authorities = await standIns(clock);
    return { clock, authorities, it: service({ clock, death: mortality(), ...authorities }) };
  }

  it('does not send an emission any more, and the next one does', async () => {
    const { clock, authorities, it } = await world();
    await it.emit(emissionTo(municipalityCode));
    await handleSlowly(it, clock);
    expect(authorities.notes()).toEqual([]);
    const waiting = await invoiceOf(it, invoiceId);
    expect(waiting).toMatchObject({ status: 'EMITTED', deferralReason: 'provider-unavailable', attempt: 1 });
    await settle(it, clock, 3);
    expect(await invoiceOf(it, invoiceId)).toMatchObject({ status: 'ISSUED' });
    expect(authorities.notes()).toHaveLength(1);
  });

  it('does not send a cancellation any more, and the next one does', async () => {
    const { clock, authorities, it } = await world();
    await it.emit(emissionTo(municipalityCode));
    await settle(it, clock, 3);
    await it.cancel(invoiceId, cancellation);
    await handleSlowly(it, clock);
    expect(await invoiceOf(it, invoiceId)).toMatchObject({ status: 'CANCELLING' });
    expect(authorities.notes()).toMatchObject([{ cancelled: false }]);
    await settle(it, clock, 3);
    expect(authorities.notes()).toMatchObject([{ cancelled: true }]);
  });

  it('asks all the same what became of what it had sent', async () => {
    const { clock, it } = await world();
    await it.emit(emissionTo(municipalityCode, 'TIMEOUTISSUED'));
    await handleSlowly(it, clock, 1);
    expect(await invoiceOf(it, invoiceId)).toMatchObject({ status: 'ISSUED' });
  });
});

describe('an emission that was tried before, and is too late to be sent', () => {
  it.each([
    ['nothing was sent, is still known as unsent', ['no connection'], 'provider-unavailable'],
    ['nobody knows, is still unknown', ['silence before', 'silence before'], 'outcome-unknown'],
  ] as const)('where %s', async (_title, faults, deferralReason) => {
    const clock = virtualClock(START);
    const city = plainAuthority(clock);
    const it = service({ clock, death: mortality(), authorityFor: async () => city.authority });
    city.faults.push(...faults);
    await it.emit(emissionTo(emission.municipalityCode));
    await deliverAll(it, clock);
    expect(await invoiceOf(it, invoiceId)).toMatchObject({ attempt: 1, deferralReason });
    clock.advance(3_600_000);
    await it.reconcile();
    clock.advance(1000);
    const contents = await handleSlowly(it, clock, 1);
    expect(await invoiceOf(it, invoiceId)).toMatchObject({ attempt: 2, deferralReason });
    expect(city.notes()).toEqual([]);
    // The evidence of the attempt says that nothing left.
    expect(JSON.parse(contents.at(-1) ?? '')).toMatchObject({ noAnswer: new TooLateToSend().message, left: false });
  });
});

describe('a call that the breaker held back for too long', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse(START), toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does not leave any more, and counts for nothing', async () => {
    const clock = virtualClock(START);
    const pass = (ms: number) => {
      clock.advance(ms);
      vi.setSystemTime(clock.now());
    };
    const breaker = authorityBreaker({
      failures: 2,
      probeAfterMs: 10_000,
      now: Date.now,
      random: () => 0,
      onChange: () => undefined,
    });
    const call = (company: string, answer: Promise<string>) =>
      breaker.call(
        company,
        () => answer,
        (said) => said === '',
      );
    for (const company of ['a', 'b']) await call(company, Promise.resolve(''));
    expect(breaker.state).toBe('open');
    pass(10_000);
    const probes = Array.from({ length: PROBES }, () => Promise.withResolvers<string>());
    const answered = probes.map(({ promise }) => call('a', promise));

    const city = plainAuthority(clock);
    const calls: string[] = [];
    city.onCall = (verb) => void calls.push(verb);
    const noted: boolean[] = [];
    const it = service({
      clock,
      death: mortality(),
      authorityFor: async () => ({
        transport: city.authority.transport,
        provider: (transport) =>
          guarded(city.authority.provider(transport), {
            breaker,
            companyCnpj,
            note: (heard) => void noted.push(heard),
          }),
      }),
    });
    await it.emit(emissionTo(emission.municipalityCode));
    const [messageId = ''] = it.queue.visible();
    const handled = it.work(messageId);
    await turn(); // the breaker has it
    pass(TOO_LONG_MS);
    for (const { resolve } of probes) resolve('note');
    await Promise.all([...answered, handled]);

    expect(breaker.state).toBe('closed');
    expect(await invoiceOf(it, invoiceId)).toMatchObject({
      status: 'EMITTED',
      deferralReason: 'provider-unavailable',
    });
    expect(calls).toEqual([]);
    expect(noted).toEqual([]);
    await call('a', Promise.resolve(''));
    expect(breaker.state).toBe('closed');
  });
});
