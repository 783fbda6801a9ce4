import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { addSecurityRules } from '../app.ts';
import { settingsOf } from '../settings.ts';
import { newApp, perProvider, stacksIn } from './synthesized.ts';

const page = mkdtempSync(join(tmpdir(), 'nfse-ledger-page-'));
writeFileSync(join(page, 'index.html'), '<!doctype html>');
afterAll(() => rmSync(page, { recursive: true, force: true }));

function findings(app: App): string[] {
  addSecurityRules(app);
  const said: string[] = [];
  const write = process.stderr.write;
  process.stderr.write = (text: string | Uint8Array) => said.push(String(text)) > 0;
  const before = process.exitCode;
  try {
    app.synth();
  } catch (error) {
    said.push(`ERROR ${(error as Error).message}`);
  } finally {
    process.stderr.write = write;
    process.exitCode = before;
  }
  return said
    .join('')
    .split('\n')
    .filter((line) => /^(ERROR|WARNING)|Acknowledge with/.test(line.trim()));
}

/** The two differ in every setting that a rule looks at; staging lies between them. */
describe('the security rules of AWS Solutions and Serverless, and CloudFormation’s own', () => {
  it.each([
    ['prod', settingsOf('prod')],
    ['dev with workers per provider', perProvider('dev')],
  ])('find nothing in %s that nobody has given a reason for', (_title, settings) => {
    const app = newApp(settings.environment === 'prod');
    stacksIn(app, settings, page);
    expect(findings(app)).toEqual([]);
  });

  it('are asked at all: a public bucket is found', () => {
    const app = newApp();
    new Bucket(new Stack(app, 'careless'), 'Bucket');
    expect(findings(app).join('\n')).toMatch(/AwsSolutions-S10[\s\S]*|AwsSolutions-S1/);
  });
});
