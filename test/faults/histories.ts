import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import type { Commit } from '../../src/events/commit.ts';
import { type InvoiceId, invoiceIdFor } from '../../src/events/ids.ts';
import { companyCnpj, emission } from '../invoices.ts';
import { type Life, mortality } from './mortality.ts';
import { FAULTS, type Fault, plainAuthority } from './plain-authority.ts';
import { seededRandom, shuffled } from './seeded-random.ts';
import { type Emitting, type Service, service } from './service.ts';
import { flawsOf, invoiceOf, settle } from './settling.ts';
import { virtualClock } from './virtual-clock.ts';

/** One thing that happens. Numbers that pick something are taken modulo what there is. */
export type Step =
  | { readonly do: 'emit' | 'cancel' | 'retry' | 'repair'; readonly request: number }
  | { readonly do: 'fault'; readonly fault: Fault }
  /** The process that reaches the moment so many moments from now is gone. */
  | { readonly do: 'die'; readonly in: number }
  | { readonly do: 'deliver' | 'copy'; readonly message: number }
  /** Two workers at the same time. */
  | { readonly do: 'deliver-two'; readonly message: number; readonly other: number }
  /** The client cancels while a worker is at it. */
  | { readonly do: 'deliver-and-cancel'; readonly message: number; readonly request: number }
  /** The projector is told of some records, in some order. */
  | { readonly do: 'project'; readonly seed: number }
  | { readonly do: 'reconcile' }
  /** The next bytes that are stored of a call hold it back for so long, while everything else goes on. */
  | { readonly do: 'hold'; readonly seconds: number }
  | { readonly do: 'wait'; readonly seconds: number };

const REQUESTS = 2;
const request = fc.nat(REQUESTS - 1);
const pick = fc.nat(5);

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('emit' as const), request }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), request }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'repair' as const), request }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom(...FAULTS) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('die' as const), in: fc.nat(25) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), message: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy' as const), message: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deliver-two' as const), message: pick, other: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deliver-and-cancel' as const), message: pick, request }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('project' as const), seed: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reconcile' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('hold' as const), seconds: fc.constantFrom(20, 70, 301, 4000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 70, 301, 4000, 90_000) }),
  },
);

const ids: readonly InvoiceId[] = Array.from({ length: REQUESTS }, (_, place) =>
  invoiceIdFor(companyCnpj, `pedido-${place}`),
);
const MOST_ROUNDS = 12;
/** Each may cost a message one of its receives. */
const MOST_HOLDS = 2;

/** A history did not end as the model says. The message is its story. */
class Broken extends Error {
  override readonly name = 'Broken';
}

/** The model: what may still happen to an invoice that has come to an end. The rest is one note for each request. */
const AFTER_THE_END: Readonly<Record<string, readonly string[]>> = {
  // A cancellation that was refused to one copy of a message may have been granted to another.
  ISSUED: ['CancelRequested', 'Cancelled'],
  FAILED: ['RetryRequested', 'Issued', 'ReplayRequested'],
  CANCELLED: [],
};

/**
 * Lives a history, lets everything heal, and holds the end against the model.
 *
 * @throws with the story in a few lines, when they differ
 */
export async function live(steps: readonly Step[]): Promise<void> {
  const story: string[] = [];
  const clock = virtualClock('2026-11-10T12:31:00.000Z');
  const death = mortality();
  const { authority, faults, notes } = plainAuthority(clock);
  const accepted = new Set<number>();
  const ended = new Map<InvoiceId, string>();
  const broken: string[] = [];

  const onCommit = ({ invoiceId, events }: Commit) => {
    for (const { type } of events) {
      story.push(`    ${nameOf(invoiceId)}: ${type}`);
      const before = ended.get(invoiceId);
      if (before && !AFTER_THE_END[before]?.includes(type)) broken.push(`${type} after ${before}`);
    }
  };
  const held: { readonly until: number; readonly go: () => void }[] = [];
  let holds = 0;
  let nextHoldMs: number | undefined;
  let onHeld = () => {};
  const hold = () => {
    if (nextHoldMs === undefined) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    held.push({ until: clock.now().getTime() + nextHoldMs, go: resolve });
    nextHoldMs = undefined;
    story.push('    a call is held back');
    onHeld();
    return promise;
  };
  const it = service({ clock, death, authorityFor: async () => authority, onCommit, hold });

  /** What is held back goes on beside what happens next. */
  async function unlessHeld<T>(life: Promise<T>): Promise<T | undefined> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    onHeld = () => resolve(undefined);
    const lived = await Promise.race([life, promise]);
    if (lived === undefined) await turn(); // for who is with it, and is not held back
    return lived;
  }

  async function letGo(): Promise<void> {
    const over = held.filter(({ until }) => until <= clock.now().getTime());
    for (const one of over) {
      held.splice(held.indexOf(one), 1);
      story.push('    a call is let go');
      one.go();
      await turn();
    }
  }

  async function noteEnds(): Promise<void> {
    for (const id of ids) {
      const { status } = await invoiceOf(it, id);
      if (status in AFTER_THE_END) ended.set(id, status);
      else ended.delete(id);
    }
  }

  const messageAt = (place: number) => {
    const visible = it.queue.visible();
    return visible[place % Math.max(visible.length, 1)];
  };
  const deliver = async (place: number) => {
    const messageId = messageAt(place);
    return messageId === undefined ? undefined : it.work(messageId);
  };

  async function act(one: Step): Promise<Life<unknown> | undefined> {
    switch (one.do) {
      case 'emit': {
        const life = await it.emit(emissionOf(one.request));
        if (!life.died) accepted.add(one.request);
        return life;
      }
      case 'cancel':
        return cancel(it, one.request);
      case 'retry':
        return refusable(it.retry(ids[one.request] as InvoiceId, { by: 'erp', reason: 'Cadastro corrigido' }));
      case 'repair':
        return it.replay(ids[one.request] as InvoiceId, 'repair', `letter-${story.length}`);
      case 'fault':
        faults.push(one.fault);
        return undefined;
      case 'die':
        death.strikeIn(one.in);
        return undefined;
      case 'deliver':
        return unlessHeld(deliver(one.message));
      case 'copy': {
        const messageId = messageAt(one.message);
        if (messageId !== undefined) it.queue.copy(messageId);
        return undefined;
      }
      case 'deliver-two':
        return (await unlessHeld(Promise.all([deliver(one.message), deliver(one.other)])))?.[0];
      case 'deliver-and-cancel':
        return (await unlessHeld(Promise.all([deliver(one.message), cancel(it, one.request)])))?.[0];
      case 'project':
        return it.project(shuffled(seededRandom(one.seed), [...it.unprojected]).slice(0, 1 + (one.seed % 3)));
      case 'reconcile':
        return it.reconcile();
      case 'hold':
        if (holds++ < MOST_HOLDS) nextHoldMs = one.seconds * 1_000;
        return undefined;
      case 'wait':
        clock.advance(one.seconds * 1_000);
        return undefined;
    }
  }

  try {
    for (const one of steps) {
      story.push(describe(one));
      const life = await act(one);
      if (life?.died) story.push(`    died ${life.at}`);
      else if (life?.value instanceof Error) story.push(`    threw ${life.value.name}: ${life.value.message}`);
      await letGo();
      await noteEnds();
    }
    story.push('everything heals');
    faults.length = 0;
    nextHoldMs = undefined;
    death.spare();
    for (const { until } of held) clock.advanceTo(until);
    await letGo();
    const rounds = await settle(it, clock, MOST_ROUNDS);
    story.push(`settled after ${rounds} rounds`);
    await checkEnd();
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Broken(`${what}\n${story.join('\n')}`, { cause: error });
  }

  async function checkEnd(): Promise<void> {
    assert.deepEqual(broken, [], 'an end is an end');
    const held = new Map(notes().map((note) => [note.declaration, note]));
    let expected = 0;
    for (const [place, id] of ids.entries()) {
      const invoice = await invoiceOf(it, id);
      if (invoice.status === 'NONE') {
        assert.ok(!accepted.has(place), `${nameOf(id)} was accepted, and is lost`);
        continue;
      }
      assert.ok(invoice.status in AFTER_THE_END, `${nameOf(id)} came to no end: ${invoice.status}`);
      assert.deepEqual(await flawsOf(it, id), [], nameOf(id));
      const note = held.get(`${companyCnpj}-${invoice.dps.series}-${invoice.dps.number}`);
      assert.equal(
        invoice.note?.nfseNumber,
        note?.nfseNumber,
        `${nameOf(id)}: note of the history, note of the authority`,
      );
      if (!note) continue;
      expected++;
      assert.equal(note.cancelled, invoice.status === 'CANCELLED', `${nameOf(id)}: cancelled here and there`);
    }
    assert.equal(held.size, expected, 'a note that no invoice knows of');
    assert.deepEqual(it.unwitnessed, [], 'calls whose bytes were not stored first');
    assert.deepEqual(it.queue.dead, [], 'dead letters');
  }
}

function cancel(it: Service, place: number) {
  const command = { by: 'erp', reasonCode: '2', reason: 'Serviço não prestado: o pedido foi desfeito.' } as const;
  return refusable(it.cancel(ids[place] as InvoiceId, command));
}

/** A command that the state does not allow is refused, and nothing happened. */
async function refusable<T>(life: Promise<Life<T>>): Promise<Life<T | Error>> {
  try {
    return await life;
  } catch (error) {
    const code = (error as { code?: string }).code ?? '';
    if (code !== 'nothing-to-cancel' && code !== 'nothing-to-retry') throw error;
    return { died: false, value: error as Error };
  }
}

function emissionOf(place: number): Emitting {
  return { requestId: `pedido-${place}`, emission, dps: { series: '1' }, dateGiven: true };
}

function nameOf(invoiceId: InvoiceId): string {
  return `pedido-${ids.indexOf(invoiceId)}`;
}

function describe({ do: what, ...rest }: Step): string {
  return `${what} ${Object.entries(rest)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')}`.trim();
}
