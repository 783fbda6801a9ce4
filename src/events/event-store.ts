import { type Commit, type Draft, START, type Tip, tipAfter } from './commit.ts';
import type { InvoiceId } from './ids.ts';
import { fold, type Invoice } from './invoice.ts';
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
  append(draft: Draft): Promise<Commit>;
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

/** The state that commits fold to, and the tip they end at. */
export function read(invoiceId: InvoiceId, commits: readonly Commit[]): { invoice: Invoice; tip: Tip } {
  const last = commits.at(-1);
  return {
    invoice: fold(invoiceId, commits.flatMap((commit) => commit.events).map(upcast)),
    tip: last ? tipAfter(last) : START,
  };
}
