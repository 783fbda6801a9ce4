import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { descendants, untilGone } from '../test/stack/process-tree.ts';
import { inProject } from './project.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-launch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { scripts } = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const launched = Object.entries(scripts).filter(([, command]) => command.includes('launch.mjs'));

// A script that runs for ever, with a child of its own, and says who it is.
const endless = path.join(folder, 'endless.ts');
writeFileSync(
  endless,
  `import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
process.once('SIGTERM', () => child.kill() && process.exit(0));
process.once('SIGINT', () => child.kill() && process.exit(0));
process.once('SIGHUP', () => child.kill() && process.exit(0));
setInterval(() => {}, 1000);
console.log(\`running \${process.pid} under \${process.ppid}\`);
`,
);
writeFileSync(
  path.join(folder, 'package.json'),
  JSON.stringify({
    name: 'endless',
    type: 'module',
    scripts: {
      start: (scripts.start ?? '').replace(
        'local/launch.mjs local/start.ts',
        `${inProject('local/launch.mjs')} ${endless}`,
      ),
    },
  }),
);

/** `npm start` of the endless script, with the same launcher. */
async function npm(): Promise<{ npm: ChildProcess; launcher: number; tree: readonly number[] }> {
  // In a session of its own, like a terminal's.
  const child = spawn('npm', ['start'], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const launcher = await new Promise<number>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const under = /^running \d+ under (\d+)$/.exec(line)?.[1];
      if (under !== undefined) resolve(Number(under));
    });
  });
  return { npm: child, launcher, tree: await descendants(child.pid ?? 0) };
}

describe('a program that npm launched ends, with all that it started', () => {
  it('in every script of package.json, which takes the place of the shell so that npm is its parent', () => {
    expect(launched.length).toBeGreaterThan(10);
    for (const [, command] of launched) expect(command).toMatch(/^exec node local\/launch\.mjs /);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('when npm alone gets %s', async (signal) => {
    const { npm: child, tree } = await npm();
    expect(tree).toHaveLength(4);
    child.kill(signal);
    await untilGone(tree, 60_000);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('when the launcher alone gets %s', async (signal) => {
    const { launcher, tree } = await npm();
    process.kill(launcher, signal);
    await untilGone(tree, 60_000);
  });

  it('when the terminal is closed, which hangs up all of them at once', async () => {
    const { npm: child, tree } = await npm();
    const ended = once(child, 'exit');
    process.kill(-(child.pid ?? 0), 'SIGHUP');
    await ended;
    await untilGone(tree, 60_000);
  });
});
