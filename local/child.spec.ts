import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { end, startChild, upOrFailed } from './child.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function started(program: string) {
  const script = path.join(folder, 'program.mjs');
  const logFile = path.join(folder, 'program.log');
  writeFileSync(script, program);
  writeFileSync(logFile, 'said by the start before\n');
  const child = await startChild({ script, args: [], env: process.env, logFile });
  return { child, isUp: upOrFailed('The worker', child, { logFile, since: 25 }) };
}

describe('a process that the stack waits for', () => {
  it('is up with its first message', async () => {
    const { child, isUp } = await started(`process.send('up'); setInterval(() => {}, 1_000);`);
    await expect(isUp()).resolves.toBeUndefined();
    await end(child, 1_000);
  });

  it.each([
    ['that throws', `console.error('no such queue'); process.exit(3);`, '3'],
    ['that ends well', `console.error('no such queue');`, '0'],
  ])('fails with its own words %s before that', async (_, program, how) => {
    const { isUp } = await started(program);
    await expect(isUp()).rejects.toThrow(`The worker did not start (${how}). Its log:\n  no such queue`);
  });
});
