import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

vi.hoisted(() => vi.stubEnv('ENVIRONMENT', 'staging'));
const { logMetrics } = await import('./metrics.ts');

const written: string[] = [];
beforeEach(() => {
  const take = (text: string | Uint8Array) => {
    written.push(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
});
afterEach(() => {
  vi.restoreAllMocks();
  written.length = 0;
});

const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);
const at = new Date();
const ours = { service: 'nfse-ledger', environment: 'staging' };

describe('a line of metrics', () => {
  it('is a log line whose dimensions and values are members of their own, the environment among them', () => {
    const dimensions = { municipalityCode: '3106200' };
    const facts = { invoiceId: 'inv_1', steps: ['issued'], municipalityCode: '3106200', unknown: undefined };
    logMetrics({ message: 'handled', facts, metrics: { TimeToIssue: [234, 'Milliseconds'] }, at, dimensions });
    expect(lines()).toEqual([
      {
        level: 'INFO',
        message: 'handled',
        timestamp: at.toISOString(),
        invoiceId: 'inv_1',
        steps: ['issued'],
        ...ours,
        ...dimensions,
        TimeToIssue: 234,
        _aws: {
          Timestamp: at.getTime(),
          CloudWatchMetrics: [
            {
              Namespace: 'nfse-ledger',
              Dimensions: [['service', 'environment', 'municipalityCode']],
              Metrics: [{ Name: 'TimeToIssue', Unit: 'Milliseconds' }],
            },
          ],
        },
      },
    ]);
  });

  it('passes nothing on to the next line', () => {
    const metrics = { Waiting: [1, 'Count'] } as const;
    logMetrics({ message: 'lane', facts: { a: 1 }, metrics, at, dimensions: { municipalityCode: '3106200' } });
    logMetrics({ message: 'sealed', metrics: { DaysSealed: [2, 'Count'] }, at });
    const [, second] = lines();
    expect(Object.keys(second ?? {}).sort()).toEqual(
      ['_aws', 'level', 'message', 'timestamp', ...Object.keys(ours), 'DaysSealed'].sort(),
    );
    expect(second?._aws).toMatchObject({ CloudWatchMetrics: [{ Dimensions: [['service', 'environment']] }] });
  });
});
