import { describe, expect, it } from 'vitest';
import { BATCH, OLD, QUEUE, SINGLE } from '../local/municipality-profiles.ts';
import type { EmitRequest } from '../src/commands/emit-invoice/emit-invoice.ts';
import { invoiceIdFor } from '../src/events/ids.ts';
import { type Mortality, mortality } from './faults/mortality.ts';
import { type Service, service } from './faults/service.ts';
import { flawsOf, invoiceOf, settle } from './faults/settling.ts';
import { standIns } from './faults/stand-ins.ts';
import { type VirtualClock, virtualClock } from './faults/virtual-clock.ts';
import { companyCnpj, emission, requestId } from './invoices.ts';

const MOST_ROUNDS = 3;
const NATIONAL = '3106200';
const CITIES = [
  ['the national system', NATIONAL],
  ['a city hall that issues one note at once', SINGLE],
  ['a city hall that takes a batch and answers at once', BATCH],
  ['a city hall that queues batches', QUEUE],
  ['a city hall of the oldest layout', OLD],
] as const;

const invoiceId = invoiceIdFor(companyCnpj, requestId);
const cancellation = { by: 'erp', reasonCode: '2', reason: 'Serviço não prestado: o pedido foi desfeito.' } as const;

/** What a client does, and who gives up when it gets no answer. */
interface Story {
  readonly title: string;
  /** Asks the stand-in for misbehaviour. */
  readonly reference: (municipalityCode: string) => string;
  readonly tell: (client: Client, clock: VirtualClock, it: Service) => Promise<void>;
  /** The status it ends in when everything the client asked for was heard. */
  readonly ends: 'ISSUED' | 'CANCELLED' | 'FAILED';
}

interface Client {
  emit(): Promise<void>;
  cancel(): Promise<void>;
  retry(): Promise<void>;
}

const issues = () => 'PEDIDO118';
const emits: Story['tell'] = (client) => client.emit();

const STORIES: readonly Story[] = [
  { title: 'an emission', reference: issues, tell: emits, ends: 'ISSUED' },
  { title: 'an emission whose answer is lost', reference: () => 'TIMEOUTISSUED', tell: emits, ends: 'ISSUED' },
  { title: 'an emission that is lost on its way', reference: () => 'TIMEOUTLOST', tell: emits, ends: 'ISSUED' },
  { title: 'an emission that is rejected', reference: rejected, tell: emits, ends: 'FAILED' },
  {
    title: 'a cancellation',
    reference: issues,
    ends: 'CANCELLED',
    async tell(client, clock, it) {
      await client.emit();
      await settle(it, clock, MOST_ROUNDS);
      await client.cancel();
    },
  },
  {
    title: 'a cancellation before anybody has answered',
    reference: issues,
    ends: 'CANCELLED',
    async tell(client) {
      await client.emit();
      await client.cancel();
    },
  },
  {
    title: 'a rejection and its retry, refused again',
    reference: rejected,
    ends: 'FAILED',
    async tell(client, clock, it) {
      await client.emit();
      await settle(it, clock, MOST_ROUNDS);
      await client.retry();
    },
  },
];

function rejected(municipalityCode: string): string {
  return municipalityCode === NATIONAL ? 'REJECTE0188' : 'REJECTE62';
}

/**
 * Tells a story in a world in which processes die, and holds what is left against the promises.
 *
 * @param patient whether a client that gets no answer asks again
 * @returns whether the client got no answer at least once
 */
async function live(
  story: Story,
  municipalityCode: string,
  death: Mortality,
  patient: boolean,
): Promise<{ readonly unanswered: boolean }> {
  const clock = virtualClock('2026-11-10T12:31:00.000Z');
  const authorities = await standIns(clock);
  const it = service({ clock, death, ...authorities });
  const request: EmitRequest = {
    requestId,
    emission: {
      ...emission,
      municipalityCode,
      service: { ...emission.service, municipalityCode, reference: story.reference(municipalityCode) },
    },
    dps: { series: '1' },
    dateGiven: true,
  };
  let heard = true;
  let unanswered = false;
  /** A client that gets no answer asks again, or never does. */
  const asks = async (ask: () => Promise<{ readonly died: boolean }>) => {
    if (!heard) return;
    for (let life = await ask(); life.died; life = await ask()) {
      unanswered = true;
      if (!patient) {
        heard = false;
        return;
      }
      clock.advance(30_000);
    }
  };
  const client: Client = {
    emit: () => asks(() => it.emit(request)),
    cancel: () => asks(() => it.cancel(invoiceId, cancellation)),
    retry: () => asks(() => it.retry(invoiceId, { by: 'erp', reason: 'Cadastro corrigido' })),
  };
  await story.tell(client, clock, it);
  await settle(it, clock, MOST_ROUNDS);

  const invoice = await invoiceOf(it, invoiceId);
  const notes = authorities.notes();
  const ended = invoice.status;
  if (heard) expect(ended).toBe(story.ends);
  else expect(['NONE', 'ISSUED', 'FAILED', 'CANCELLED']).toContain(ended);
  const note = invoice.status === 'NONE' ? undefined : invoice.note;
  expect(notes.map(({ nfseNumber, cancelled }) => ({ nfseNumber, cancelled }))).toEqual(
    note ? [{ nfseNumber: note.nfseNumber, cancelled: ended === 'CANCELLED' }] : [],
  );
  expect(await flawsOf(it, invoiceId)).toEqual([]);
  expect(authorities.sentAgain).toEqual([]);
  expect(it.unwitnessed).toEqual([]);
  expect(it.queue.dead).toEqual([]);
  return { unanswered };
}

/** Lives a story with these deaths. @returns how many moments it had */
async function dying(story: Story, municipalityCode: string, ...deaths: readonly number[]): Promise<number> {
  const death = mortality(...deaths);
  try {
    const { unanswered } = await live(story, municipalityCode, death, true);
    // Whether it asks again matters only to a client that got no answer.
    if (unanswered) await live(story, municipalityCode, mortality(...deaths), false);
    return death.moments.length;
  } catch (error) {
    const when = deaths.map((at) => `${death.moments[at] ?? 'never'} (moment ${at})`).join(' and ');
    throw new Error(`Died ${when}`, { cause: error });
  }
}

/** Lives it once for each of its moments, with a death there. @returns how many moments there are */
async function sweep(story: Story, municipalityCode: string, from = 0, ...earlier: readonly number[]): Promise<number> {
  let at = from;
  while (at < (await dying(story, municipalityCode, ...earlier, at))) at++;
  return at;
}

describe.each(CITIES)('with %s', (_name, municipalityCode) => {
  it.each(STORIES)('$title survives a death at each of its moments', async (story) => {
    expect(await sweep(story, municipalityCode)).toBeGreaterThan(20);
  });

  it('an emission survives two deaths, wherever they are', { timeout: 30_000 }, async () => {
    const [story] = STORIES;
    if (!story) throw new Error('There is a story');
    const moments = await dying(story, municipalityCode);
    for (let first = 0; first < moments; first++) {
      expect(await sweep(story, municipalityCode, first + 1, first)).toBeGreaterThan(first);
    }
  });
});
