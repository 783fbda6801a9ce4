import { beforeAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../cdk/settings.ts';
import { ledger, straightforward } from './design.ts';
import { type Installation, installationOf } from './installation.ts';
import { fixedTerms, REGIONS, sumOf, variableTerms } from './model.ts';

/** What a million invoices came to when this was last looked at, USD: more than this is a change that somebody has to want. */
const MOST_USD = { 'us-east-1': 23.2, 'sa-east-1': 32.9 };
/** The same with one GET each. */
const MOST_USD_READ = { 'us-east-1': 28.5, 'sa-east-1': 39.3 };
const MILLION = 1_000_000;

let installation: Installation;
beforeAll(() => {
  installation = installationOf(settingsOf('prod'));
});

const costOf = (design: Parameters<typeof variableTerms>[0], region: (typeof REGIONS)[number], invoices = MILLION) =>
  sumOf(variableTerms(design, installation, invoices, region));

describe('what a million invoices cost', () => {
  it.each(REGIONS)('is in %s no more than it was', (region) => {
    const ours = ledger(installation.workflow, settingsOf('prod').observability.tracedShare);
    expect(costOf(ours, region)).toBeLessThanOrEqual(MOST_USD[region]);
    const read = ledger(installation.workflow, settingsOf('prod').observability.tracedShare, 1);
    expect(costOf(read, region)).toBeLessThanOrEqual(MOST_USD_READ[region]);
  });

  it('is at most 25 in us-east-1, where the straightforward design takes 167', () => {
    expect(
      costOf(ledger(installation.workflow, settingsOf('prod').observability.tracedShare), 'us-east-1'),
    ).toBeLessThan(25);
    expect(Math.round(costOf(straightforward(), 'us-east-1'))).toBe(167);
  });

  it('grows with their number, and with nothing else', () => {
    const ours = ledger('EXPRESS', 0.05);
    expect(costOf(ours, 'us-east-1', 3 * MILLION)).toBeCloseTo(3 * costOf(ours, 'us-east-1'));
  });

  it('would be several times as much by a Standard workflow, which the settings allow', () => {
    const [express, standard] = [ledger('EXPRESS', 0.05), ledger('STANDARD', 0.05)];
    expect(costOf(standard, 'us-east-1') - costOf(express, 'us-east-1')).toBeGreaterThan(70);
  });
});

describe('what the templates say of the costs', () => {
  it('is the tasks of every service of workers', () => {
    const settings = settingsOf('prod');
    const worker = { ...settings.worker, services: 'per-provider' } as const;
    expect(installationOf({ ...settings, worker }).worker.tasks).toBe(2 * installation.worker.tasks);
  });

  it('is the workflow that is cheap, and one call to KMS for many documents', () => {
    expect(installation.workflow).toBe('EXPRESS');
    expect(installation.bucketKeys).toBe(true);
  });

  it('is what an installation costs without any invoice', () => {
    const terms = fixedTerms(installation, 'us-east-1');
    expect(terms.every(({ usd }) => usd > 0)).toBe(true);
    expect(sumOf(terms)).toBeLessThan(400);
  });
});
