import { describe, expect, it } from 'vitest';
import { parseTraceHeader, traceHeader } from './trace-header.ts';

const root = '1-6b048c31-0123456789abcdef01234567';
const parent = '53995c3f42cd8ad8';

describe('a trace header', () => {
  it.each([
    { root, parent, sampled: true },
    { root, parent, sampled: false },
    { root, sampled: true },
  ])('says again what it was made of: %j', (position) =>
    expect(parseTraceHeader(traceHeader(position))).toEqual(position),
  );

  it('may have members in any order, and more than we know', () =>
    expect(parseTraceHeader(`Self=1-0-0;Sampled=1;Lineage=a:1;Root=${root}`)).toEqual({ root, sampled: true }));

  it.each([
    undefined,
    '',
    'Root=1-5-5',
    `Root=${root}x`,
    `Root=${root}\n;Sampled=1`,
    `Root=${root};${' '.repeat(600)}`,
  ])('of another form is none: %j', (text) => expect(parseTraceHeader(text)).toBeUndefined());
});
