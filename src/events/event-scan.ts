import { type Commit, START } from './commit.ts';
import type { EventStore } from './event-store.ts';
import type { InvoiceId } from './ids.ts';

/** A commit's place in a scan: what comes after it in its segment comes later. */
export interface ScanPosition {
  readonly invoiceId: InvoiceId;
  readonly version: number;
}

export interface Stream {
  readonly invoiceId: InvoiceId;
  /** All of them, by version. */
  readonly commits: readonly Commit[];
}

/** Streams that a scan has read to their ends, and where it goes on behind them. */
export interface ScanPage {
  readonly streams: readonly Stream[];
  readonly after: ScanPosition;
}

export interface SegmentOf {
  /** From 0. */
  readonly segment: number;
  readonly segments: number;
  /** Where an earlier scan of this segment (of as many) stopped. */
  readonly after?: ScanPosition | undefined;
}

/**
 * All streams, in no order that means anything, each whole. Segments divide them: together they have every stream once, so they can
 * be read side by side. Strongly consistent: what was appended before the scan began is in it.
 */
export interface EventScan {
  segment(part: SegmentOf): AsyncIterable<ScanPage>;
  /** About how many commits there are, for a progress bar. */
  estimate(): Promise<number>;
}

/**
 * Puts the pages of a scan together to whole streams. A page may end within a stream, and a scan that goes on behind a commit may
 * meet newer ones of the same stream: that one is read again from its beginning.
 *
 * @param pages commits as the table gives them: those of a stream next to each other, by version
 */
export async function* wholeStreams(
  pages: AsyncIterable<readonly Commit[]>,
  load: EventStore['load'],
): AsyncIterable<ScanPage> {
  let open: Commit[] = [];
  const closed = async (commits: readonly Commit[]): Promise<Stream[]> => {
    const [first] = commits;
    if (!first) return [];
    const { invoiceId } = first;
    return [{ invoiceId, commits: first.version === START.version ? commits : await load(invoiceId) }];
  };
  for await (const page of pages) {
    const streams: Stream[] = [];
    let after: Commit | undefined;
    for (const commit of page) {
      if (open[0] && open[0].invoiceId !== commit.invoiceId) {
        after = open.at(-1);
        streams.push(...(await closed(open)));
        open = [];
      }
      open.push(commit);
    }
    if (after) yield { streams, after: positionOf(after) };
  }
  const last = open.at(-1);
  if (last) yield { streams: await closed(open), after: positionOf(last) };
}

const positionOf = ({ invoiceId, version }: Commit): ScanPosition => ({ invoiceId, version });
