import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deferred, draft, emitted, issued } from '../../test/invoices.ts';
import { type Commit, commitOf, START, tipAfter } from './commit.ts';
import { type ScanPage, wholeStreams } from './event-scan.ts';
import { type InvoiceId, invoiceIdFor } from './ids.ts';

function stream(invoiceId: InvoiceId, length: number): Commit[] {
  const commits: Commit[] = [];
  for (let n = 0; n < length; n++) {
    const last = commits.at(-1);
    const tip = last ? tipAfter(last) : START;
    const event = n === 0 ? emitted : n < length - 1 ? deferred : issued;
    commits.push(commitOf(draft({ invoiceId, tip, events: [event], commitId: `${n}` })));
  }
  return commits;
}

const tables = fc
  .array(fc.integer({ min: 1, max: 5 }), { maxLength: 8 })
  .map((lengths) => lengths.map((length, n) => stream(invoiceIdFor('11222333000181' as never, `${n}`), length)));

async function* cut(commits: readonly Commit[], size: number): AsyncIterable<readonly Commit[]> {
  for (let from = 0; from < commits.length; from += size) yield commits.slice(from, from + size);
}

async function collected(pages: AsyncIterable<ScanPage>): Promise<ScanPage[]> {
  const all: ScanPage[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe('a scan', () => {
  it('gives every stream whole and once, wherever its pages are cut', () =>
    fc.assert(
      fc.asyncProperty(tables, fc.integer({ min: 1, max: 7 }), async (streams, size) => {
        const pages = await collected(wholeStreams(cut(streams.flat(), size), async () => []));
        expect(pages.flatMap((page) => page.streams.map(({ commits }) => commits))).toEqual(streams);
      }),
    ));

  it('that goes on where it was stopped gives what is left, and a stream that grew meanwhile again', () =>
    fc.assert(
      fc.asyncProperty(tables, fc.nat(), fc.boolean(), async (streams, pick, grew) => {
        fc.pre(streams.length > 0);
        const stopped = pick % streams.length;
        const grown = streams.map((commits, n) => {
          const { invoiceId } = commits[0] as Commit;
          return grew && n === stopped ? stream(invoiceId, commits.length + 1) : commits;
        });
        const pages = await collected(wholeStreams(cut(streams.flat(), 2), async () => []));
        const after = pages.find((page) =>
          page.streams.some(({ invoiceId }) => invoiceId === streams[stopped]?.[0]?.invoiceId),
        )?.after;
        const rest = grown.flat();
        const place = rest.findIndex(
          ({ invoiceId, version }) => invoiceId === after?.invoiceId && version === after.version,
        );
        const load = async (id: InvoiceId) => grown.find(([first]) => first?.invoiceId === id) ?? [];
        const again = await collected(wholeStreams(cut(rest.slice(place + 1), 2), load));
        for (const { invoiceId, commits } of again.flatMap((page) => page.streams)) {
          expect(commits).toEqual(grown.find(([first]) => first?.invoiceId === invoiceId));
        }
        const met = new Set(again.flatMap((page) => page.streams.map(({ invoiceId }) => invoiceId)));
        for (const [first] of grown.slice(stopped + 1)) {
          const before = pages.slice(0, pages.findIndex((page) => page.after === after) + 1);
          const earlier = before.some((page) => page.streams.some(({ invoiceId }) => invoiceId === first?.invoiceId));
          expect(earlier || met.has(first?.invoiceId as InvoiceId)).toBe(true);
        }
      }),
    ));
});
