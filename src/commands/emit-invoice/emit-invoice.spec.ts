import { describe, expect, it } from 'vitest';
import {
  accessKey,
  at,
  companyCnpj,
  emission,
  existing,
  invoiceId,
  issued,
  meta,
  requestId,
  route,
} from '../../../test/invoices.ts';
import { invoiceIdFor } from '../../events/ids.ts';
import { memoryEventStore } from '../../events/memory-event-store.ts';
import type { MunicipalAgreement } from '../../nfse/routing/agreement.ts';
import type { Work } from '../work.ts';
import { RequestIdReused } from './decide.ts';
import { type EmitDeps, type EmitRequest, emitInvoice } from './emit-invoice.ts';

const request: EmitRequest = { requestId, emission, route, dps: { series: '1' }, dateGiven: true };
const occasion = { at, meta };

class Killed extends Error {}

/** Everything an emission touches, in memory; the process can be killed before or after any of it happens. */
function system() {
  const events = memoryEventStore();
  const documents = new Map<string, string>();
  const started: Work[] = [];
  const steps: string[] = [];
  let lastNumber = 0;
  let ids = 0;
  let killAt: string | undefined;
  /** A step of the outside world: it happens, or it does not, and either way the process may never know. */
  async function step<T>(name: string, act: () => Promise<T> | T): Promise<T> {
    steps.push(name);
    if (killAt === `before ${name}`) throw new Killed(name);
    const result = await act();
    if (killAt === `after ${name}`) throw new Killed(name);
    return result;
  }
  const deps: EmitDeps = {
    events: { ...events, append: (draft) => step('append', () => events.append(draft)) },
    documents: { put: (key, content) => step('put', () => void documents.set(key, content)) },
    numbers: {
      take: () => step('take', () => ++lastNumber),
      reserve: async (_company, _series, number) => {
        lastNumber = Math.max(lastNumber, number);
      },
    },
    workflow: { start: (work) => step('start', () => void started.push(work)) },
    newCommitId: () => `commit-${++ids}`,
    onWorkflowNotStarted: (_work, error) => {
      if (error instanceof Killed) throw error; // a process that is dead reports nothing
    },
    dps: { environment: '2', softwareVersion: 'nfse-ledger-test' },
  };
  return {
    deps,
    events,
    documents,
    started,
    steps,
    killed: (when: string) => {
      killAt = when;
    },
    revived: () => {
      killAt = undefined;
    },
  };
}

describe('an emission', () => {
  it('takes a number, stores the document, appends the event and starts the workflow, in this order', async () => {
    const { deps, steps, started } = system();
    const { invoice, repeated } = await emitInvoice(deps, request, occasion);
    expect(steps).toEqual(['take', 'put', 'append', 'start']);
    expect(invoice).toMatchObject({ id: invoiceId, status: 'EMITTED', dps: { series: '1', number: 1 } });
    expect(repeated).toBe(false);
    expect(started).toMatchObject([
      {
        operation: 'emit',
        invoiceId,
        provider: 'national',
        emitted: { xmlKey: existing(invoice).xmlKey, tip: { version: 2 } },
      },
    ]);
    expect(started[0]).not.toHaveProperty('agreementsWanted');
  });

  it('has the worker ask for the agreements that are not known', async () => {
    const { deps, started } = system();
    await emitInvoice(deps, { ...request, agreementsWanted: ['3118601'] }, occasion);
    expect(started).toMatchObject([{ operation: 'emit', agreementsWanted: ['3118601'] }]);
  });

  it.each<[string, MunicipalAgreement, boolean]>([
    ['is declared where its municipality has no agreement', { status: 'absent' }, true],
    [
      'is left to its municipality where that keeps it in the national system',
      { status: 'active', nationalIssuer: true, enabledByDefault: true },
      false,
    ],
    ['is declared where nothing is known', { status: 'unknown' }, true],
  ])('whose rate %s', async (_, agreement, declared) => {
    const { deps, documents } = system();
    const rated = { ...emission, amounts: { ...emission.amounts, issRateBasisPoints: 250 } };
    const { invoice } = await emitInvoice(deps, { ...request, emission: rated, agreement }, occasion);
    const [document = ''] = documents.values();
    expect(document.includes('<pAliq>2.50</pAliq>')).toBe(declared);
    // What is left out is told by the invoice, which warns of it.
    expect(existing(invoice).rateLeftOut).toBe(declared ? undefined : true);
  });

  it.each([
    'before take',
    'after take',
    'before put',
    'after put',
    'before append',
    'after append',
    'before start',
    'after start',
  ])(
    'that dies %s is finished by the same request: one invoice, its document there, its workflow started',
    async (moment) => {
      const { deps, events, documents, started, killed, revived } = system();
      killed(moment);
      await expect(emitInvoice(deps, request, occasion)).rejects.toThrow(Killed);
      revived();
      const { invoice } = await emitInvoice(deps, request, { ...occasion, at: '2026-11-10T12:32:00.000Z' });
      const commits = await events.load(invoiceId);
      expect(commits.flatMap((commit) => commit.events.map(({ type }) => type))).toEqual(['Emitted']);
      expect(documents.has(existing(invoice).xmlKey)).toBe(true);
      expect(started.length).toBeGreaterThanOrEqual(1);
    },
  );

  it('that replaces a note of ours has the worker read its stream, to tell that note’s invoice afterwards', async () => {
    const { deps, started } = system();
    const replaces = { accessKey, invoiceId: invoiceIdFor(companyCnpj, 'pedido-117'), reasonCode: '01' } as const;
    await emitInvoice(deps, { ...request, emission: { ...emission, replaces } }, occasion);
    expect(started).toMatchObject([{ operation: 'emit', invoiceId }]);
    expect(started[0]).not.toHaveProperty('emitted');
  });

  it('is safe without its workflow: the reconciler starts what is due', async () => {
    const { deps, events } = system();
    const reported: unknown[] = [];
    const { invoice } = await emitInvoice(
      {
        ...deps,
        workflow: { start: () => Promise.reject(new Error('throttled')) },
        onWorkflowNotStarted: (work) => reported.push(work.invoiceId),
      },
      request,
      occasion,
    );
    expect(invoice.status).toBe('EMITTED');
    expect(await events.load(invoiceId)).toHaveLength(1);
    expect(reported).toEqual([invoiceId]);
  });

  it('that comes again is the same invoice, with the number it has', async () => {
    const { deps, started } = system();
    const first = await emitInvoice(deps, request, occasion);
    const second = await emitInvoice(deps, request, occasion);
    expect(second).toMatchObject({ repeated: true, invoice: { dps: existing(first.invoice).dps }, tip: first.tip });
    // The second start bears no tip: the worker has to look.
    expect(started[1]).not.toHaveProperty('emitted');
  });

  it('that comes again later is the invoice as it is by then, with nothing left to start', async () => {
    const { deps, events, started } = system();
    const { tip } = await emitInvoice(deps, request, occasion);
    await events.append({ invoiceId, tip, events: [issued], meta, at, commitId: 'commit-of-the-worker' });
    const later = await emitInvoice(deps, request, occasion);
    expect(later).toMatchObject({ repeated: true, invoice: { status: 'ISSUED' }, tip: { version: 3 } });
    expect(started).toHaveLength(1);
  });

  it('without a date of its own may come again on another day', async () => {
    const { deps } = system();
    await emitInvoice(deps, { ...request, dateGiven: false }, occasion);
    const tomorrow = { ...request, dateGiven: false, emission: { ...emission, competenceDate: '2026-11-11' } };
    const { repeated, invoice } = await emitInvoice(deps, tomorrow, { ...occasion, at: '2026-11-11T12:31:00.000Z' });
    expect(repeated).toBe(true);
    expect(existing(invoice).competenceDate).toBe('2026-11-10');
  });

  it.each<[string, EmitRequest]>([
    ['another amount', { ...request, emission: { ...emission, amounts: { ...emission.amounts, service: 1 } } }],
    ['another series', { ...request, dps: { series: '2' } }],
    ['a number it did not name before', { ...request, dps: { series: '1', number: 77 } }],
    ['another date', { ...request, emission: { ...emission, competenceDate: '2026-11-09' } }],
  ])('under the same request id with %s is refused', async (_title, other) => {
    const { deps, events } = system();
    await emitInvoice(deps, request, occasion);
    await expect(emitInvoice(deps, other, occasion)).rejects.toThrow(RequestIdReused);
    expect(await events.load(invoiceId)).toHaveLength(1);
  });
});
