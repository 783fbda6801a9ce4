import { cancelInvoice } from '../../src/commands/cancel-invoice/cancel-invoice.ts';
import type { CancelInvoice } from '../../src/commands/cancel-invoice/decide.ts';
import { type AcceptedEmission, type EmitRequest, emitInvoice } from '../../src/commands/emit-invoice/emit-invoice.ts';
import type { Decided, Occasion } from '../../src/commands/execute.ts';
import { leastLookMs } from '../../src/commands/lanes/looks.ts';
import type { LaneView } from '../../src/commands/lanes/view.ts';
import { type CommandDeps, DocumentMissing, type Documents } from '../../src/commands/ports.ts';
import { type Reconciled, reconcile } from '../../src/commands/reconcile/reconcile.ts';
import type { ReplayMode } from '../../src/commands/replay-invoice/decide.ts';
import { type Replayed, replayInvoice } from '../../src/commands/replay-invoice/replay-invoice.ts';
import { NothingToRetry } from '../../src/commands/retry-invoice/decide.ts';
import { type RetryRequest, retryInvoice } from '../../src/commands/retry-invoice/retry-invoice.ts';
import { type RouteFacts, routeEmission } from '../../src/commands/route-emission.ts';
import type { Work } from '../../src/commands/work.ts';
import type { Commit } from '../../src/events/commit.ts';
import type { Emission } from '../../src/events/emission.ts';
import { type EventStore, read } from '../../src/events/event-store.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import { memoryEventStore } from '../../src/events/memory-event-store.ts';
import type { ProfileOf } from '../../src/nfse/municipality-profiles/profiles.ts';
import { project } from '../../src/projections/projector.ts';
import type { Authority, Represented } from '../../src/worker/authority.ts';
import type { WorkerDeps } from '../../src/worker/conversation.ts';
import { type Handled, handleWork } from '../../src/worker/handle-work.ts';
import type { Transport } from '../../src/worker/providers/transport.ts';
import { recentlySeen } from '../../src/worker/recently-seen.ts';
import { unpacked } from '../../src/worker/unpacked.ts';
import { type MemoryInvoicesTable, memoryInvoicesTable, SHARDS } from './memory-invoices-table.ts';
import { type MemoryQueue, memoryQueue, type Received } from './memory-queue.ts';
import type { Life, Mortal, Mortality } from './mortality.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The settings of production. */
export const SETTINGS = {
  retryBaseSeconds: 30,
  giveUpAfterSeconds: 604_800,
  trustSeconds: 60,
  visibilitySeconds: 60,
  deadlineSeconds: 240,
  sendWithinSeconds: 180,
  reconcileAfterSeconds: 300,
  mostReceives: 5,
} as const;

/** Requests as the API has read them; the rule says who takes the invoice. */
export type Emitting = Omit<EmitRequest, 'route'>;
export type Retrying = Omit<RetryRequest, 'route'>;

/** The whole service in memory: its own code in processes that may die, and everything that outlives them. */
export interface Service {
  readonly events: EventStore;
  readonly invoices: MemoryInvoicesTable;
  readonly queue: MemoryQueue<Work>;
  /** Commits that the projector was not told of, or has not dealt with. */
  readonly unprojected: ReadonlySet<Commit>;
  /** Calls that left before what they send was stored. */
  readonly unwitnessed: readonly string[];

  emit(request: Emitting): Promise<Life<AcceptedEmission>>;
  cancel(invoiceId: InvoiceId, command: CancelInvoice): Promise<Life<Decided>>;
  retry(invoiceId: InvoiceId, request: Retrying): Promise<Life<Decided>>;
  /** Somebody asks for a dead letter's work again. */
  replay(invoiceId: InvoiceId, mode: ReplayMode, letterId: string): Promise<Life<Replayed>>;
  /** A worker takes a message, if it can be had. What it throws leaves the message on the queue. */
  work(messageId: string): Promise<Life<Handled | Error> | undefined>;
  /** What a worker that never dies works with, for who puts it together otherwise. */
  readonly workerDeps: WorkerDeps;
  /** The projector is called for a batch of the stream, in the order given. */
  project(records: readonly Commit[]): Promise<Life<void>>;
  /** The reconciler's run of a minute. */
  reconcile(): Promise<Life<Reconciled>>;
}

export interface ServiceWorld {
  readonly clock: VirtualClock;
  readonly death: Mortality;
  readonly authorityFor: (represented: Represented) => Promise<Authority>;
  readonly profileOf?: ProfileOf;
  /** What is on record for every company. */
  readonly choiceOn?: RouteFacts['choiceOn'];
  readonly random?: () => number;
  /** What the reconciler is told of lanes; nothing is against any without it. */
  readonly lanesOf?: (municipalityCodes: readonly string[]) => ReadonlyMap<string, LaneView>;
  /** Whether a lane flows; all do without it. */
  readonly gateOf?: WorkerDeps['gateOf'];
  /** What a lane takes. */
  readonly perSecond?: number;
  /** Told of each commit, when it was written. */
  readonly onCommit?: (commit: Commit) => void;
  /** What a call waits for when its bytes are stored, before they leave, and when its answer is, before anybody hears of it. */
  readonly hold?: () => Promise<void> | undefined;
}

export function service(world: ServiceWorld): Service {
  const { clock, death, random = () => 0.5 } = world;
  const store = memoryEventStore();
  const invoices = memoryInvoicesTable();
  const queue = memoryQueue<Work>(clock, SETTINGS);
  const documents = new Map<string, string>();
  const kept = new Map<string, number>();
  const unwitnessed: string[] = [];
  const unprojected = new Set<Commit>();
  const numbers = new Map<string, number>();
  /** The moments to which lanes were put off. */
  const looks = new Map<string, string>();
  let commits = 0;

  const events: EventStore = {
    ...store,
    async append(draft) {
      const commit = await store.append(draft);
      unprojected.add(commit);
      world.onCommit?.(commit);
      return commit;
    },
  };
  const shelf: Documents = {
    async put(key, content) {
      documents.set(key, content);
      if (key.includes('/sent-')) count(kept, JSON.stringify(JSON.parse(content).request), 1);
      if (/\/(?:sent|received)-/.test(key)) await world.hold?.();
    },
    async get(key) {
      const content = documents.get(key);
      if (content === undefined) throw new DocumentMissing(key);
      return content;
    },
  };
  /** Below everything that keeps what passes: whatever comes here must have been stored as an attempt of its own. */
  const witnessed =
    (transport: Transport): Transport =>
    (request) => {
      if (count(kept, JSON.stringify(unpacked(request)), -1) < 0) unwitnessed.push(`${request.method} ${request.path}`);
      return transport(request);
    };

  const occasion = (actor: string): Occasion => ({
    at: clock.now().toISOString(),
    meta: { actor, requestId: actor },
  });
  const routeOf = (emission: Emission) =>
    routeEmission(world, emission, {
      at: clock.now().toISOString(),
      ...(world.choiceOn ? { choiceOn: world.choiceOn } : {}),
    });
  const commandDeps = (mortal: Mortal) => ({
    events: mortal('events', events),
    documents: mortal('documents', shelf),
    workflow: mortal('workflow', { start: async (work: Work) => queue.send(work) }),
    numbers: mortal('numbers', {
      take: async (company: string, series: string) => count(numbers, `${company} ${series}`, 1),
      reserve: async () => undefined,
    }),
    newCommitId: () => `commit-${++commits}`,
    onWorkflowNotStarted: (_work: Work, error: unknown) => {
      throw error;
    },
    dps: {
      environment: '2',
      softwareVersion: 'nfse-ledger-test',
      ...(world.profileOf ? { profileOf: world.profileOf } : {}),
    } as const,
  });
  /** What a worker remembers ends with it. */
  let firstSight = recentlySeen(10_000);

  const workerDeps = (mortal: Mortal): WorkerDeps => ({
    events: mortal('events', events),
    documents: mortal('documents', shelf),
    authorityFor: mortal('authorityFor', async (represented: Represented) => {
      const { transport, provider } = await world.authorityFor(represented);
      return { provider, transport: mortal('authority', witnessed(transport)) };
    }),
    newCommitId: () => `commit-${++commits}`,
    now: clock.now,
    random,
    retryBaseSeconds: SETTINGS.retryBaseSeconds,
    giveUpAfterSeconds: SETTINGS.giveUpAfterSeconds,
    trustSeconds: SETTINGS.trustSeconds,
    sendWithinSeconds: SETTINGS.sendWithinSeconds,
    inFlightSeconds: SETTINGS.trustSeconds + SETTINGS.deadlineSeconds,
    gateOf: world.gateOf ?? (() => ({ kind: 'flowing' })),
    firstSight,
  });

  async function work(mortal: Mortal, { body, ...delivery }: Received<Work>): Promise<Handled | Error> {
    const giveUpAt = clock.now().getTime() + SETTINGS.deadlineSeconds * 1_000;
    try {
      const handled = await handleWork(workerDeps(mortal), body, delivery);
      if (clock.now().getTime() > giveUpAt) return handled; // its message was given up meanwhile, and comes again
      await mortal('queue', { delete: async () => queue.delete(delivery.messageId) }).delete();
      return handled;
    } catch (error) {
      return error as Error;
    }
  }

  async function projectAll(mortal: Mortal, records: readonly Commit[]): Promise<void> {
    const deps = {
      events: mortal('events', events),
      invoices: mortal('invoices', invoices as Omit<MemoryInvoicesTable, 'rows'>),
      reconcileAfterSeconds: SETTINGS.reconcileAfterSeconds,
    };
    for (const [invoiceId, signals] of Map.groupBy(records, (commit) => commit.invoiceId)) {
      await project(deps, invoiceId, signals);
      for (const done of signals) unprojected.delete(done);
    }
  }

  return {
    events: store,
    invoices,
    queue,
    unprojected,
    unwitnessed,
    emit: (request) =>
      death.live((mortal) =>
        emitInvoice(commandDeps(mortal), { ...request, route: routeOf(request.emission) }, occasion(request.requestId)),
      ),
    cancel: (invoiceId, command) =>
      death.live(async (mortal) => {
        const deps: CommandDeps = commandDeps(mortal);
        const known = read(invoiceId, await deps.events.load(invoiceId));
        return cancelInvoice(deps, known, command, occasion('cancel'));
      }),
    retry: (invoiceId, request) =>
      death.live(async (mortal) => {
        const deps = commandDeps(mortal);
        const known = read(invoiceId, await deps.events.load(invoiceId));
        const { invoice } = known;
        if (invoice.status === 'NONE') throw new NothingToRetry(invoiceId, invoice.status);
        return retryInvoice(deps, known, { ...request, route: routeOf(invoice) }, occasion('retry'));
      }),
    replay: (invoiceId, mode, letterId) =>
      death.live((mortal) => {
        const { workflow, ...deps } = commandDeps(mortal);
        const letter = { invoiceId, letterId, cause: 'worker-died' };
        return replayInvoice({ ...deps, workflow, requests: workflow }, letter, { mode, ...occasion('ops') });
      }),
    async work(messageId) {
      const message = queue.receive(messageId);
      if (!message) return undefined;
      const life = await death.live((mortal) => work(mortal, message));
      if (life.died) firstSight = recentlySeen(10_000);
      return life;
    },
    workerDeps: workerDeps((_name, port) => port),
    project: (records) => death.live((mortal) => projectAll(mortal, records)),
    reconcile: () =>
      death.live(async (mortal) => {
        /** Starts are paced: what is started later in the run comes to the queue later. */
        let pausedMs = 0;
        const workflow = mortal('workflow', {
          start: async (work: Work, inSeconds = 0) => queue.send(work, pausedMs + inSeconds * 1000),
        });
        const { due, claimDue } = mortal('invoices', { due: invoices.due, claimDue: invoices.claimDue });
        return reconcile(
          {
            events: mortal('events', events),
            workflow,
            due,
            claimDue,
            countDue: async () => 0,
            lanesOf: async (codes) => world.lanesOf?.(codes) ?? new Map(),
            awake: async () => {
              const views = world.lanesOf?.([...looks.keys()]);
              return [...looks].flatMap(([lane, nextLookAt]) => {
                const flows = (views?.get(lane)?.state ?? 'flowing') === 'flowing';
                return flows && Date.parse(nextLookAt) > clock.now().getTime() ? [{ lane, nextLookAt }] : [];
              });
            },
            putOff: async (code, at) => void (at === undefined ? looks.delete(code) : looks.set(code, at)),
            now: () => new Date(clock.now().getTime() + pausedMs),
            msLeft: () => Number.POSITIVE_INFINITY,
            pause: async (ms) => {
              pausedMs += ms;
            },
            onFailure: (_, error) => {
              throw error;
            },
            onStuck: () => undefined,
          },
          {
            shards: SHARDS,
            restMs: SETTINGS.reconcileAfterSeconds * 1_000,
            mostStarts: 2_000,
            startsPerSecond: 50,
            lanes: {
              leastLookMs: leastLookMs(SETTINGS.retryBaseSeconds),
              giveUpAfterMs: SETTINGS.giveUpAfterSeconds * 1_000,
              perSecondOf: () => world.perSecond ?? 50,
              everyMs: 60_000,
            },
          },
        );
      }),
  };
}

function count(counts: Map<string, number>, key: string, more: number): number {
  const now = (counts.get(key) ?? 0) + more;
  counts.set(key, now);
  return now;
}
