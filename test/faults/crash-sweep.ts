import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { BATCH, OLD, QUEUE, SINGLE } from '../../local/municipality-profiles.ts';
import type { Corrections } from '../../src/events/emission.ts';
import { invoiceIdFor } from '../../src/events/ids.ts';
import type { RouteAuthority } from '../../src/nfse/routing/route.ts';
import { companyCnpj, emission, requestId } from '../invoices.ts';
import { type Mortality, mortality } from './mortality.ts';
import { type Emitting, service } from './service.ts';
import { flawsOf, invoiceOf, settle } from './settling.ts';
import { standIns } from './stand-ins.ts';
import { virtualClock } from './virtual-clock.ts';

/** Of the reconciler, for a story whose processes all live. */
const MOST_ROUNDS = 2;
const NATIONAL = '3106200';
export const CITIES = [
  ['the national system', NATIONAL],
  ['a city hall that issues one note at once', SINGLE],
  ['a city hall that takes a batch and answers at once', BATCH],
  ['a city hall that queues batches', QUEUE],
  ['a city hall of the oldest layout', OLD],
] as const;

const invoiceId = invoiceIdFor(companyCnpj, requestId);
const cancellation = { by: 'erp', reasonCode: '2', reason: 'Serviço não prestado: o pedido foi desfeito.' } as const;

/** What a client does, and who gives up when it gets no answer. */
export interface Story {
  readonly title: string;
  /** Asks the stand-in for misbehaviour. */
  readonly reference: (municipalityCode: string) => string;
  /** Outside the Simples Nacional when left out. */
  readonly simplesNacional?: 'ME_EPP';
  readonly tell: (client: Client, heals: () => Promise<unknown>) => Promise<void>;
  /** The status it ends in when everything the client asked for was heard. */
  readonly ends: 'ISSUED' | 'CANCELLED' | 'FAILED';
}

interface Client {
  emit(): Promise<void>;
  cancel(): Promise<void>;
  retry(corrections?: Corrections): Promise<void>;
  /** An operator sends the company to its city from now on, where that has a system of its own. */
  decideForCity(): void;
}

const issues = () => 'PEDIDO118';
const emits: Story['tell'] = (client) => client.emit();

/** The national system refuses an ME/EPP, and its city takes it by the decision of an operator. */
const takenByTheCity: Story = {
  title: 'a rejection, and the retry at another authority',
  reference: () => 'REJECTE0037',
  simplesNacional: 'ME_EPP',
  ends: 'ISSUED',
  async tell(client, heals) {
    await client.emit();
    await heals();
    client.decideForCity();
    await client.retry({ service: { ...emission.service, reference: 'PEDIDO119' } });
  },
};

export const STORIES: readonly Story[] = [
  { title: 'an emission', reference: issues, tell: emits, ends: 'ISSUED' },
  { title: 'an emission whose answer is lost', reference: () => 'TIMEOUTISSUED', tell: emits, ends: 'ISSUED' },
  { title: 'an emission that is lost on its way', reference: () => 'TIMEOUTLOST', tell: emits, ends: 'ISSUED' },
  { title: 'an emission that is rejected', reference: rejected, tell: emits, ends: 'FAILED' },
  {
    title: 'a cancellation',
    reference: issues,
    ends: 'CANCELLED',
    async tell(client, heals) {
      await client.emit();
      await heals();
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
    async tell(client, heals) {
      await client.emit();
      await heals();
      await client.retry();
    },
  },
  takenByTheCity,
];

function rejected(municipalityCode: string): string {
  return municipalityCode === NATIONAL ? 'REJECTE0188' : 'REJECTE62';
}

/**
 * Tells a story in a world in which processes die, and holds what is left against the promises.
 *
 * @param mostRounds of the reconciler, until all is over
 * @param patient whether a client that gets no answer asks again
 * @returns whether the client got no answer at least once
 */
async function live(
  story: Story,
  municipalityCode: string,
  death: Mortality,
  mostRounds: number,
  patient: boolean,
): Promise<{ readonly unanswered: boolean }> {
  const clock = virtualClock('2026-11-10T12:31:00.000Z');
  const authorities = await standIns(clock);
  let choice: RouteAuthority | undefined;
  const it = service({ clock, death, ...authorities, choiceOn: () => choice });
  const { simplesNacional = emission.issuer.simplesNacional } = story;
  const request: Emitting = {
    requestId,
    emission: {
      ...emission,
      municipalityCode,
      issuer: { ...emission.issuer, simplesNacional },
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
  const heals = () => settle(it, clock, mostRounds);
  const client: Client = {
    emit: () => asks(() => it.emit(request)),
    cancel: () => asks(() => it.cancel(invoiceId, cancellation)),
    retry: (corrections) =>
      asks(() =>
        it.retry(invoiceId, { by: 'erp', reason: 'Cadastro corrigido', ...(corrections ? { corrections } : {}) }),
      ),
    decideForCity: () => {
      choice = 'city';
    },
  };
  await story.tell(client, heals);
  await heals();

  const invoice = await invoiceOf(it, invoiceId);
  const notes = authorities.notes();
  const ended = invoice.status;
  if (heard) assert.equal(ended, story.ends);
  else assert.ok(['NONE', 'ISSUED', 'FAILED', 'CANCELLED'].includes(ended), ended);
  const note = invoice.status === 'NONE' ? undefined : invoice.note;
  assert.deepEqual(
    notes.map(({ nfseNumber, cancelled }) => ({ nfseNumber, cancelled })),
    note ? [{ nfseNumber: note.nfseNumber, cancelled: ended === 'CANCELLED' }] : [],
  );
  assert.deepEqual(await flawsOf(it, invoiceId), []);
  assert.deepEqual(authorities.sentAgain, []);
  assert.deepEqual(it.unwitnessed, []);
  assert.deepEqual(it.queue.dead, []);
  return { unanswered };
}

/** What a sweep came to. */
export interface Sweep {
  /** Moments of the story without a death. */
  readonly moments: number;
  /** Times that it was lived. */
  readonly lives: number;
}

/**
 * Lives a story with these deaths.
 *
 * @returns how many moments it had
 * @throws with the moments of the deaths, when a promise is broken
 */
async function dying(story: Story, municipalityCode: string, ...deaths: readonly number[]): Promise<number> {
  const death = mortality(...deaths);
  const mostRounds = MOST_ROUNDS + deaths.length; // what a death leaves undone is found by the next
  await turn(); // nothing in a story waits for the event loop, and a signal would not be heard for minutes
  try {
    const { unanswered } = await live(story, municipalityCode, death, mostRounds, true);
    // Whether it asks again matters only to a client that got no answer.
    if (unanswered) await live(story, municipalityCode, mortality(...deaths), mostRounds, false);
    return death.moments.length;
  } catch (error) {
    const when = deaths.map((at) => `${death.moments[at] ?? 'never'} (moment ${at})`).join(' and ');
    throw new Error(`Died ${when}`, { cause: error });
  }
}

/** Which of a story's moments somebody dies at: every one, unless a sweep is to be shorter. */
export interface Stride {
  readonly every: number;
  /** The first of them. */
  readonly first: number;
}

const EACH: Stride = { every: 1, first: 0 };

/**
 * Lives a story once for each of its moments, with a death there; all of them are found by counting, not by hand.
 *
 * @param earlier moments of deaths before
 * @throws with the moment of the death, when a promise is broken
 */
export async function sweepOnce(
  story: Story,
  municipalityCode: string,
  { every, first }: Stride = EACH,
  ...earlier: readonly number[]
): Promise<Sweep> {
  let lives = 0;
  for (let at = (earlier.at(-1) ?? -1) + 1 + first; ; at += every) {
    const moments = await dying(story, municipalityCode, ...earlier, at);
    lives++;
    if (at >= moments) return { moments, lives };
  }
}

/** The same with two deaths, wherever they are. @param every of how many moments one is taken, for either death */
export async function sweepTwice(story: Story, municipalityCode: string, every = 1): Promise<Sweep> {
  const moments = await dying(story, municipalityCode);
  let lives = 1;
  for (let at = 0; at < moments; at += every) {
    // The second death falls behind the first at another distance each time.
    const stride = { every, first: (at / every) % every };
    lives += (await sweepOnce(story, municipalityCode, stride, at)).lives;
  }
  return { moments, lives };
}
