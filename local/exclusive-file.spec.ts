import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { holdFile } from './exclusive-file.ts';
import { inProject } from './project.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'nfse-ledger-lock-'));
afterAll(() => rm(folder, { recursive: true }));

describe('a file that one process holds', () => {
  it('is had by exactly one of many that ask for it at once, after its holder was killed', async () => {
    const file = path.join(folder, 'lock');
    const holder = path.join(folder, 'holder.ts');
    await writeFile(
      holder,
      `import { holdFile } from ${JSON.stringify(inProject('local/exclusive-file.ts'))};
process.stdin.once('data', () => console.log(holdFile(${JSON.stringify(file)}) ? 'held' : 'refused'));
console.log('here');
`,
    );
    const contestants = Array.from({ length: 4 }, () => spawn(process.execPath, [holder], { stdio: 'pipe' }));
    const said = contestants.map(({ stdout }) => createInterface({ input: stdout })[Symbol.asyncIterator]());
    const next = async () => (await Promise.all(said.map((lines) => lines.next()))).map(({ value }) => value);
    await next();
    // One that holds it and is killed, while the others are there already.
    const [killed, ...others] = contestants;
    killed?.stdin.write('\n');
    expect((await said[0]?.next())?.value).toBe('held');
    expect(holdFile(file)).toBeUndefined();
    killed?.kill('SIGKILL');
    if (killed) await once(killed, 'exit');
    said.shift();
    for (const { stdin } of others) stdin.write('\n');
    expect((await next()).sort()).toEqual(['held', 'refused', 'refused']);
    for (const one of others) one.kill();
  });

  it('is free again when it is released', () => {
    const file = path.join(folder, 'released');
    holdFile(file)?.release();
    const again = holdFile(file);
    expect(again).toBeDefined();
    again?.release();
  });
});
