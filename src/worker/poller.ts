import type { Message } from '@aws-sdk/client-sqs';
import { laneOf } from '../nfse/routing/lane.ts';
import type { Gate } from './lanes/gate.ts';
import { type LaneFigures, laneSchedule, type Queued, type ScheduleSettings } from './lanes/schedule.ts';
import { acknowledger } from './queue/acknowledger.ts';
import { heartbeat } from './queue/heartbeat.ts';
import { receiver } from './queue/receiver.ts';
import type { RequestsQueue } from './queue/requests-queue.ts';
import { type Received, readMessage } from './work-message.ts';

export interface PollerOptions extends ScheduleSettings {
  readonly queue: RequestsQueue;
  readonly visibilitySeconds: number;
  /** A message that takes longer is given up: it appears on the queue again. */
  readonly deadlineMs: number;
  readonly now: () => number;
  /** Called with the lanes of what was received, before any of it begins. */
  readonly prepare: (lanes: readonly string[]) => Promise<void>;
  /**
   * Takes up a message that is about no invoice, which is then done with: it stands in no lane, and keeps no invoice waiting.
   *
   * @returns `false` for one that is about an invoice
   */
  readonly takeUp: (message: Message) => boolean;
  /** Resolves when the message is done with. */
  readonly handle: (received: Received, inHandMs: number) => Promise<void>;
  /** Makes a deferral of a message whose lane cannot take it; resolves when it is done with. */
  readonly turnAway: (received: Received, gate: Gate) => Promise<void>;
  /**
   * The one place for what the code cannot handle: a message that cannot be read, whose handling rejected, or that was given up. It is
   * told again how a handling rejected whose message had been given up: nobody else knows.
   *
   * @returns `leave` to let it come again, and reach the dead-letter queue in the end; `delete` when it was seen to otherwise
   */
  readonly failed: (error: unknown, message: Message) => Promise<'leave' | 'delete'>;
  /** Told of messages that went back to the queue unhandled. */
  readonly onPutBack: (received: Received, turnInSeconds: number) => void;
  /** Told when the queue cannot be talked to. */
  readonly onTrouble: (error: unknown) => void;
}

export interface Poller {
  /** Something outside has changed that decides which lanes may be used. */
  look(): void;
  figures(): readonly LaneFigures[];
  /**
   * Stops receiving, puts back what has not begun, waits for what has, and resolves when all of it is done or the time is up.
   */
  stop(withinMs: number): Promise<{ unfinished: number; putBack: number }>;
}

/** The handling took longer than a message may be hidden. It may still end; the message comes again all the same. */
export class HandlingOverdue extends Error {
  override readonly name = 'HandlingOverdue';
  readonly code = 'handling-overdue';
  constructor(deadlineMs: number) {
    super(`The message was not handled within ${deadlineMs} ms`);
  }
}

interface InHand extends Queued {
  readonly received: Received;
}

/** Deferrals are two calls to the database each; so many at once. */
const TURNING_AWAY = 8;
const LEAST_PUT_BACK_SECONDS = 2;
/** What a lane can hope for changes; nobody sleeps longer on a guess. */
const MOST_PUT_BACK_SECONDS = 900;
/** A receive brings ten messages at the most, so that many places want so many receives under way. */
const PLACES_PER_RECEIVE = 10;
const MOST_RECEIVES = 8;
/** How often somebody looks whether a message has waited too long. */
const LOOK_MS = 1000;

/**
 * Receives, hands each message to its lane, and deletes what is done with. Messages are hidden from others from the
 * moment they are received, and no longer than the deadline after they began.
 */
export function startPoller(options: PollerOptions): Poller {
  const { queue, places, deadlineMs, now, handle, turnAway, failed, gateOf, routeOf, onTrouble } = options;
  const lanes = laneSchedule<InHand>(options);
  const acknowledge = acknowledger(queue, onTrouble);
  const hidden = heartbeat(queue, options.visibilitySeconds, onTrouble);
  const atWork = new Set<Promise<unknown>>();
  const toTurnAway: InHand[] = [];
  let turningAway = 0;
  let inHand = 0;
  let stopping = false;
  let putBackAtStop = 0;
  let alarm: NodeJS.Timeout | undefined;

  const receiving = receiver({
    queue,
    // Twice the places: what runs, and what waits to run next.
    room: () => 2 * places - inHand,
    take,
    onTrouble,
    maxConcurrentReceives: Math.min(MOST_RECEIVES, Math.ceil(places / PLACES_PER_RECEIVE)),
  });
  const watch = setInterval(look, LOOK_MS);

  async function take(messages: readonly Message[]): Promise<void> {
    inHand += messages.length;
    for (const { ReceiptHandle = '' } of messages) hidden.keep(ReceiptHandle);
    const readable = messages.flatMap((message) => {
      try {
        if (!options.takeUp(message)) return [queued(readMessage(message), now())];
        putAway(message);
        return [];
      } catch (error) {
        void track(giveUp(error, message).then(leaveHand));
        return [];
      }
    });
    await options.prepare([...new Set(readable.map(({ lane }) => lane))]).catch(onTrouble);
    if (stopping) return putBackUnbegun(readable);
    const back: [InHand, number][] = [];
    for (const message of readable) {
      const verdict = lanes.admit(message, now());
      if (verdict.kind === 'defer') toTurnAway.push(message);
      if (verdict.kind === 'put-back') back.push([message, verdict.turnInMs]);
      begin(); // before the next: what can run does not count as waiting
    }
    // Not waited for: what comes behind a crowd is received meanwhile.
    void track(putBack(back));
  }

  function look(): void {
    if (stopping) return;
    const back: [InHand, number][] = [];
    for (const [message, verdict] of lanes.overdue(now())) {
      if (verdict.kind === 'defer') toTurnAway.push(message);
      else back.push([message, verdict.turnInMs]);
    }
    if (back.length > 0) void track(putBack(back));
    begin();
  }

  function begin(): void {
    if (stopping) return;
    while (turningAway < TURNING_AWAY) {
      const message = toTurnAway.shift();
      if (!message) break;
      turningAway++;
      const gate = gateOf(message.lane, routeOf(message.lane).authority, now());
      void track(settle(message, turnAway(message.received, gate)).finally(() => turningAway--)).then(begin);
    }
    clearTimeout(alarm);
    for (;;) {
      const next = lanes.next(now());
      if ('again' in next) {
        if (Number.isFinite(next.again)) alarm = setTimeout(begin, Math.max(1, next.again - now()));
        return;
      }
      void track(run(next.message)).then(begin);
    }
  }

  async function run(message: InHand): Promise<void> {
    const begun = now();
    try {
      await settle(message, handle(message.received, begun - message.receivedAt));
    } finally {
      lanes.ended(message, now(), now() - begun);
    }
  }

  async function settle({ received: { message } }: InHand, work: Promise<void>): Promise<void> {
    const overdue = new AbortController();
    const limit = pause(deadlineMs, overdue.signal).then(() => {
      if (!overdue.signal.aborted) throw new HandlingOverdue(deadlineMs);
    });
    try {
      await Promise.race([work, limit]);
      remove(message);
    } catch (error) {
      // The message is nobody's here any more, so whatever is to be done with it is done already.
      if (error instanceof HandlingOverdue) work.catch((late: unknown) => track(judge(late, message)));
      await giveUp(error, message);
    } finally {
      overdue.abort();
      leaveHand();
    }
  }

  function putAway(message: Message): void {
    remove(message);
    leaveHand();
  }

  function remove({ ReceiptHandle = '' }: Message): void {
    hidden.letGo(ReceiptHandle);
    acknowledge.done(ReceiptHandle);
  }

  async function giveUp(error: unknown, message: Message): Promise<void> {
    const handle = message.ReceiptHandle ?? '';
    const fate = await judge(error, message);
    hidden.letGo(handle);
    if (fate === 'delete') acknowledge.done(handle);
  }

  async function judge(error: unknown, message: Message): Promise<'leave' | 'delete'> {
    try {
      return await failed(error, message);
    } catch (trouble) {
      onTrouble(trouble);
      return 'leave';
    }
  }

  async function putBack(messages: readonly (readonly [InHand, turnInMs: number])[]): Promise<void> {
    if (messages.length === 0) return;
    const entries = messages.map(([{ received }, turnInMs]) => {
      const asked = Math.ceil(turnInMs / 1000);
      const seconds = Math.min(Math.max(asked, LEAST_PUT_BACK_SECONDS), MOST_PUT_BACK_SECONDS);
      options.onPutBack(received, seconds);
      return { handle: received.message.ReceiptHandle ?? '', seconds };
    });
    await hidden.hide(entries);
    for (const _ of messages) leaveHand();
  }

  /** Anybody may have these at once: nothing was done with them. */
  async function putBackUnbegun(messages: readonly InHand[]): Promise<void> {
    putBackAtStop += messages.length;
    await hidden.hide(messages.map(({ id }) => ({ handle: id, seconds: 0 })));
    inHand -= messages.length;
  }

  function leaveHand(): void {
    inHand--;
    receiving.roomAgain();
  }

  function track<T>(task: Promise<T>): Promise<T> {
    atWork.add(task);
    return task.finally(() => atWork.delete(task));
  }

  return {
    look,
    figures: () => lanes.figures(now()),
    async stop(withinMs) {
      stopping = true;
      clearInterval(watch);
      clearTimeout(alarm);
      // Put back before any receive is aborted: one that is aborted may still be given what appears a moment later, and hide it.
      await putBackUnbegun([...lanes.clear(), ...toTurnAway.splice(0)]);
      await receiving.stop();
      const enough = new AbortController();
      await Promise.race([Promise.all(atWork), pause(withinMs, enough.signal)]);
      enough.abort();
      await acknowledge.settled();
      await hidden.stop();
      return { unfinished: inHand, putBack: putBackAtStop };
    },
  };
}

function queued(received: Received, receivedAt: number): InHand {
  const { work, delivery, message } = received;
  return {
    id: message.ReceiptHandle ?? '',
    lane: laneOf(work),
    // A message of an older version does not say whose it is: it waits for nobody.
    company: work.companyCnpj ?? work.invoiceId,
    number: work.dps?.number ?? 0,
    receiveCount: delivery.receiveCount,
    receivedAt,
    received,
  };
}

/** A wait that an abort cuts short. It holds the process: a worker whose queue fails must not end as if it were done. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
  });
}
