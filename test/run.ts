import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm test [-- vitest arguments]`: lint, types, then every test. `npm run check` stops after the types. */
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { resolve } = createRequire(import.meta.url);
const args = process.argv.slice(2);

function run(title: string, entry: string, ...rest: string[]): void {
  process.stderr.write(`\n> ${title}\n`);
  const { status } = spawnSync(process.execPath, [entry, ...rest], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

const bin = (manifest: string, file: string) => path.join(path.dirname(resolve(manifest)), file);

run('lint', bin('@biomejs/biome/package.json', 'bin/biome'), 'ci', '--error-on-warnings', root);
run('types', bin('typescript/package.json', 'bin/tsc'), '-p', root);
if (!args.includes('--check-only')) run('tests', bin('vitest/package.json', 'vitest.mjs'), 'run', ...args);
