import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import validateAsl from 'asl-validator';
import { afterAll, describe, expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);
const biome = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')),
  'bin/biome',
);
const copy = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-lint-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));
cpSync(path.join(root, 'biome'), path.join(copy, 'biome'), { recursive: true });
cpSync(path.join(root, 'biome.json'), path.join(copy, 'biome.json'));

/** What the linter says of a file with this content at this place in the house. */
function lint(file: string, content: string): string {
  const place = path.join(copy, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, content);
  const { stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', '--vcs-enabled=false', place], {
    cwd: copy,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const importing = (what: string) => `import { a } from '${what}';\nexport const b = a;\n`;

describe('the check of import directions', () => {
  it.each([
    ['src/nfse/x.ts', '../events/ids.ts'],
    ['src/nfse/x.ts', '@aws-sdk/client-s3'],
    ['src/events/x.ts', '../commands/ports.ts'],
    ['src/events/x.ts', '@aws-sdk/client-dynamodb'],
    ['src/audit/x.ts', '../projections/invoice-row.ts'],
    ['src/audit/x.ts', '@aws-sdk/client-s3'],
    ['src/events/x.ts', '../audit/seal.ts'],
    ['src/commands/cancel-invoice/x.ts', '../../platform/clock.ts'],
    ['src/commands/x.ts', '@aws-sdk/client-sfn'],
    ['src/commands/x.ts', '../handlers/lambda.ts'],
    ['src/projections/x.ts', '../commands/execute.ts'],
    ['src/projections/x.ts', '../platform/config.ts'],
    ['src/worker/x.ts', '../platform/config.ts'],
    ['src/worker/x.ts', '../handlers/lambda.ts'],
    ['src/handlers/x.ts', '../worker/poller.ts'],
    ['src/platform/x.ts', '../handlers/lambda.ts'],
    ['src/handlers/x.ts', '../../local/token.ts'],
    ['src/events/x.ts', '../../test/invoices.ts'],
    ['src/handlers/x.ts', '../../cdk/functions.ts'],
    ['src/worker/main.ts', '../../cdk/settings.ts'],
  ])('refuses %s importing %s', (file, what) => {
    expect(lint(file, importing(what))).toContain('noRestrictedImports');
  });

  it.each([
    ['src/events/x.ts', '../nfse/cents.ts'],
    ['src/commands/x.ts', '../events/ids.ts'],
    ['src/audit/x.ts', '../events/commit.ts'],
    ['src/worker/x.ts', '../commands/ports.ts'],
    ['src/handlers/x.ts', '../platform/config.ts'],
  ])('lets %s import %s', (file, what) => {
    expect(lint(file, importing(what))).not.toContain('noRestrictedImports');
  });
});

describe('the check of purity', () => {
  it.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'performance.now()',
    'crypto.randomUUID()',
    'Date()',
    'crypto.getRandomValues(new Uint8Array(1))',
  ])('refuses %s in the core', (what) => {
    for (const room of ['nfse', 'events', 'audit', 'commands', 'projections']) {
      expect(lint(`src/${room}/x.ts`, `export const x = ${what};\n`)).toContain('The core reads no clock');
    }
  });

  it('lets the core use a time that it was given', () =>
    expect(lint('src/events/x.ts', 'export const x = (at: string) => new Date(at).getTime();\n')).not.toContain(
      'The core',
    ));

  it('refuses the environment everywhere but in the configuration', () => {
    const reading = 'export const x = process.env.HOME;\n';
    expect(lint('src/handlers/x.ts', reading)).toContain('noProcessEnv');
    expect(lint('src/platform/config.ts', reading)).not.toContain('noProcessEnv');
  });
});

describe('the workflow', () => {
  it('is a valid state machine', () => {
    const definition = JSON.parse(readFileSync(path.join(root, 'src/commands/emit-workflow.asl.json'), 'utf8'));
    expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
    // What it is good for: a target that does not exist is found.
    definition.States.SendToNational.Catch[0].Next = 'Nowhere';
    expect(validateAsl(definition).isValid).toBe(false);
  });
});
