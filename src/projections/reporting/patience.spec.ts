import { describe, expect, it } from 'vitest';
import { whileResuming } from './patience.ts';

const PATIENCE = { tries: 3, firstWaitMs: 1, longestWaitMs: 2 };

/** As the Data API says it, wrapped as Drizzle does. */
function failing(name: string, message = name) {
  const cause = Object.assign(new Error(message), { name });
  return Object.assign(new Error('Failed query'), { query: 'CREATE TABLE …', cause });
}

async function migrated(...failures: Error[]) {
  let calls = 0;
  const waits: string[] = [];
  const run = async () => {
    const failure = failures[calls++];
    if (failure) throw failure;
    return 'migrated';
  };
  const result = await whileResuming(run, PATIENCE, (error) => waits.push(error.message)).catch(
    (error: Error) => error.name,
  );
  return { result, calls, waits: waits.length };
}

const resuming = failing('DatabaseResumingException');

describe('a migration', () => {
  it('waits for a cluster that wakes up', async () =>
    expect(await migrated(resuming, resuming)).toEqual({ result: 'migrated', calls: 3, waits: 2 }));

  it('does not wait for ever', async () =>
    expect(await migrated(resuming, resuming, resuming, resuming, resuming)).toEqual({
      result: 'DatabaseUnavailable',
      calls: 4,
      waits: 4,
    }));

  it('that is wrong itself is not tried again', async () =>
    expect(await migrated(failing('DatabaseErrorException', 'ERROR: syntax error; SQLState: 42601'))).toMatchObject({
      result: 'DatabaseUnavailable',
      calls: 1,
    }));
});
