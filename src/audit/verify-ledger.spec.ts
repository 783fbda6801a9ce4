import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draft, emitted, issued, newEmission } from '../../test/invoices.ts';
import { type Commit, commitOf, tipAfter } from '../events/commit.ts';
import { type EventScan, wholeStreams } from '../events/event-scan.ts';
import type { InvoiceId } from '../events/ids.ts';
import { newJournal, type SegmentProgress, type VerificationJournal, verifyLedger } from './verify-ledger.ts';
import { type Finding, NO_SEALS } from './verify-stream.ts';

const SEGMENTS = 2;
const COMMITS_A_PAGE = 3;

/** Invoices of a commit or two; every third names another company than its id. */
const LEDGER = new Map<InvoiceId, readonly Commit[]>(
  Array.from({ length: 12 }, (_, n) => {
    const { invoiceId, emitted: own } = newEmission(`pedido-${n}`);
    const first = commitOf(draft({ invoiceId, events: [n % 3 === 0 ? emitted : own] }));
    return [
      invoiceId,
      n % 2 === 0 ? [first] : [first, commitOf(draft({ invoiceId, tip: tipAfter(first), events: [issued] }))],
    ];
  }),
);
const FOREIGN = [...LEDGER.keys()].filter((_, n) => n % 3 === 0);

class Killed extends Error {}

/** @param onPage told of each page that is read */
function scan(onPage: () => void): EventScan {
  const load = async (id: InvoiceId) => LEDGER.get(id) ?? [];
  return {
    segment({ segment, segments, after }) {
      const mine = [...LEDGER.values()].filter((_, n) => n % segments === segment).flat();
      const place = mine.findIndex((one) => one.invoiceId === after?.invoiceId && one.version === after.version);
      async function* pages() {
        for (let from = place + 1; from < mine.length; from += COMMITS_A_PAGE) {
          onPage();
          yield mine.slice(from, from + COMMITS_A_PAGE);
        }
      }
      return wholeStreams(pages(), load);
    },
    estimate: async () => LEDGER.size,
  };
}

/** A journal on a disk, so to speak: it outlives the run. */
function keptJournal() {
  const segments: SegmentProgress[] = [...newJournal(SEGMENTS).segments];
  const met: InvoiceId[] = [];
  const found = new Map<InvoiceId, readonly Finding[]>();
  const journal = (): VerificationJournal => ({
    segments: [...segments],
    met: [...met],
    save(segment, progress, ids) {
      met.push(...ids);
      segments[segment] = progress;
    },
  });
  return { journal, found };
}

/** @param killedAt the page that the run does not survive */
async function run(
  { journal, found }: ReturnType<typeof keptJournal>,
  killedAt: number,
  gone: readonly InvoiceId[] = [],
) {
  let pages = 0;
  const asked: InvoiceId[] = [];
  const deps = {
    scan: scan(() => {
      if (++pages === killedAt) throw new Killed();
    }),
    events: { load: async (id: InvoiceId) => LEDGER.get(id) ?? [] },
    witnesses: {
      of: async (ids: readonly InvoiceId[]) => {
        asked.push(...ids);
        return new Map();
      },
      async *invoices() {
        yield [...LEDGER.keys(), ...gone];
      },
    },
    seals: NO_SEALS,
    projectedBefore: '',
    onFindings: (id: InvoiceId, findings: readonly Finding[]) => void found.set(id, findings),
    onProgress: () => {},
  };
  const totals = await verifyLedger(deps, { journal: journal() });
  return { totals, pages, asked };
}

describe('the verification of a ledger', () => {
  it('killed at any page and gone on with, finds and counts what one run does', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 6 }), async (kills) => {
        const whole = keptJournal();
        const { totals } = await run(whole, Number.POSITIVE_INFINITY);
        const kept = keptJournal();
        for (const killedAt of kills) {
          await run(kept, killedAt).catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
        }
        expect((await run(kept, Number.POSITIVE_INFINITY)).totals).toEqual(totals);
        expect(totals).toEqual({ invoices: 12, commits: 18, firstDay: '2026-11-10' });
        expect([...kept.found.keys()].sort()).toEqual([...whole.found.keys()].sort());
        expect([...whole.found.keys()].sort()).toEqual([...FOREIGN].sort());
      }),
    ));

  it('does not verify again what an earlier run has done', async () => {
    const kept = keptJournal();
    await run(kept, Number.POSITIVE_INFINITY);
    expect(await run(kept, Number.POSITIVE_INFINITY)).toMatchObject({ pages: 0, asked: [] });
  });

  it('looks at an invoice that only the projection knows', async () => {
    const { invoiceId } = newEmission('never stored');
    const { totals, asked } = await run(keptJournal(), Number.POSITIVE_INFINITY, [invoiceId]);
    expect([totals.invoices, asked.filter((id) => id === invoiceId)]).toEqual([13, [invoiceId]]);
  });
});
