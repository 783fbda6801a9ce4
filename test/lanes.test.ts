import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { teardown } from '../local/teardown.ts';
import { run as drain } from './chaos/drain.ts';
import { laneBench } from './chaos/lanes/lane-bench.ts';
import { freshMessage, MUNICIPALITIES } from './chaos/lanes/messages.ts';
import { eventually } from './stack/own-worker.ts';

const running = teardown();
const dataDir = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-lanes-'));
const options = { seconds: undefined, invoices: 200, seed: 1, dataDir, progress: () => {}, running };

afterAll(async () => {
  await running.stopAll();
  await rm(dataDir, { recursive: true, force: true });
});

describe('workers that are told to stop under load', () => {
  it('put back what they have not begun, finish what they have, and handle nothing twice', async () => {
    const { promises } = await drain(options);
    expect(promises.filter(({ kept }) => !kept)).toEqual([]);
  });
});

describe('a municipality that answers in half a minute, with much waiting', () => {
  it('holds up none of the others, who are all done before its first', async () => {
    const [noisy = '', ...quiet] = MUNICIPALITIES;
    const bench = await laneBench(options);
    const done: string[] = [];
    const away: string[] = [];
    await bench.send(Array.from({ length: 150 }, (_, n) => freshMessage(n, noisy, new Date())));
    const worker = await bench.worker({ places: 16, slow: { [noisy]: 30_000 }, latencyMs: 100 }, (told) => {
      if (told.kind === 'handled') done.push(told.municipalityCode);
      if (told.kind === 'put-back' || told.kind === 'turned-away') away.push(told.municipalityCode);
    });
    const ordinary = Array.from({ length: 100 }, (_, n) =>
      freshMessage(1000 + n, quiet[n % quiet.length] ?? '', new Date()),
    );
    await bench.send(ordinary);
    await eventually(async () => done.length >= ordinary.length);
    worker.kill('SIGKILL');
    expect(done).not.toContain(noisy);
    expect(new Set(away)).toEqual(new Set([noisy]));
  });
});
