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
  /** The messages that may be received now. Receiving hides one until it is deleted or its time is up. */
  visible(): readonly string[];
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

/** SQS in memory, on a virtual clock: hidden while in hand, back when nobody deleted it, dead when received too often. */
export function memoryQueue<Body>(
  clock: VirtualClock,
  { visibilitySeconds, mostReceives }: { readonly visibilitySeconds: number; readonly mostReceives: number },
): MemoryQueue<Body> {
  const messages = new Map<string, { body: Body; sentAt: Date; visibleAt: number; receives: number }>();
  const dead: Body[] = [];
  let sent = 0;
  return {
    send(body, delayMs = 0) {
      const at = clock.now();
      messages.set(`message-${++sent}`, {
        body: structuredClone(body),
        sentAt: at,
        visibleAt: at.getTime() + delayMs,
        receives: 0,
      });
    },
    visible: () =>
      [...messages].filter(([, { visibleAt }]) => visibleAt <= clock.now().getTime()).map(([messageId]) => messageId),
    receive(messageId) {
      const message = messages.get(messageId);
      if (!message || message.visibleAt > clock.now().getTime()) return undefined;
      if (message.receives >= mostReceives) {
        messages.delete(messageId);
        dead.push(message.body);
        return undefined;
      }
      message.receives++;
      message.visibleAt = clock.now().getTime() + visibilitySeconds * 1_000;
      const { body, sentAt, receives } = message;
      return { messageId, body: structuredClone(body), receiveCount: receives, sentAt };
    },
    copy(messageId) {
      const message = messages.get(messageId);
      if (message) messages.set(`message-${++sent}`, { ...message, receives: 0 });
    },
    hide(messageId, ms) {
      const message = messages.get(messageId);
      if (message) message.visibleAt = clock.now().getTime() + ms;
    },
    delete: (messageId) => void messages.delete(messageId),
    nextVisibleAt() {
      const hidden = [...messages.values()]
        .map(({ visibleAt }) => visibleAt)
        .filter((at) => at > clock.now().getTime());
      return hidden.length > 0 ? new Date(Math.min(...hidden)) : undefined;
    },
    get depth() {
      return messages.size;
    },
    dead,
  };
}
