import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { inProject } from '../local/project.ts';

it('a small storm breaks no promise', async () => {
  const args = ['storm', '--invoices', '60', '--seed', '7'];
  const chaos = spawn(process.execPath, [inProject('test/chaos/run.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(chaos.stdout), once(chaos, 'exit')]);
  expect(chaos.exitCode, said).toBe(0);
  expect(said.match(/^ {2}✓ /gm)).toHaveLength(7);
  // A storm in which nobody was killed would prove little.
  expect(Number(/workers killed +(\d+)/.exec(said)?.[1])).toBeGreaterThan(2);
});
