import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

export interface Held {
  release(): void;
}

/**
 * Holds a file until it is released or this process ends, however it ends. The lock is the operating system's (through SQLite, because
 * Node has no call for it), so a killed process leaves nothing behind that would have to be judged and taken away: two starts that
 * both found such a leftover could both take it.
 *
 * @returns `undefined` when another process holds it
 */
export function holdFile(path: string): Held | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}
