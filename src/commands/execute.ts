import type { Commit } from '../events/commit.ts';
import { applied, ConcurrencyError, type EventStore, type Known, read, readOn } from '../events/event-store.ts';
import type { EventMeta, NewEvent } from '../events/event-types.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { Invoice } from '../events/invoice.ts';

export interface ExecuteDeps {
  readonly events: EventStore;
  readonly newCommitId: () => string;
}

/** When a command is carried out, and for whom. `at` is ISO 8601, UTC. */
export interface Occasion {
  readonly at: string;
  readonly meta: EventMeta;
}

export interface Decided extends Known {
  /** What this call appended; `undefined` when there was nothing new to say. */
  readonly commit?: Commit;
}

/** More writers than tries. Nothing was written; asking again is safe. */
export class TooMuchContention extends Error {
  override readonly name = 'TooMuchContention';
  readonly code = 'contention';
  constructor(invoiceId: InvoiceId) {
    super(`Invoice ${invoiceId} changed ${MAX_TRIES} times while a decision was made`);
  }
}

const MAX_TRIES = 8;

/**
 * Loads, decides, appends. Where another writer takes the version first, the store's refusal carries their commit, and the
 * decision is made again on the state that it leads to: the stream is read once at most.
 *
 * @param decide pure; throws a typed error for an illegal command, returns no event when there is nothing new to say
 * @param known the state and its tip where the caller has them already: then nothing is read
 * @throws TooMuchContention, and whatever `decide` throws
 */
export async function execute(
  deps: ExecuteDeps,
  invoiceId: InvoiceId,
  decide: (invoice: Invoice) => readonly NewEvent[],
  { at, meta }: Occasion,
  known?: Known,
): Promise<Decided> {
  let current = known ?? read(invoiceId, await deps.events.load(invoiceId));
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { invoice, tip } = current;
    const events = decide(invoice);
    if (events.length === 0) return current;
    const commitId = deps.newCommitId();
    try {
      const commit = await deps.events.append({ invoiceId, tip, events, meta, commitId, at: after(invoice, at) });
      return { ...applied(current, commit), commit };
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
      current = readOn(current, error.winner);
    }
  }
  throw new TooMuchContention(invoiceId);
}

/** Clocks differ and a lost race takes time, but a history runs forward: never before what happened last. */
function after(invoice: Invoice, at: string): string {
  return invoice.status !== 'NONE' && invoice.updatedAt > at ? invoice.updatedAt : at;
}
