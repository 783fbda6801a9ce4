import type { Tip } from '../../events/commit.ts';
import { ConcurrencyError } from '../../events/event-store.ts';
import type { InvoiceId } from '../../events/ids.ts';
import type { RouteAuthority } from '../../nfse/routing/route.ts';
import { type ExecuteDeps, execute, type Occasion } from '../execute.ts';
import { decideOutcome, type Outcome, type Submitted } from './decide.ts';

/** The little that the worker knows of an invoice which it has not read: it was emitted at this tip. */
export interface Fresh {
  readonly invoice: Submitted;
  readonly tip: Tip;
  /** When it was emitted, ISO 8601. */
  readonly at: string;
}

/** What the worker knew when it spoke to the authority. */
interface Known {
  readonly fresh?: Fresh | undefined;
  /** The authority that it spoke to. */
  readonly asked?: RouteAuthority;
}

/** What is known of the invoice after an outcome was recorded, whoever recorded it. */
export interface Recorded {
  /** `undefined` for an outcome recorded without a read: then it is the outcome itself that says the status. */
  readonly status?: string;
}

/**
 * Appends what a call to the provider came to. A fresh emission is recorded without a read; should somebody have come first, the
 * stream is read after all and the decision made on what it says.
 *
 * @throws ContradictoryOutcome, TooMuchContention
 */
export async function recordOutcome(
  deps: ExecuteDeps,
  invoiceId: InvoiceId,
  outcome: Outcome,
  occasion: Occasion,
  { fresh, asked }: Known = {},
): Promise<Recorded> {
  if (fresh) {
    try {
      const events = decideOutcome(outcome, fresh.invoice);
      const at = occasion.at > fresh.at ? occasion.at : fresh.at;
      await deps.events.append({ invoiceId, tip: fresh.tip, events, commitId: deps.newCommitId(), ...occasion, at });
      return {};
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
    }
  }
  const { invoice } = await execute(deps, invoiceId, (current) => decideOutcome(outcome, current, asked), occasion);
  return { status: invoice.status };
}
