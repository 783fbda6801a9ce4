import { sortedKeys } from './sorted-keys.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A message as its receiver has it. */
export interface Received<Body> {
  readonly messageId: string;
  readonly body: Body;
  /** How often it was received, this time included. */
  readonly receiveCount: number;
  readonly sentAt: Date;
}

export interface MemoryQueue<Body> {
  /** @param delayMs until it may be received */
  send(body: Body, delayMs?: number): void;
  /** The messages that may be received now, those that wait longest first. Receiving hides one until it is deleted or its time is up. */
  visible(limit?: number): readonly string[];
  /** @returns `undefined` when it was deleted, is hidden, or was received too often and is dead */
  receive(messageId: string): Received<Body> | undefined;
  delete(messageId: string): void;
  /** Puts a received message back for a while. */
  hide(messageId: string, ms: number): void;
  /** The same message once more, delivered for the first time. */
  copy(messageId: string): void;
  /** When the next hidden message will be visible again; `undefined` when none is hidden. */
  nextVisibleAt(): Date | undefined;
  /** Messages that wait or are in hand. */
  readonly depth: number;
  /** Messages that were received too often. */
  readonly dead: readonly Body[];
}

interface Stored<Body> {
  readonly body: Body;
  readonly sentAt: Date;
  readonly receives: number;
  /** In milliseconds. */
  readonly visibleAt: number;
}

const DIGITS = 15;

/** SQS in memory, on a virtual clock: hidden while in hand, back when nobody deleted it, dead when received too often. */
export function memoryQueue<Body>(
  clock: VirtualClock,
  { visibilitySeconds, mostReceives }: { readonly visibilitySeconds: number; readonly mostReceives: number },
): MemoryQueue<Body> {
  const messages = new Map<string, Stored<Body>>();
  const order = sortedKeys();
  const dead: Body[] = [];
  let sent = 0;

  const keyOf = (messageId: string, { visibleAt }: Pick<Stored<Body>, 'visibleAt'>) =>
    `${String(Math.ceil(visibleAt)).padStart(DIGITS, '0')} ${messageId}`;
  const now = () => clock.now().getTime();

  function remove(messageId: string): void {
    const message = messages.get(messageId);
    if (message) order.delete(keyOf(messageId, message));
    messages.delete(messageId);
  }
  function put(messageId: string, message: Stored<Body>): void {
    remove(messageId);
    messages.set(messageId, message);
    order.add(keyOf(messageId, message));
  }
  const nextId = () => `message-${String(++sent).padStart(9, '0')}`;

  return {
    send(body, delayMs = 0) {
      const sentAt = clock.now();
      put(nextId(), { body: structuredClone(body), sentAt, visibleAt: sentAt.getTime() + delayMs, receives: 0 });
    },
    visible: (limit) =>
      order
        .from('', limit)
        .filter((key) => Number(key.slice(0, DIGITS)) <= now())
        .map((key) => key.slice(DIGITS + 1)),
    receive(messageId) {
      const message = messages.get(messageId);
      if (!message || Math.ceil(message.visibleAt) > now()) return undefined;
      if (message.receives >= mostReceives) {
        remove(messageId);
        dead.push(message.body);
        return undefined;
      }
      const receives = message.receives + 1;
      put(messageId, { ...message, receives, visibleAt: now() + visibilitySeconds * 1_000 });
      const { body, sentAt } = message;
      return { messageId, body: structuredClone(body), receiveCount: receives, sentAt };
    },
    copy(messageId) {
      const message = messages.get(messageId);
      if (message) put(nextId(), { ...message, receives: 0 });
    },
    hide(messageId, ms) {
      const message = messages.get(messageId);
      if (message) put(messageId, { ...message, visibleAt: now() + ms });
    },
    delete: remove,
    nextVisibleAt() {
      const [next] = order.from(String(now() + 1).padStart(DIGITS, '0'), 1);
      return next === undefined ? undefined : new Date(Number(next.slice(0, DIGITS)));
    },
    get depth() {
      return messages.size;
    },
    dead,
  };
}
