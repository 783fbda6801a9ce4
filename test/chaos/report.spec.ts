import { describe, expect, it } from 'vitest';
import { markdownOf, type Promised, type Report, screenOf, verdictOf } from './report.ts';

const report = (...kept: readonly Promised['kept'][]): Report => ({
  summary: '3 invoices',
  figures: [],
  promises: kept.map((one, n) => ({ promise: `promise ${n}`, kept: one, seen: 'seen' })),
});

describe('what a scenario comes to', () => {
  it.each([
    ['kept', [true, true]],
    ['unfinished', [true, 'unfinished']],
    ['broken', ['unfinished', false]],
    ['broken', []],
  ] as const)('is %s where the promises are %j', (verdict, kept) => expect(verdictOf(report(...kept))).toBe(verdict));

  it('is told apart on the screen and in the report', () => {
    const all = report(true, false, 'unfinished');
    expect(screenOf('storm', all)).toContain('  ✓ promise 0: seen\n  ✗ promise 1: seen\n  … promise 2: seen');
    expect(markdownOf('storm', report('unfinished'), new Date(0), 'here')).toMatch(
      /^# storm: not finished, and no promise broken so far[\s\S]*\| promise 0 \| not finished \| seen \|/,
    );
  });
});
