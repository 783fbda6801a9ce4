import { describe, expect, it } from 'vitest';
import { draft, invoiceId, issued, newEmission } from '../../../test/invoices.ts';
import { commitOf, tipAfter } from '../../events/commit.ts';
import { CannotRebuild, foldStream } from './fold-stream.ts';

const first = commitOf(draft());
const second = commitOf(draft({ tip: tipAfter(first), events: [issued] }));

describe('the state that a projection is rebuilt from', () => {
  it('is the fold of the whole stream, and nothing of an empty one', () => {
    const folded = foldStream({ invoiceId, commits: [first, second] });
    expect(folded).toMatchObject({ invoice: { status: 'ISSUED' }, tip: tipAfter(second) });
    expect(foldStream({ invoiceId, commits: [] })).toBeUndefined();
  });

  it.each([
    ['whose chain does not hold', [second], 1],
    ['of impossible events', [first, commitOf(draft({ tip: tipAfter(first) }))], 2],
    ['of another company than the id was derived from', [commitOf(draft({ events: [newEmission().emitted] }))], 1],
  ])('is none for a history %s', (_, commits, version) => {
    expect(() => foldStream({ invoiceId, commits })).toThrow(CannotRebuild);
    expect(() => foldStream({ invoiceId, commits })).toThrow(`${invoiceId}, versão ${version}`);
  });
});
