import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import validateAsl from 'asl-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.dirname(import.meta.dirname);
const biome = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')),
  'bin/biome',
);
const copy = mkdtempSync(path.join(tmpdir(), 'nfse-ledger-lint-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What the linter says of each file of the folder, by the file's path. It runs once, because each run takes half a second. */
const verdicts = new Map<string, string>();
let samples = 0;

beforeAll(() => {
  cpSync(path.join(root, 'biome'), path.join(copy, 'biome'), { recursive: true });
  cpSync(path.join(root, 'biome.json'), path.join(copy, 'biome.json'));
  const { stdout } = spawnSync(
    process.execPath,
    [biome, 'lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none', copy],
    { cwd: copy, encoding: 'utf8' },
  );
  for (const [line, rule, file = ''] of stdout.matchAll(/^::\w+ title=([^,]+),file=([^,]+),.*$/gm)) {
    const place = path.relative(copy, path.resolve(copy, file));
    verdicts.set(place, `${verdicts.get(place) ?? ''}${rule}: ${line}\n`);
  }
});

/** Puts a file into the folder that is linted. @returns its path there; `x` in the name becomes a name of its own */
function sample(file: string, content: string): string {
  const place = file.replace(/\bx\.ts$/, `x${samples++}.ts`);
  mkdirSync(path.dirname(path.join(copy, place)), { recursive: true });
  writeFileSync(path.join(copy, place), content);
  return place;
}

const verdictOn = (place: string): string => verdicts.get(place) ?? '';
const importing = (file: string, what: string) => [
  file,
  what,
  sample(file, `import { a } from '${what}';\nexport const b = a;\n`),
];

describe('the check of import directions', () => {
  it.each([
    importing('src/nfse/x.ts', '../events/ids.ts'),
    importing('src/nfse/x.ts', '@aws-sdk/client-s3'),
    importing('src/events/x.ts', '../commands/ports.ts'),
    importing('src/events/x.ts', '@aws-sdk/client-dynamodb'),
    importing('src/audit/x.ts', '../projections/invoice-row.ts'),
    importing('src/audit/x.ts', '@aws-sdk/client-s3'),
    importing('src/events/x.ts', '../audit/seal.ts'),
    importing('src/commands/cancel-invoice/x.ts', '../../platform/clock.ts'),
    importing('src/commands/x.ts', '@aws-sdk/client-sfn'),
    importing('src/commands/x.ts', '../handlers/lambda.ts'),
    importing('src/projections/x.ts', '../commands/execute.ts'),
    importing('src/projections/x.ts', '../platform/config.ts'),
    importing('src/worker/x.ts', '../platform/config.ts'),
    importing('src/worker/x.ts', '../handlers/lambda.ts'),
    importing('src/handlers/x.ts', '../worker/poller.ts'),
    importing('src/platform/x.ts', '../handlers/lambda.ts'),
    importing('src/handlers/x.ts', '../../local/token.ts'),
    importing('src/events/x.ts', '../../test/invoices.ts'),
    importing('src/handlers/x.ts', '../../cdk/functions.ts'),
    importing('src/worker/main.ts', '../../cdk/settings.ts'),
    importing('cdk/constructs/x.ts', '../../local/project.ts'),
    importing('local/engines/x.ts', '../../cdk/functions.ts'),
    importing('bundling/x.ts', '../cdk/functions.ts'),
    importing('bundling/x.ts', '../local/project.ts'),
    importing('src/aws/x.ts', '../platform/config.ts'),
    importing('src/events/x.ts', '../aws/batches.ts'),
    importing('src/commands/x.ts', '../aws/faults.ts'),
  ])('refuses %s importing %s', (_file, _what, place = '') => {
    expect(verdictOn(place)).toContain('noRestrictedImports');
  });

  it.each([
    importing('src/events/x.ts', '../nfse/cents.ts'),
    importing('src/commands/x.ts', '../events/ids.ts'),
    importing('src/audit/x.ts', '../events/commit.ts'),
    importing('src/worker/x.ts', '../commands/ports.ts'),
    importing('src/handlers/x.ts', '../platform/config.ts'),
    importing('src/events/dynamodb-x.ts', '../aws/document-client.ts'),
    importing('cdk/constructs/x.ts', '../../src/handlers/gateway-answers.ts'),
    importing('local/x.ts', '../bundling/function-bundles.ts'),
  ])('lets %s import %s', (_file, _what, place = '') => {
    expect(verdictOn(place)).not.toContain('noRestrictedImports');
  });
});

describe('the check of purity', () => {
  const impurities = [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'performance.now()',
    'crypto.randomUUID()',
    'Date()',
    'crypto.getRandomValues(new Uint8Array(1))',
  ];
  const impure = ['nfse', 'events', 'audit', 'commands', 'projections'].flatMap((room) =>
    impurities.map((what) => [what, room, sample(`src/${room}/x.ts`, `export const x = ${what};\n`)]),
  );

  it.each(impure)('refuses %s in src/%s', (_what, _room, place = '') => {
    expect(verdictOn(place)).toContain('The core reads no clock');
  });

  const given = sample('src/events/x.ts', 'export const x = (at: string) => new Date(at).getTime();\n');

  it('lets the core use a time that it was given', () => expect(verdictOn(given)).not.toContain('The core'));

  const reading = 'export const x = process.env.HOME;\n';
  const [inHandler, inConfig] = [sample('src/handlers/x.ts', reading), sample('src/platform/config.ts', reading)];

  it('refuses the environment everywhere but in the configuration', () => {
    expect(verdictOn(inHandler)).toContain('noProcessEnv');
    expect(verdictOn(inConfig)).not.toContain('noProcessEnv');
  });
});

describe('specs, which share their processes', () => {
  const files = globSync('{src,test,local,cdk,openapi,cost}/**/*.{spec,test}.ts', { cwd: root });

  it('take back the clients that they mock', () => {
    const mocking = files.filter((file) => /^import .* from 'aws-sdk-client-mock'/m.test(textOf(file)));
    expect(mocking.length).toBeGreaterThan(3);
    expect(mocking.filter((file) => !/\.restore\(\)/.test(textOf(file)))).toEqual([]);
  });
});

const textOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('the workflow', () => {
  it('is a valid state machine', () => {
    const definition = JSON.parse(readFileSync(path.join(root, 'src/commands/emit-workflow.asl.json'), 'utf8'));
    expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
    // What it is good for: a target that does not exist is found.
    definition.States.SendToNational.Catch[0].Next = 'Nowhere';
    expect(validateAsl(definition).isValid).toBe(false);
  });
});
