/** The part of the engine's own store that is mended, as it is in version 2.4.1. */
interface Store {
  readonly db: { prepare(sql: string): { run(...values: readonly unknown[]): unknown } };
  updateMessageReady(messageId: string): void;
}

/**
 * The engine, when it keeps its queues on the disk, loses a message that is given back with a visibility of zero seconds: it writes no
 * receive count where its table wants one, after it has taken the message out of memory. So that one statement is replaced.
 */
export async function mendGivingBackAtOnce(): Promise<void> {
  const { href } = new URL('persistence.js', import.meta.resolve('fauxqs'));
  const { PersistenceManager } = (await import(href)) as {
    PersistenceManager: { prototype: Store };
  };
  PersistenceManager.prototype.updateMessageReady = function (this: Store, messageId) {
    this.db
      .prepare('UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?')
      .run(messageId);
  };
}
