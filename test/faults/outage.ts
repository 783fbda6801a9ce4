import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { laneView } from '../../src/commands/lanes/view.ts';
import type { Work } from '../../src/commands/work.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import { type Cnpj, parseCnpj } from '../../src/nfse/cnpj.ts';
import { handleWork } from '../../src/worker/handle-work.ts';
import { authorityBreaker } from '../../src/worker/lanes/breaker.ts';
import { guarded } from '../../src/worker/lanes/guarded-provider.ts';
import { laneSchedule, type Queued } from '../../src/worker/lanes/schedule.ts';
import { turnAway } from '../../src/worker/turn-away.ts';
import { emission } from '../invoices.ts';
import type { Received } from './memory-queue.ts';
import { mortality } from './mortality.ts';
import { plainAuthority } from './plain-authority.ts';
import { seededRandom } from './seeded-random.ts';
import { type Service, service } from './service.ts';
import { flawsOf, invoiceOf } from './settling.ts';
import { virtualClock } from './virtual-clock.ts';

export interface OutageOptions {
  readonly invoices: number;
  readonly companies: number;
  readonly hours: number;
  /** What the city hall takes. */
  readonly perSecond: number;
  /** Whether a client emits an invoice every minute once it is back, which finds out. */
  readonly newcomers?: boolean;
  readonly progress: (line: string) => void;
}

export interface Outage {
  /** Those that waited, and those that came when it was back. */
  readonly accepted: number;
  readonly issued: number;
  /** Invoices that are not issued, or whose rows or chains are not in order. */
  readonly flawed: readonly string[];
  /** Declarations that were sent after a later one of their company. */
  readonly outOfOrder: number;
  /** Of a message, while it was down. */
  readonly mostReceivesWhileDown: number;
  /** Of a message, since it is back. */
  readonly mostReceives: number;
  readonly dead: number;
  readonly callsWhileDown: number;
  /** Of the calls after the recovery, in any second. */
  readonly mostCallsInASecond: number;
  /** From the recovery to the last call. */
  readonly drainMinutes: number;
  readonly eventsOfAnInvoice: number;
}

interface InHand extends Queued {
  readonly received: Received<Work>;
}

const CITY = '3106200';
const MINUTE_MS = 60_000;
const ANSWER_MS = 400;
const PLACES = 16;
const LONGEST_DRAIN_MS = 7 * 24 * 3_600_000;

/**
 * A city hall goes down with invoices waiting, and comes back. Everything that decides is the code that ships: worker, lanes, breaker,
 * reconciler, projector; only the waiting is done by a virtual clock.
 */
export async function liveOutage(options: OutageOptions): Promise<Outage> {
  const { invoices, companies, hours, perSecond, newcomers = false, progress } = options;
  const clock = virtualClock('2026-11-10T12:31:00.000Z');
  const now = () => clock.now().getTime();
  // The breaker's library reads the clock by itself.
  mock.timers.enable({ apis: ['Date'], now: now() });
  try {
    return await live();
  } finally {
    mock.timers.reset();
  }

  async function live(): Promise<Outage> {
    const random = seededRandom(1);
    const city = plainAuthority(clock);
    city.down = true;
    const recovery = now() + hours * 3_600_000;
    const breaker = authorityBreaker({ failures: 5, probeAfterMs: 10_000, now, random, onChange: () => undefined });
    const it: Service = service({
      clock,
      death: mortality(),
      random,
      perSecond,
      authorityFor: async ({ companyCnpj }) => ({
        transport: city.authority.transport,
        provider: (transport) =>
          guarded(city.authority.provider(transport), { breaker, companyCnpj, note: () => undefined }),
      }),
      lanesOf: () => new Map([[CITY, laneOf()]]),
      gateOf: () => breaker.gate(),
    });
    const limits = { concurrency: 4, perSecond };
    const lanes = laneSchedule<InHand>({
      places: PLACES,
      orderMs: 10_000,
      patienceMs: 20_000,
      routeOf: () => ({ authority: CITY, whole: limits, lane: limits }),
      gateOf: () => breaker.gate(),
    });
    const laneOf = () => laneView({ lane: CITY, workers: { worker: reportOf(breaker, now()) } }, now());

    let downCalls = 0;
    const mostReceives = { down: 0, back: 0 };
    const callTimes: number[] = [];
    const sent: string[] = [];
    city.onCall = (verb, declaration) => {
      if (city.down) downCalls++;
      else callTimes.push(now());
      if (verb === 'issue' && !city.down) sent.push(declaration);
    };

    const ids: InvoiceId[] = [];
    const [newcomer, ...issuers] = companiesWith(companies + 1);
    async function accept(companyCnpj = newcomer as Cnpj): Promise<void> {
      const request = {
        requestId: `pedido-${ids.length}`,
        emission: { ...emission, companyCnpj },
        dps: { series: '1' },
      };
      const life = await it.emit({ ...request, dateGiven: true });
      if (!life.died) ids.push(life.value.invoice.id);
    }
    for (let place = 0; place < invoices; place++) {
      await accept(issuers[place % companies]);
      if (place % 500 === 0) await breathe(`${place} of ${invoices} accepted`);
    }

    /** What the poller has in hand: it takes no more than twice its places. */
    const inHandNow = () => lanes.figures(now()).reduce((sum, { waiting, running }) => sum + waiting + running, 0);

    /** Takes what is on the queue and works on it for at most a minute of the clock. */
    async function workUntil(end: number): Promise<void> {
      const running: { readonly message: InHand; readonly endsAt: number }[] = [];
      for (;;) {
        for (const messageId of it.queue.visible(Math.max(0, 2 * PLACES - inHandNow()))) {
          const received = it.queue.receive(messageId);
          if (!received) continue;
          const time = city.down ? 'down' : 'back';
          mostReceives[time] = Math.max(mostReceives[time], received.receiveCount);
          const message = inHand(received, now());
          const verdict = lanes.admit(message, now());
          if (verdict.kind === 'defer') await away(message);
          if (verdict.kind === 'put-back') it.queue.hide(messageId, verdict.turnInMs);
        }
        for (const [message, verdict] of lanes.overdue(now())) {
          if (verdict.kind === 'defer') await away(message);
          else it.queue.hide(message.id, verdict.turnInMs);
        }
        const next = lanes.next(now());
        if ('message' in next) {
          const { received } = next.message;
          const { body, ...delivery } = received;
          await handleWork(it.workerDeps, body, delivery);
          it.queue.delete(next.message.id);
          running.push({ message: next.message, endsAt: now() + ANSWER_MS });
          continue;
        }
        const [first] = running;
        const at = Math.min(
          next.again,
          first?.endsAt ?? Number.POSITIVE_INFINITY,
          it.queue.nextVisibleAt()?.getTime() ?? Number.POSITIVE_INFINITY,
        );
        if (at > end) break;
        moveTo(Math.ceil(at)); // a bucket fills by fractions, and the clock has none
        if (first && first.endsAt <= now()) {
          running.shift();
          lanes.ended(first.message, now(), ANSWER_MS);
        }
      }
      for (const { message } of running) lanes.ended(message, now(), ANSWER_MS);
      await it.project([...it.unprojected]);
      moveTo(end);
    }

    async function away({ received: { body, ...delivery }, id }: InHand): Promise<void> {
      await turnAway(it.workerDeps, body, delivery, breaker.gate());
      it.queue.delete(id);
    }

    function moveTo(moment: number): void {
      city.down = moment < recovery;
      clock.advanceTo(moment);
      mock.timers.setTime(now());
    }

    async function minute(): Promise<void> {
      // Nothing happens before the next row is due, or the city hall is back.
      const next = it.invoices.nextDueAt();
      const dueAt = next === undefined ? now() : Date.parse(`${next.slice(0, 23)}Z`);
      if (it.queue.depth === 0) moveTo(city.down ? Math.min(dueAt, recovery) : dueAt);
      await it.reconcile();
      await workUntil(now() + MINUTE_MS);
    }

    async function breathe(line: string): Promise<void> {
      progress(line);
      await turn();
    }

    while (now() < recovery) {
      await minute();
      await breathe(`down for ${Math.round((now() - recovery) / 3_600_000) + hours} of ${hours} hours`);
    }
    const longest = now() + LONGEST_DRAIN_MS;
    while ((it.invoices.nextDueAt() !== undefined || it.queue.depth > 0) && now() < longest) {
      if (newcomers && city.notes().length < invoices) await accept();
      await minute();
      await breathe(`back for ${Math.round((now() - recovery) / MINUTE_MS)} minutes, ${city.notes().length} issued`);
    }

    const flawed: string[] = [];
    let events = 0;
    const rows = new Map(it.invoices.rows().map((row) => [row.invoiceId, row]));
    for (const id of ids) {
      const invoice = await invoiceOf(it, id);
      events += (await it.events.load(id)).length;
      if (invoice.status !== 'ISSUED' || (await flawsOf(it, id, rows.get(id))).length > 0) flawed.push(id);
    }
    return {
      accepted: ids.length,
      issued: city.notes().length,
      flawed,
      outOfOrder: inversions(sent),
      mostReceivesWhileDown: mostReceives.down,
      mostReceives: mostReceives.back,
      dead: it.queue.dead.length,
      callsWhileDown: downCalls,
      mostCallsInASecond: busiestSecond(callTimes),
      drainMinutes: ((callTimes.at(-1) ?? recovery) - recovery) / MINUTE_MS,
      eventsOfAnInvoice: events / ids.length,
    };
  }
}

function reportOf({ state, downSince, probesAt }: ReturnType<typeof authorityBreaker>, now: number) {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    at: iso(now),
    breaker: state,
    ...(downSince === undefined ? {} : { downSince: iso(downSince) }),
    ...(probesAt === undefined ? {} : { probesAt: iso(probesAt) }),
    running: 0,
    waiting: 0,
    turnedAway: 0,
  };
}

function inHand(received: Received<Work>, receivedAt: number): InHand {
  const { body, messageId, receiveCount } = received;
  return {
    id: messageId,
    lane: body.municipalityCode,
    company: body.companyCnpj ?? '',
    number: body.dps?.number ?? 0,
    receiveCount,
    receivedAt,
    received,
  };
}

/** Valid CNPJs, as many as asked for. */
function companiesWith(count: number): readonly Cnpj[] {
  return Array.from({ length: count }, (_, place) => {
    const root = `${String(11_222_333 + place)}0001`;
    const all = Array.from({ length: 100 }, (_digits, digits) => `${root}${String(digits).padStart(2, '0')}`);
    const valid = all.map((text) => parseCnpj(text)).find((cnpj) => cnpj !== undefined);
    if (!valid) throw new RangeError(`${root} has check digits`);
    return valid;
  });
}

/** How often a declaration was sent after a later one of its company. */
function inversions(sent: readonly string[]): number {
  const last = new Map<string, number>();
  let against = 0;
  for (const declaration of sent) {
    const [company = '', , number] = declaration.split('-');
    if (Number(number) < (last.get(company) ?? 0)) against++;
    last.set(company, Math.max(Number(number), last.get(company) ?? 0));
  }
  return against;
}

function busiestSecond(times: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (const [place, at] of times.entries()) {
    while ((times[from] as number) <= at - 1_000) from++;
    most = Math.max(most, place - from + 1);
  }
  return most;
}
