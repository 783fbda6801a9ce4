import type { Route } from '../../nfse/municipality-profiles/traffic.ts';
import { type CompanyQueues, companyQueues, type InHand } from './company-queues.ts';
import { type Gate, turnsAway, type Verdict } from './gate.ts';
import { filled, fullBucket, spent, type TokenBucket, waitFor } from './token-bucket.ts';

export interface ScheduleSettings {
  /** Messages that may run at once, over all lanes. */
  readonly places: number;
  /** How long a company's next message waits for the one before. */
  readonly orderMs: number;
  /** How long a message may wait in hand. */
  readonly patienceMs: number;
  readonly routeOf: (lane: string) => Route;
  /** Whether the lane may be used now. */
  readonly gateOf: (lane: string, authority: string, now: number) => Gate;
}

/** A message and how it came, as far as it matters to whether it is kept. */
export interface Queued extends InHand {
  readonly receiveCount: number;
  /** When it was received, in milliseconds. */
  readonly receivedAt: number;
}

/** A lane as it is now. */
export interface LaneFigures {
  readonly lane: string;
  readonly authority: string;
  readonly waiting: number;
  readonly running: number;
  /** How far apart it can begin messages, in milliseconds. */
  readonly paceMs: number;
  /** When the message was received that waits longest, in milliseconds. */
  readonly oldestAt: number | undefined;
}

/** Which message begins next. Reads no clock and starts no timer: every call says what time it is. */
export interface Schedule<T extends Queued> {
  /** Takes a message into its lane, unless it is to be turned away. */
  admit(message: T, now: number): Verdict;
  /** The next message to begin, which runs from now on; or when to ask again, where time alone will change something. */
  next(now: number): { readonly message: T } | { readonly again: number };
  ended(message: T, now: number, tookMs: number): void;
  /** Those that wait and can wait no longer. They are taken out of their lanes. */
  overdue(now: number): readonly (readonly [message: T, verdict: Exclude<Verdict, { kind: 'keep' }>])[];
  /** Everything that waits, taken out. */
  clear(): readonly T[];
  readonly running: number;
  figures(now: number): readonly LaneFigures[];
}

interface Lane<T extends InHand> {
  readonly route: Route;
  readonly queues: CompanyQueues<T>;
  running: number;
  /** What a message takes, as an average that follows the newest ones. */
  meanMs: number;
  /** When its last message ended, or its first began after a pause. */
  movedAt: number;
  /** When the next message that is put back can hope to begin. */
  turnAt: number;
}

interface AuthorityUse {
  running: number;
  bucket: TokenBucket;
}

/** Until a lane's first message has ended, this is what one is taken to need. */
const FIRST_GUESS_MS = 1000;
const NEWEST_WEIGHT = 0.2;
/** A lane holds what it runs twice over, so that it never idles while a receive is under way. */
const WAITING_PER_PLACE = 2;
/** And what it begins in so long: a backlog's messages appear by whole seconds, so those of one second come together. */
const WAITING_MS = 1250;
/** Of the places, so much is for lanes that have nothing running, one at least. */
const IDLE_SHARE = 0.02;
/** A lane whose messages take longer, or of which none has ended for longer, is slow. All slow lanes together leave others a part of the places. */
const SLOW_MS = 5000;
const NOT_FOR_SLOW_SHARE = 0.25;

export function laneSchedule<T extends Queued>(settings: ScheduleSettings): Schedule<T> {
  const { places, orderMs, patienceMs, routeOf, gateOf } = settings;
  const lanes = new Map<string, Lane<T>>();
  /** Names of the lanes where something waits; the one served longest ago comes first. */
  const turns = new Set<string>();
  const authorities = new Map<string, AuthorityUse>();
  const forIdle = Math.max(1, Math.floor(places * IDLE_SHARE));
  const notForSlow = Math.floor(places * NOT_FOR_SLOW_SHARE);
  let running = 0;

  function laneOf(code: string): Lane<T> {
    const known = lanes.get(code);
    if (known) return known;
    const lane = {
      route: routeOf(code),
      queues: companyQueues<T>(orderMs),
      running: 0,
      meanMs: FIRST_GUESS_MS,
      movedAt: 0,
      turnAt: 0,
    };
    lanes.set(code, lane);
    return lane;
  }

  function useOf({ authority, whole }: Route, now: number): AuthorityUse {
    const known = authorities.get(authority) ?? { running: 0, bucket: fullBucket(whole.perSecond, now) };
    authorities.set(authority, known);
    known.bucket = filled(known.bucket, whole.perSecond, now);
    return known;
  }

  /** When the lane could begin a message: now, at a time, or when something else ends. */
  function possibleAt(code: string, lane: Lane<T>, now: number): number {
    const { route } = lane;
    const use = useOf(route, now);
    const gate = gateOf(code, route.authority, now);
    if (gate.kind === 'shut') return gate.until ?? Number.POSITIVE_INFINITY;
    const most = gate.kind === 'probing' ? Math.min(gate.places, route.whole.concurrency) : route.whole.concurrency;
    const full = lane.running >= route.lane.concurrency || use.running >= most;
    if (full || running >= places - kept(lane, now)) return Number.POSITIVE_INFINITY;
    return now + waitFor(use.bucket, route.whole.perSecond);
  }

  /** How many places the lane has to leave to others. */
  function kept({ running: own, meanMs, movedAt }: Lane<T>, now: number): number {
    if (own === 0) return 0;
    return meanMs > SLOW_MS || now - movedAt > SLOW_MS ? Math.max(forIdle, notForSlow) : forIdle;
  }

  /** How far apart the lane can begin messages. Where none has ended for long, one takes at least so long. */
  function perMessageMs({ meanMs, movedAt, running: own, route }: Lane<T>, now: number): number {
    const takesMs = own > 0 ? Math.max(meanMs, now - movedAt) : meanMs;
    return Math.max(takesMs / route.lane.concurrency, 1000 / route.whole.perSecond);
  }

  function mostWaiting(lane: Lane<T>, now: number): number {
    return Math.max(WAITING_PER_PLACE * lane.route.lane.concurrency, WAITING_MS / perMessageMs(lane, now));
  }

  /** Each message put back gets a later turn than the one before, as far apart as the lane can take them. */
  function nextTurn(lane: Lane<T>, now: number): number {
    const every = perMessageMs(lane, now);
    lane.turnAt = Math.max(lane.turnAt, now + lane.queues.size * every) + every;
    return lane.turnAt - now;
  }

  function verdictOn(message: T, lane: Lane<T>, ahead: number, now: number): Verdict {
    const verdict = turnsAway({
      gate: gateOf(message.lane, lane.route.authority, now),
      now,
      patienceMs,
      waitedMs: now - message.receivedAt,
      full: ahead >= mostWaiting(lane, now),
      receiveCount: message.receiveCount,
    });
    return verdict === 'put-back' ? { kind: verdict, turnInMs: nextTurn(lane, now) } : { kind: verdict };
  }

  return {
    get running() {
      return running;
    },
    admit(message, now) {
      const lane = laneOf(message.lane);
      const verdict = verdictOn(message, lane, lane.queues.size, now);
      if (verdict.kind === 'keep') {
        lane.queues.add(message);
        turns.add(message.lane);
      }
      return verdict;
    },
    next(now) {
      let again = Number.POSITIVE_INFINITY;
      if (running >= places) return { again };
      for (const code of turns) {
        const lane = laneOf(code);
        const at = possibleAt(code, lane, now);
        if (at > now) {
          again = Math.min(again, at);
          continue;
        }
        const begun = lane.queues.begin(now);
        if ('again' in begun) {
          again = Math.min(again, begun.again);
          continue;
        }
        const use = useOf(lane.route, now);
        use.bucket = spent(use.bucket);
        use.running++;
        if (lane.running === 0) lane.movedAt = now;
        lane.running++;
        running++;
        turns.delete(code);
        if (lane.queues.size > 0) turns.add(code); // behind the others
        return begun;
      }
      return { again };
    },
    ended(message, now, tookMs) {
      const lane = laneOf(message.lane);
      lane.queues.ended(message);
      lane.running--;
      lane.movedAt = now;
      lane.meanMs += (tookMs - lane.meanMs) * NEWEST_WEIGHT;
      useOf(lane.route, now).running--;
      running--;
    },
    overdue(now) {
      const away: (readonly [T, Exclude<Verdict, { kind: 'keep' }>])[] = [];
      for (const code of [...turns]) {
        const lane = laneOf(code);
        for (const message of [...lane.queues]) {
          const verdict = verdictOn(message, lane, 0, now);
          if (verdict.kind === 'keep') continue;
          lane.queues.remove(message);
          away.push([message, verdict]);
        }
        if (lane.queues.size === 0) turns.delete(code);
      }
      return away;
    },
    clear() {
      const all = [...turns].flatMap((code) => [...laneOf(code).queues]);
      for (const message of all) laneOf(message.lane).queues.remove(message);
      turns.clear();
      return all;
    },
    figures: (now) =>
      [...lanes].map(([name, lane]) => {
        const times = [...lane.queues].map(({ receivedAt }) => receivedAt);
        return {
          lane: name,
          authority: lane.route.authority,
          waiting: lane.queues.size,
          running: lane.running,
          paceMs: Math.round(perMessageMs(lane, now)),
          oldestAt: times.length > 0 ? Math.min(...times) : undefined,
        };
      }),
  };
}
