import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the stand-in’s journal', () => {
  it('gives back what was appended, in order, however many at once', async () => {
    const path = join(folder, 'new', 'j.jsonl');
    const { journal, entries } = await openJournal<number>(path);
    expect(entries).toEqual([]);
    const numbers = Array.from({ length: 200 }, (_, i) => i);
    await Promise.all(numbers.map((number) => journal.append(number)));
    await journal.close();
    const again = await openJournal<number>(path);
    expect(again.entries).toEqual(numbers);
    await again.journal.close();
  });

  it('is on the disk when an append resolves', async () => {
    const path = join(folder, 'j.jsonl');
    const { journal } = await openJournal<object>(path);
    await journal.append({ a: 'ção' });
    expect(await readFile(path, 'utf8')).toBe('{"a":"ção"}\n');
    await journal.close();
  });

  it('forgets a last line torn by a crash, and goes on after the whole ones', async () => {
    const path = join(folder, 'j.jsonl');
    const first = await openJournal<string>(path);
    await first.journal.append('whole');
    await first.journal.close();
    await appendFile(path, '"to');
    const second = await openJournal<string>(path);
    expect(second.entries).toEqual(['whole']);
    await second.journal.append('next');
    await second.journal.close();
    expect(await readFile(path, 'utf8')).toBe('"whole"\n"next"\n');
  });
});
