import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  at,
  cancelledUnsent,
  cancelRequested,
  companyCnpj,
  emitted,
  failed,
  issued,
  meta,
} from '../../../test/invoices.ts';
import { START, tipAfter } from '../../events/commit.ts';
import type { NewEvent } from '../../events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../../events/ids.ts';
import { memoryEventStore } from '../../events/memory-event-store.ts';
import type { Work } from '../work.ts';
import { type DeadLetter, type DeadLetters, deadLetterOf, MALFORMED, WORKER_DIED } from './dead-letter.ts';
import { discard } from './discard.ts';
import { repairByMapping } from './repair-by-mapping.ts';
import { type DeadLetterDeps, type Replay, replay } from './replay.ts';
import { survey } from './survey.ts';

/** A DLQ in memory. What is in hand comes back when its time is up, and not before. */
function memoryDeadLetters(letters: readonly DeadLetter[]): DeadLetters & { waiting(): string[]; timeOut(): void } {
  const waiting = new Map(letters.map((letter) => [letter.letterId, letter]));
  const inHand = new Map<string, DeadLetter>();
  const move = (of: readonly DeadLetter[], from: Map<string, DeadLetter>, to?: Map<string, DeadLetter>) => {
    for (const letter of of) if (from.delete(letter.letterId)) to?.set(letter.letterId, letter);
  };
  return {
    async take(most) {
      const taken = [...waiting.values()].slice(0, Math.min(most, 3));
      move(taken, waiting, inHand);
      return taken;
    },
    giveBack: async (of) => move(of, inHand, waiting),
    remove: async (of) => move(of, inHand),
    count: async () => waiting.size + inHand.size,
    waiting: () => [...waiting.keys()].sort(),
    timeOut: () => move([...inHand.values()], inHand, waiting),
  };
}

const idOf = (name: string): InvoiceId => invoiceIdFor(companyCnpj, name);
const letterOf = (
  letterId: string,
  invoice?: string,
  cause = WORKER_DIED,
  municipalityCode = '3106200',
): DeadLetter => ({
  letterId,
  receipt: letterId,
  cause: invoice ? cause : MALFORMED,
  sentAt: at,
  bodyHash: '',
  ...(invoice && { invoiceId: idOf(invoice), municipalityCode }),
});

type Histories = Readonly<Record<string, readonly NewEvent[]>>;
const bounds = { most: 1000, msLeft: () => 10_000 };
const asking = { at, meta: { ...meta, actor: 'ops' } };
const everything: Replay = {
  ...asking,
  mode: 'replay',
  dryRun: false,
  selection: {},
  limit: 100,
  waitMs: 0,
};

/** Invoices with these histories, and letters about them. */
async function stuck(histories: Histories, letters: readonly DeadLetter[]) {
  const events = memoryEventStore();
  for (const [name, history] of Object.entries(histories)) {
    let tip = START;
    for (const happened of history) {
      const draft = { invoiceId: idOf(name), tip, events: [happened], meta, commitId: `${name}-${tip.version}`, at };
      tip = tipAfter(await events.append(draft));
    }
  }
  const deadLetters = memoryDeadLetters(letters);
  const workflow: Work[] = [];
  const requests: Work[] = [];
  const failures: unknown[] = [];
  let ids = 0;
  const deps: DeadLetterDeps = {
    events,
    deadLetters,
    newCommitId: () => `replay-${++ids}`,
    workflow: { start: async (work) => void workflow.push(work) },
    requests: { start: async (work) => void requests.push(work) },
    pause: async () => {},
    onFailure: (_, error) => void failures.push(error),
  };
  const types = async (name: string) =>
    (await events.load(idOf(name))).flatMap((commit) => commit.events.map(({ type }) => type));
  return { deps, deadLetters, workflow, requests, failures, types };
}

const HISTORIES: Histories = {
  waiting: [emitted],
  issued: [emitted, issued],
  failed: [emitted, failed],
  denied: [emitted, cancelRequested, cancelledUnsent],
};
const LETTERS = [
  letterOf('a', 'waiting'),
  letterOf('b', 'issued'),
  letterOf('c', 'failed', 'document-missing'),
  letterOf('d', 'denied', 'contradictory-outcome'),
  letterOf('e'),
  letterOf('f', 'waiting', 'defect', '3550308'),
];

describe('a survey of the dead letters', () => {
  it('groups them by cause and municipality, and leaves them where they are', async () => {
    const { deadLetters } = await stuck({}, [...LETTERS, letterOf('g', 'failed')]);
    const found = await survey(deadLetters, {}, bounds);
    expect(found).toMatchObject({ seen: 7, total: 7, complete: true });
    expect(found.groups[0]).toEqual({
      cause: WORKER_DIED,
      municipalityCode: '3106200',
      letters: 3,
      invoices: 3,
      oldestSentAt: at,
      sample: { invoiceIds: ['waiting', 'issued', 'failed'].map(idOf), letterIds: ['a', 'b', 'g'] },
    });
    expect(found.groups).toHaveLength(5);
    expect(deadLetters.waiting()).toHaveLength(7);
  });

  it('says so when somebody else has some in hand, or there are more than it may look at', async () => {
    const { deadLetters } = await stuck({}, LETTERS);
    expect(await survey(deadLetters, {}, { ...bounds, most: 1 })).toMatchObject({ seen: 4, total: 6, complete: false });
    await deadLetters.take(1);
    expect(await survey(deadLetters, {}, bounds)).toMatchObject({ seen: 5, total: 6, complete: false });
  });
});

describe('a replay of the dead letters', () => {
  it('starts what waits once, lets go what is settled, and keeps the rest', async () => {
    const it = await stuck(HISTORIES, LETTERS);
    const { items, left, more } = await replay(it.deps, everything, bounds);
    expect(items.map(({ letterIds, outcome, why }) => [letterIds.join(''), outcome, why])).toEqual([
      ['af', 'started', undefined],
      ['b', 'dropped', undefined],
      ['c', 'kept', 'note-in-question'],
      ['d', 'kept', 'contradiction'],
      ['e', 'kept', 'unknown-invoice'],
    ]);
    expect({ left, more, waiting: it.deadLetters.waiting() }).toEqual({
      left: 3,
      more: false,
      waiting: ['c', 'd', 'e'],
    });
    expect(it.workflow).toMatchObject([
      { invoiceId: idOf('waiting'), origin: 'replay', operation: 'emit', provider: 'national' },
    ]);
    expect(await it.types('waiting')).toEqual(['Emitted', 'ReplayRequested']);
    expect(await it.types('issued')).toEqual(['Emitted', 'Issued']);
  });

  it('that is a dry run says the same and does nothing', async () => {
    const it = await stuck(HISTORIES, LETTERS);
    const { items } = await replay(it.deps, { ...everything, dryRun: true }, bounds);
    expect(items.map(({ outcome }) => outcome)).toEqual(['start', 'drop', 'keep', 'keep', 'keep']);
    expect(it.deadLetters.waiting()).toHaveLength(6);
    expect([it.workflow, await it.types('waiting')]).toEqual([[], ['Emitted']]);
  });

  it('as a repair has the worker look into what ended without a note', async () => {
    const it = await stuck(HISTORIES, LETTERS);
    await replay(it.deps, { ...everything, mode: 'repair' }, bounds);
    expect(it.requests.map(({ invoiceId }) => invoiceId).sort()).toEqual(
      ['waiting', 'failed', 'denied'].map(idOf).sort(),
    );
    expect(it.requests.every(({ origin }) => origin === 'repair')).toBe(true);
    expect(await it.types('failed')).toEqual(['Emitted', 'Failed', 'ReplayRequested']);
    expect(await it.types('denied')).toEqual(['Emitted', 'CancelRequested', 'Cancelled']);
  });

  it('tells what the worker made of a repair, where that comes in time', async () => {
    const it = await stuck({ waiting: [emitted] }, [letterOf('a', 'waiting')]);
    const pause = async () => {
      const last = (await it.deps.events.load(idOf('waiting'))).at(-1);
      if (!last) throw new Error('It was emitted');
      const draft = { invoiceId: idOf('waiting'), tip: tipAfter(last), events: [issued], meta, commitId: 'worker', at };
      await it.deps.events.append(draft);
    };
    const { items } = await replay({ ...it.deps, pause }, { ...everything, mode: 'repair', waitMs: 1000 }, bounds);
    expect(items).toMatchObject([{ outcome: 'answered', status: 'ISSUED' }]);
  });

  it.each([
    ['cause', { cause: 'defect' }, ['f']],
    ['municipality', { municipalityCode: '3550308' }, ['f']],
    ['invoice', { invoiceIds: [idOf('waiting')] }, ['a', 'f']],
    ['letter', { letterIds: ['a'] }, ['a']],
  ])('by %s leaves the others where they are', async (_title, selection, replayed) => {
    const it = await stuck(HISTORIES, LETTERS);
    const { items } = await replay(it.deps, { ...everything, selection }, bounds);
    expect(items.flatMap(({ letterIds }) => letterIds)).toEqual(replayed);
    expect(it.deadLetters.waiting()).toEqual(
      LETTERS.map(({ letterId }) => letterId).filter((id) => !replayed.includes(id)),
    );
  });

  it('keeps the letter of what could not be started, says so, and goes on', async () => {
    const it = await stuck({ ...HISTORIES, second: [emitted] }, [...LETTERS, letterOf('z', 'second')]);
    const start = async ({ invoiceId }: Work) => {
      if (invoiceId === idOf('waiting')) throw new Error('throttled');
    };
    const { items } = await replay({ ...it.deps, workflow: { start } }, everything, bounds);
    expect(items[0]).toMatchObject({ outcome: 'kept', why: 'failed' });
    expect(items.at(-1)).toMatchObject({ invoiceId: idOf('second'), outcome: 'started' });
    expect(it.failures).toMatchObject([{ message: 'throttled' }]);
    expect(it.deadLetters.waiting()).toEqual(['a', 'c', 'd', 'e', 'f']);
  });

  it('goes no further than it was told to, and says that there is more', async () => {
    const names = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
    const histories = Object.fromEntries(names.map((name) => [name, [emitted]]));
    const it = await stuck(
      histories,
      names.map((name) => letterOf(name, name)),
    );
    expect(await replay(it.deps, { ...everything, limit: 3 }, bounds)).toMatchObject({ left: 6, more: true });
    expect(await replay(it.deps, { ...everything, limit: 6 }, bounds)).toMatchObject({ left: 0 });
    expect(it.workflow).toHaveLength(9);
  });

  it('loses no letter wherever it dies: each comes back, or its work is started, or its invoice is settled', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('waiting', 'issued', 'failed', 'denied', undefined), { minLength: 1, maxLength: 12 }),
        fc.constantFrom('replay' as const, 'repair' as const),
        fc.nat(30),
        async (invoices, mode, deathAt) => {
          const it = await stuck(
            HISTORIES,
            invoices.map((name, place) => letterOf(`l${place}`, name)),
          );
          let calls = 0;
          const dying = <Port extends object>(port: Port): Port =>
            new Proxy(port, {
              get:
                (target, name) =>
                async (...args: readonly unknown[]) => {
                  if (calls++ >= deathAt) throw new Error('killed');
                  return (target[name as keyof Port] as (...all: readonly unknown[]) => unknown)(...args);
                },
            });
          const { events, deadLetters, workflow, requests } = it.deps;
          const mortal = {
            ...it.deps,
            events: dying(events),
            deadLetters: dying(deadLetters),
            workflow: dying(workflow),
            requests: dying(requests),
          };
          await replay(mortal, { ...everything, mode }, bounds).catch(() => undefined);
          it.deadLetters.timeOut();
          const after = it.deadLetters.waiting();
          const started = new Set([...it.workflow, ...it.requests].map(({ invoiceId }) => invoiceId));
          for (const [place, name] of invoices.entries()) {
            const safe = after.includes(`l${place}`) || name === 'issued' || (name && started.has(idOf(name)));
            expect(safe, `letter ${place} of ${name}`).toBeTruthy();
          }
          // And once more, with nobody dying: everything that can be dealt with is, and each replay is on record once a letter.
          await replay(it.deps, { ...everything, mode }, bounds);
          const stays = (name?: string) => !name || (mode === 'replay' && (name === 'failed' || name === 'denied'));
          expect(it.deadLetters.waiting()).toEqual(
            invoices.flatMap((name, place) => (stays(name) ? [`l${place}`] : [])).sort(),
          );
          const records = (await it.types('waiting')).filter((type) => type === 'ReplayRequested').length;
          expect(records).toBe(invoices.includes('waiting') ? 1 : 0);
        },
      ),
      { numRuns: 200 },
    ));
});

describe('a dead letter that is discarded', () => {
  it('is one that nothing else can be done about, and is told before it goes', async () => {
    const it = await stuck(HISTORIES, LETTERS);
    const told: string[] = [];
    const { items } = await discard(
      it.deps,
      { selection: {}, dryRun: false, limit: 100, onDiscard: ({ letterIds }) => void told.push(...letterIds) },
      bounds,
    );
    expect(told.sort()).toEqual(['b', 'c', 'd', 'e']);
    expect(items[0]).toMatchObject({ outcome: 'kept', why: 'unfinished' });
    expect(it.deadLetters.waiting()).toEqual(['a', 'f']);
  });
});

describe('the mapping from the DLQ', () => {
  const byItself = { at, meta: { ...meta, actor: 'dlq-mapping' }, mode: 'repair' as const };

  it('repairs what it can and leaves the rest', async () => {
    const it = await stuck(HISTORIES, []);
    const { kept } = await repairByMapping(it.deps, LETTERS, byItself);
    expect(kept.map(({ letterId }) => letterId)).toEqual(['d', 'e']);
    expect(it.requests.map(({ invoiceId }) => invoiceId)).toEqual([idOf('waiting'), idOf('failed')]);
  });

  it('repairs an invoice once, until something comes of it: a letter never goes round in circles', async () => {
    const it = await stuck({ waiting: [emitted] }, []);
    await repairByMapping(it.deps, [letterOf('a', 'waiting')], byItself);
    const again = await repairByMapping(it.deps, [letterOf('b', 'waiting')], byItself);
    expect(again.items).toMatchObject([{ outcome: 'kept', why: 'repaired-before' }]);
    expect(it.requests).toHaveLength(1);
  });

  it('leaves to a person what no record can be kept of, and lets go what is settled', async () => {
    const it = await stuck(HISTORIES, []);
    const { items, kept } = await repairByMapping(
      it.deps,
      [letterOf('a', 'denied'), letterOf('b', 'issued')],
      byItself,
    );
    expect(items).toMatchObject([{ outcome: 'kept', why: 'no-record' }, { outcome: 'dropped' }]);
    expect(kept.map(({ letterId }) => letterId)).toEqual(['a']);
    expect(it.requests).toEqual([]);
  });
});

describe('a letter of somebody who may send to the queue', () => {
  it('is believed in nothing that has not the form of ours', () => {
    const attributes = {
      Cause: '../../etc',
      InvoiceId: "inv_'; DROP TABLE",
      MunicipalityCode: 'São Paulo',
      ErrorMessage: 'two\nlines',
      ReceiveCount: '-1',
      SentAt: 'yesterday',
      TraceId: 'a b',
    };
    expect(
      deadLetterOf({ letterId: 'l', receipt: 'r', body: '[]', bodyHash: 'h', attributes, sentAtMs: Number.NaN }),
    ).toEqual({ letterId: 'l', receipt: 'r', bodyHash: 'h', cause: MALFORMED, sentAt: '1970-01-01T00:00:00.000Z' });
  });
});
