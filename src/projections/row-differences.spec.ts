import { describe, expect, it } from 'vitest';
import { cancelRequested, draft, emitted, invoiceId, issued } from '../../test/invoices.ts';
import { type Commit, commitOf, START, tipAfter } from '../events/commit.ts';
import { read } from '../events/event-store.ts';
import type { NewEvent } from '../events/event-types.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { rowOf } from './invoice-row.ts';
import { rowDifferences } from './row-differences.ts';

function told(...story: readonly NewEvent[]): Commit[] {
  const commits: Commit[] = [];
  for (const [index, event] of story.entries()) {
    const last = commits.at(-1);
    commits.push(commitOf(draft({ tip: last ? tipAfter(last) : START, events: [event], commitId: String(index) })));
  }
  return commits;
}

const history = told(emitted, issued, cancelRequested);

function rowAfter(commits: readonly Commit[]): Record<string, unknown> {
  const { invoice, tip } = read(invoiceId, commits);
  return JSON.parse(JSON.stringify(rowOf(invoice as LivingInvoice, tip, 300)));
}

const differences = (edit: Record<string, unknown>, row = rowAfter(history)) =>
  rowDifferences(invoiceId, { ...row, ...edit }, history);

describe('a row of the projection', () => {
  it.each([1, 2, 3])('made of %i commits does not differ from its stream, however far that has gone on', (count) => {
    expect(differences({}, rowAfter(history.slice(0, count)))).toEqual([]);
  });

  it.each([
    ['the status', { status: 'ISSUED' }, ['status']],
    ['the company', { companyCnpj: '12345678000195' }, ['companyCnpj']],
    ['an amount and the total', { amounts: { service: 1, issWithheldBy: 'NOBODY' }, total: 1 }, ['amounts', 'total']],
    ['a member that no row has', { discount: 1 }, ['discount']],
    ['a value that JSON has no form for', { total: new Set([1]) }, ['total']],
    ['the shard that is searched for what is due', { dueShard: '9' }, ['dueShard']],
  ])('of which somebody edited %s differs', (_title, edit, members) => {
    expect(differences(edit)).toEqual(members);
  });

  it('differs where the time is gone at which somebody looks at it again, and not where the time moved', () => {
    const { dueAt: _, ...unwatched } = rowAfter(history);
    expect(differences({}, unwatched)).toEqual(['dueAt']);
    expect(differences({ dueAt: '2030-01-01T00:00:00.000Z' })).toEqual([]);
  });

  it('is not judged where its stream cannot be folded', () => {
    expect(rowDifferences(invoiceId, rowAfter(history), told(issued))).toEqual([]);
  });
});
