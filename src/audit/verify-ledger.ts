import type { Commit } from '../events/commit.ts';
import type { EventScan, Stream } from '../events/event-scan.ts';
import type { EventStore } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { compareReportedCommits, type ReportedCommit, type ReportedCommits } from './reported-commits.ts';
import { type Day, dayOf, isDay } from './seal.ts';
import { type AuditedDocuments, verifyDocuments } from './verify-documents.ts';
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
  readonly documents?: AuditedDocuments & { isInSample(invoiceId: InvoiceId): boolean };
  /** Told of each invoice in which something was found, once. */
  readonly onFindings: (invoiceId: InvoiceId, findings: readonly Finding[]) => void;
  readonly onProgress: (totals: Totals) => void;
}

export interface Totals {
  readonly invoices: number;
  readonly commits: number;
  /** Of the oldest commit that was read; `undefined` while none was. */
  readonly firstDay: Day | undefined;
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
  if (!documents?.isInSample(invoiceId)) return found;
  return [...found, ...(await verifyDocuments(documents, invoiceId, commits))];
}

/** The day of the oldest of these commits and of a day that was found before. */
export function firstDayOf(commits: readonly Commit[], known?: Day): Day | undefined {
  return [...commits.map(dayOf).filter(isDay), ...(known === undefined ? [] : [known])].sort()[0];
}

/**
 * Every invoice of the store, and those that only a projection or a seal still knows. What looks wrong is looked at once more in the
 * careful order of {@link verifyInvoice}, since the ledger goes on while it is verified.
 *
 * @param since leaves out invoices to which nothing happened from that day on
 */
export async function verifyLedger(
  deps: VerifyDeps,
  { segments, since = '' }: { readonly segments: number; readonly since?: Day | undefined },
): Promise<Totals> {
  const met = new Set<InvoiceId>();
  const totals: { -readonly [Member in keyof Totals]: Totals[Member] } = {
    invoices: 0,
    commits: 0,
    firstDay: undefined,
  };
  const count = (commits: number) => {
    totals.invoices++;
    totals.commits += commits;
  };
  const look = async (invoiceId: InvoiceId): Promise<number> => {
    const { findings, commits } = await verifyInvoice(deps, invoiceId);
    if (findings.length > 0) deps.onFindings(invoiceId, findings);
    return commits.length;
  };
  const walk = async (segment: number) => {
    for await (const { streams } of deps.scan.segment({ segment, segments })) {
      for (const { invoiceId, commits } of streams) {
        met.add(invoiceId);
        totals.firstDay = firstDayOf(commits, totals.firstDay);
      }
      const wanted = streams.filter((stream) => isWanted(stream, since, deps.seals));
      const evidenceOf = await readEvidence(
        deps,
        wanted.map(({ invoiceId }) => invoiceId),
      );
      for (const stream of wanted) {
        const findings = await findingsIn(deps, stream, evidenceOf(stream.invoiceId));
        count(findings.length === 0 ? stream.commits.length : await look(stream.invoiceId));
      }
      deps.onProgress(totals);
    }
  };
  await Promise.all(Array.from({ length: segments }, (_, segment) => walk(segment)));

  // Whole histories that are gone: the store does not tell of them.
  for (const invoiceId of deps.seals.leaves.keys()) if (!met.has(invoiceId)) count(await lookOnce(invoiceId));
  for (const witness of [deps.witnesses, ...(deps.reported ? [deps.reported] : [])]) {
    for await (const page of witness.invoices()) {
      for (const invoiceId of page) if (!met.has(invoiceId)) count(await lookOnce(invoiceId));
    }
  }
  deps.onProgress(totals);
  return totals;

  function lookOnce(invoiceId: InvoiceId): Promise<number> {
    met.add(invoiceId);
    return look(invoiceId);
  }
}

/** A day that is none, and one that the seals know otherwise, may be the work of somebody who wants it left out. */
function isWanted({ invoiceId, commits }: Stream, since: Day, { leaves }: SealKnowledge): boolean {
  if (leaves.has(invoiceId)) return true;
  return commits.map(dayOf).some((day) => day >= since || !isDay(day));
}
