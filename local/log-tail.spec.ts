import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { indented, lastLines, logSize } from './log-tail.ts';
import { didNotStart } from './stack-error.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-log-'));
afterAll(() => rm(folder, { recursive: true }));

describe('the log of a part that did not start', () => {
  it('is in the message, less what an earlier start wrote', async () => {
    const log = path.join(folder, 'part.log');
    await appendFile(log, 'of an earlier start\n');
    const since = await logSize(log);
    await appendFile(log, 'opening the data\nError: listen EADDRINUSE\n');
    expect(didNotStart('PostgreSQL', '1', await lastLines(log, since)).message).toBe(
      'PostgreSQL did not start (1). Its log:\n  opening the data\n  Error: listen EADDRINUSE',
    );
  });

  it('is said to be empty where nothing was written', async () => {
    const lines = await lastLines(path.join(folder, 'none.log'), await logSize(path.join(folder, 'none.log')));
    expect(didNotStart('PostgreSQL', 'SIGKILL', lines).message).toBe(
      'PostgreSQL did not start (SIGKILL). Its log is empty.',
    );
  });

  it('is cut to its last twenty lines', () =>
    expect(indented(Array.from({ length: 50 }, (_, n) => `line ${n}`).join('\n')).split('\n')).toEqual(
      Array.from({ length: 20 }, (_, n) => `  line ${n + 30}`),
    ));
});
