// `npm test [-- vitest arguments]`: lint, types, then every test. `npm run check`: lint, types and the specs of the core, in a minute.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ended } from '../local/child.ts';
import { projectRoot } from '../local/project.ts';

/** What the core's specs are in: the rules, and what decides by them. */
const CORE = ['nfse', 'events', 'audit', 'commands', 'projections'].map((room) => `src/${room}/`);

const { resolve } = createRequire(import.meta.url);
const bin = (manifest: string, file: string) => path.join(path.dirname(resolve(manifest)), file);
const vitest = bin('vitest/package.json', 'vitest.mjs');
const args = process.argv.slice(2);

/** Runs a program to its end; ends this one when it fails. What this one is told to do is passed on. */
async function run(title: string, entry: string, ...rest: string[]): Promise<void> {
  process.stderr.write(`\n> ${title}\n`);
  const child = spawn(process.execPath, [entry, ...rest], { cwd: projectRoot, stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, passOn);
  const how = await ended(child);
  for (const signal of signals) process.off(signal, passOn);
  if (how !== '0') process.exit(Number(how) || 1);
}

await run('lint', bin('@biomejs/biome/package.json', 'bin/biome'), 'ci', '--error-on-warnings', projectRoot);
await run('types', bin('typescript/package.json', 'bin/tsc'), '-p', projectRoot);
if (args.includes('--check-only'))
  await run(
    'specs of the core',
    vitest,
    'run',
    '--project',
    'specs',
    '--reporter',
    'dot',
    '--reporter',
    './test/tally-reporter.ts',
    ...CORE,
  );
else await run('tests', vitest, 'run', ...args);
