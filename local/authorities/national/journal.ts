import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An append-only list of records that outlives the process. */
export interface Journal<Entry> {
  /** Resolves when the record is on the disk. */
  append(entry: Entry): Promise<void>;
  close(): Promise<void>;
}

/** Keeps nothing: for tests. */
export function forgetfulJournal<Entry>(): Journal<Entry> {
  return { append: async () => {}, close: async () => {} };
}

/**
 * Opens a JSON Lines file. Appends that arrive while a write is under way go out together in the next one, so that one
 * `fdatasync` serves them all.
 *
 * @returns the journal and what it held. A last line torn by a crash was never answered for, and is cut off.
 */
export async function openJournal<Entry>(path: string): Promise<{ journal: Journal<Entry>; entries: Entry[] }> {
  await mkdir(dirname(path), { recursive: true });
  const entries = await replay<Entry>(path);
  const file = await open(path, 'a');
  let waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;

  const drain = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await file.appendFile(batch.map(({ line }) => line).join(''));
        await file.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    writing = undefined;
  };

  const journal: Journal<Entry> = {
    append: (entry) =>
      new Promise((done, failed) => {
        waiting.push({ line: `${JSON.stringify(entry)}\n`, done, failed });
        writing ??= drain();
      }),
    close: async () => {
      await writing;
      await file.close();
    },
  };
  return { journal, entries };
}

async function replay<Entry>(path: string): Promise<Entry[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await truncate(path, whole);
  const lines = bytes.subarray(0, whole).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
}
