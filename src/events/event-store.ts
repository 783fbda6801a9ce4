import { type Commit, type CurrentCommit, type Draft, START, type Tip, tipAfter } from './commit.ts';
import type { InvoiceId } from './ids.ts';
import { evolve, type Invoice, initialState } from './invoice.ts';
import { upcast } from './upcasters.ts';

/**
 * The event store as commands, worker, projector and auditors see it. Streams are append-only; a version belongs to whoever
 * commits it first.
 */
export interface EventStore {
  /**
   * Commits the draft at its tip. Calling again with the same `commitId` and content is safe: a commit that is already there
   * is recognised as one's own.
   *
   * @returns the commit as stored
   * @throws ConcurrencyError when another writer has that version
   * @throws CommitTooLarge, NotCanonical before anything is sent
   */
  append(draft: Draft): Promise<CurrentCommit>;
  /** All commits of a stream from `fromVersion` on, in order, strongly consistent. Empty for an unknown stream. */
  load(invoiceId: InvoiceId, fromVersion?: number): Promise<readonly Commit[]>;
  /** Where the stream ends, strongly consistent, without reading it whole. */
  tip(invoiceId: InvoiceId): Promise<Tip>;
}

/** Another writer took this version first. Carries their commit, so that deciding again needs no read. */
export class ConcurrencyError extends Error {
  override readonly name = 'ConcurrencyError';
  readonly code = 'concurrency';
  readonly invoiceId: InvoiceId;
  readonly version: number;
  readonly winner: Commit;
  constructor(invoiceId: InvoiceId, version: number, winner: Commit) {
    super(`Invoice ${invoiceId} already has version ${version}`);
    this.invoiceId = invoiceId;
    this.version = version;
    this.winner = winner;
  }
}

/** A state and the tip of the commit that it was folded to. */
export interface Known {
  readonly invoice: Invoice;
  readonly tip: Tip;
}

/** A stream that has no commit. */
export function emptyStream(invoiceId: InvoiceId): Known {
  return { invoice: initialState(invoiceId), tip: START };
}

/** The state that the whole stream folds to, and the tip that it ends at. @throws UnreadableEvent, ImpossibleHistory */
export function read(invoiceId: InvoiceId, commits: readonly Commit[]): Known {
  return commits.reduce(readOn, emptyStream(invoiceId));
}

/** The state after the next commit. @throws UnreadableEvent, ImpossibleHistory */
export function readOn({ invoice }: Known, commit: Commit): Known {
  return { invoice: commit.events.map(upcast).reduce<Invoice>(evolve, invoice), tip: tipAfter(commit) };
}

/** The same after a commit that the caller has just appended: its events are checked, and of the newest versions. */
export function applied({ invoice }: Known, commit: CurrentCommit): Known {
  return { invoice: commit.events.reduce<Invoice>(evolve, invoice), tip: tipAfter(commit) };
}
