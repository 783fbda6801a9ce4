import type { Commit } from '../events/commit.ts';
import type { EventScan, ScanPosition, Stream } from '../events/event-scan.ts';
import type { EventStore } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { compareReportedCommits, type ReportedCommit, type ReportedCommits } from './reported-commits.ts';
import { type Day, dayOf, isDay } from './seal.ts';
import { type AuditedDocuments, type AwaitedDocuments, documentsToAwait, verifyAwaited } from './verify-documents.ts';
import { type Finding, type SealKnowledge, type StoredRow, verifyStream } from './verify-stream.ts';

/** The rows of the projection, as witnesses of the streams that they were made of. */
export interface Witnesses {
  of(invoiceIds: readonly InvoiceId[]): Promise<ReadonlyMap<InvoiceId, StoredRow>>;
  /** Every invoice that the projection knows. */
  invoices(): AsyncIterable<readonly InvoiceId[]>;
}

export interface VerifyDeps {
  readonly scan: EventScan;
  readonly events: Pick<EventStore, 'load'>;
  readonly witnesses: Witnesses;
  readonly seals: SealKnowledge;
  /** The copies of commit hashes in the reporting database; left out, they are not compared. */
  readonly reported?: ReportedCommits | undefined;
  /** ISO 8601, UTC. The projections have caught up with everything that happened before: a row or copy that is not there was deleted. */
  readonly projectedBefore: string;
  /** The documents that events name, of the invoices that are in the sample; left out, no document is read. */
  readonly documents?: AuditedDocuments & {
    isInSample(invoiceId: InvoiceId): boolean;
    /** Collects what the archive is asked for at the end. */
    readonly awaited: AwaitedDocuments;
  };
  /** Told of each invoice in which something was found: once for its history, and for the archived documents of each day. */
  readonly onFindings: (invoiceId: InvoiceId, findings: readonly Finding[]) => void;
  readonly onProgress: (totals: Totals) => void;
}

export interface Totals {
  readonly invoices: number;
  readonly commits: number;
  /** Of the oldest commit that was read; `undefined` while none was. */
  readonly firstDay: Day | undefined;
}

/** How far a verification has come in one segment of the scan. */
export interface SegmentProgress {
  readonly after?: ScanPosition | undefined;
  readonly done: boolean;
  /** Of the pages that are done. */
  readonly totals: Totals;
}

/** Where a verification stands, so that one that was killed goes on there. */
export interface VerificationJournal {
  /** Of an earlier run, or the beginning; one for each segment. */
  readonly segments: readonly SegmentProgress[];
  /** Invoices of the pages that are done. */
  readonly met: Iterable<InvoiceId>;
  /** A page is done, after all that was found in it was told. @param met its invoices */
  save(segment: number, progress: SegmentProgress, met: readonly InvoiceId[]): void;
}

const NOTHING_YET: Totals = { invoices: 0, commits: 0, firstDay: undefined };
const UNBEGUN: SegmentProgress = { done: false, totals: NOTHING_YET };

/** The beginning of a run that nobody goes on with. */
export function newJournal(segments: number): VerificationJournal {
  return { segments: Array.from({ length: segments }, () => UNBEGUN), met: [], save() {} };
}

export function sumOf(totals: readonly Totals[]): Totals {
  return totals.reduce(
    (sum, one) => ({
      invoices: sum.invoices + one.invoices,
      commits: sum.commits + one.commits,
      firstDay: earlierDay(sum.firstDay, one.firstDay),
    }),
    NOTHING_YET,
  );
}

type InvoiceDeps = Pick<VerifyDeps, 'events' | 'witnesses' | 'reported' | 'seals' | 'projectedBefore' | 'documents'>;

/** What other stores say of a stream. */
interface Evidence {
  readonly row: StoredRow | undefined;
  /** `undefined` if they are not asked, or could not be read. */
  readonly copies: readonly ReportedCommit[] | undefined;
}

/** One invoice. Row and copies are read first: a stream that is read after them has everything that they were made of. */
export async function verifyInvoice(
  deps: InvoiceDeps,
  invoiceId: InvoiceId,
): Promise<{ readonly findings: readonly Finding[]; readonly commits: readonly Commit[] }> {
  const evidenceOf = await readEvidence(deps, [invoiceId]);
  const commits = await deps.events.load(invoiceId);
  return { findings: await findingsIn(deps, { invoiceId, commits }, evidenceOf(invoiceId)), commits };
}

async function readEvidence(
  { witnesses, reported }: InvoiceDeps,
  invoiceIds: readonly InvoiceId[],
): Promise<(invoiceId: InvoiceId) => Evidence> {
  const [rows, copies] = await Promise.all([witnesses.of(invoiceIds), reported?.of(invoiceIds)]);
  return (invoiceId) => ({ row: rows.get(invoiceId), copies: copies && (copies.get(invoiceId) ?? []) });
}

async function findingsIn(
  { seals, projectedBefore, documents }: InvoiceDeps,
  stream: Stream,
  { row, copies }: Evidence,
): Promise<readonly Finding[]> {
  const { invoiceId, commits } = stream;
  const found = [
    ...verifyStream(stream, { row, projectedBefore }, seals),
    ...(copies ? compareReportedCommits(commits, copies, projectedBefore) : []),
  ];
  if (documents?.isInSample(invoiceId)) {
    documents.awaited.add(await documentsToAwait(documents, invoiceId, commits));
  }
  return found;
}

/** The totals of one invoice. */
export function totalsOf(commits: readonly Commit[]): Totals {
  return { invoices: 1, commits: commits.length, firstDay: commits.map(dayOf).filter(isDay).sort()[0] };
}

function earlierDay(one: Day | undefined, other: Day | undefined): Day | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}

/**
 * Every invoice of the store, and those that only a projection or a seal still knows. What looks wrong is looked at once more in the
 * careful order of {@link verifyInvoice}, since the ledger goes on while it is verified. The archive's documents come last.
 *
 * @param since leaves out invoices to which nothing happened from that day on
 * @param journal says what an earlier run has done, which is not done again; by its segments the scan is divided
 */
export async function verifyLedger(
  deps: VerifyDeps,
  { journal, since = '' }: { readonly journal: VerificationJournal; readonly since?: Day | undefined },
): Promise<Totals> {
  const met = new Set<InvoiceId>(journal.met);
  const segments = [...journal.segments];
  const totals = () => sumOf(segments.map((segment) => segment.totals));
  const look = async (invoiceId: InvoiceId): Promise<Totals> => {
    met.add(invoiceId);
    const { findings, commits } = await verifyInvoice(deps, invoiceId);
    if (findings.length > 0) deps.onFindings(invoiceId, findings);
    return totalsOf(commits);
  };
  const walk = async ({ after: start, done, totals: earlier }: SegmentProgress, segment: number) => {
    if (done) return;
    let own = earlier;
    const scan = { segment, segments: segments.length, after: start };
    for await (const { streams, after } of deps.scan.segment(scan)) {
      for (const { invoiceId } of streams) met.add(invoiceId);
      const wanted = streams.filter((stream) => isWanted(stream, since, deps.seals));
      const evidenceOf = await readEvidence(
        deps,
        wanted.map(({ invoiceId }) => invoiceId),
      );
      // An invoice that is left out has a first day all the same.
      const page: Totals[] = streams.map(({ commits }) => ({ ...totalsOf(commits), invoices: 0, commits: 0 }));
      for (const stream of wanted) {
        const findings = await findingsIn(deps, stream, evidenceOf(stream.invoiceId));
        page.push(findings.length === 0 ? totalsOf(stream.commits) : await look(stream.invoiceId));
      }
      own = sumOf([own, ...page]);
      keep(segment, { after, done: false, totals: own }, streams);
    }
    keep(segment, { done: true, totals: own }, []);
  };
  await Promise.all(journal.segments.map(walk));

  // Whole histories that are gone: the store does not tell of them.
  const gone: Totals[] = [];
  for (const invoiceId of deps.seals.leaves.keys()) if (!met.has(invoiceId)) gone.push(await look(invoiceId));
  for (const witness of [deps.witnesses, ...(deps.reported ? [deps.reported] : [])]) {
    for await (const page of witness.invoices()) {
      for (const invoiceId of page) if (!met.has(invoiceId)) gone.push(await look(invoiceId));
    }
  }
  if (deps.documents) await verifyAwaited(deps.documents, deps.documents.awaited, deps.onFindings);
  return sumOf([totals(), ...gone]);

  function keep(segment: number, progress: SegmentProgress, streams: readonly Stream[]): void {
    segments[segment] = progress;
    journal.save(
      segment,
      progress,
      streams.map(({ invoiceId }) => invoiceId),
    );
    deps.onProgress(totals());
  }
}

/** A day that is none, and one that the seals know otherwise, may be the work of somebody who wants it left out. */
function isWanted({ invoiceId, commits }: Stream, since: Day, { leaves }: SealKnowledge): boolean {
  if (leaves.has(invoiceId)) return true;
  return commits.map(dayOf).some((day) => day >= since || !isDay(day));
}
