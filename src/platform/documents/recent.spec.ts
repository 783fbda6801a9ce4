import { describe, expect, it } from 'vitest';
import { WINDOW_BYTES } from './encoding.ts';
import { DEEPEST, recentDocuments } from './recent.ts';

const document = (invoiceId: string, content: string, depth = 1) => ({
  key: `${invoiceId}/${content}`,
  content,
  depth,
});

describe('what a process had last of an invoice', () => {
  it('is the last document, of so many invoices as were used last', () => {
    const recent = recentDocuments(2);
    const [a, b, again, c] = [document('a', 'dps'), document('b', 'dps'), document('a', 'sent'), document('c', 'dps')];
    for (const one of [a, b, again, c]) recent.remember(one);
    expect(['a', 'b', 'c'].map(recent.of)).toEqual([again, undefined, c]);
  });

  it('is none that lies so deep that another would be too slow to read on it', () => {
    const recent = recentDocuments(2);
    const [last, deep] = [document('a', 'received', DEEPEST - 1), document('a', 'nfse', DEEPEST)];
    for (const one of [last, deep]) recent.remember(one);
    expect(recent.of('a')).toBe(last);
  });

  it('is none that is longer than what DEFLATE sees: a process has no room for hundreds of them', () => {
    const recent = recentDocuments(2);
    const [sent, page] = [document('a', 'sent'), document('a', 'x'.repeat(WINDOW_BYTES + 1))];
    for (const one of [sent, page]) recent.remember(one);
    expect(recent.of('a')).toBe(sent);
  });
});
