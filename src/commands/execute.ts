import { type Commit, type Tip, tipAfter } from '../events/commit.ts';
import { ConcurrencyError, type EventStore, read } from '../events/event-store.ts';
import type { EventMeta, NewEvent } from '../events/event-types.ts';
import type { InvoiceId } from '../events/ids.ts';
import { evolve, type Invoice } from '../events/invoice.ts';
import { upcast } from '../events/upcasters.ts';

export interface ExecuteDeps {
  readonly events: EventStore;
  readonly newCommitId: () => string;
}

/** When a command is carried out, and for whom. `at` is ISO 8601, UTC. */
export interface Occasion {
  readonly at: string;
  readonly meta: EventMeta;
}

/** A state and the tip it was read at. */
export interface Known {
  readonly invoice: Invoice;
  readonly tip: Tip;
}

export interface Decided {
  readonly invoice: Invoice;
  readonly tip: Tip;
  /** What this call appended; `undefined` when there was nothing new to say. */
  readonly commit?: Commit;
}

/** More writers than tries. Nothing was written; asking again is safe. */
export class TooMuchContention extends Error {
  override readonly name = 'TooMuchContention';
  readonly code = 'contention';
  constructor(invoiceId: InvoiceId) {
    super(`Invoice ${invoiceId} changed ${TRIES} times while a decision was made`);
  }
}

const TRIES = 8;

/**
 * Loads, decides, appends. Where another writer came first, decides again on the state that their commit leads to, without a
 * read when it is the very next one.
 *
 * @param decide pure; throws a typed error for an illegal command, returns no event when there is nothing new to say
 * @param known the state and its tip where the caller has them already
 * @throws TooMuchContention, and whatever `decide` throws
 */
export async function execute(
  deps: ExecuteDeps,
  invoiceId: InvoiceId,
  decide: (invoice: Invoice) => readonly NewEvent[],
  { at, meta }: Occasion,
  known?: Known,
): Promise<Decided> {
  let { invoice, tip } = known ?? read(invoiceId, await deps.events.load(invoiceId));
  for (let tries = 0; tries < TRIES; tries++) {
    const events = decide(invoice);
    if (events.length === 0) return { invoice, tip };
    const commitId = deps.newCommitId();
    try {
      const commit = await deps.events.append({ invoiceId, tip, events, meta, commitId, at: after(invoice, at) });
      return { invoice: applied(invoice, commit), tip: tipAfter(commit), commit };
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
      ({ invoice, tip } = { invoice: applied(invoice, error.winner), tip: tipAfter(error.winner) });
    }
  }
  throw new TooMuchContention(invoiceId);
}

/** Clocks differ and a lost race takes time, but a history runs forward: never before what happened last. */
function after(invoice: Invoice, at: string): string {
  return invoice.status !== 'NONE' && invoice.updatedAt > at ? invoice.updatedAt : at;
}

function applied(invoice: Invoice, commit: Commit): Invoice {
  return commit.events.map(upcast).reduce<Invoice>(evolve, invoice);
}
