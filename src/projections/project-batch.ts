import type { Commit } from '../events/commit.ts';
import type { InvoiceId } from '../events/ids.ts';
import { isOwnFault } from './own-fault.ts';
import { type EverywhereDeps, projectEverywhere } from './project-everywhere.ts';

/** What a stream announced, by invoice. */
export type Announced = ReadonlyMap<InvoiceId, readonly Commit[]>;

/** What became of a batch. The invoices that are in neither list are projected. */
export interface BatchOutcome {
  /** Can never be projected as they are: to be parked. */
  readonly spoiled: readonly Setback[];
  /** Could not be projected now: to be tried again. */
  readonly delayed: readonly Setback[];
}

export interface Setback {
  readonly invoiceId: InvoiceId;
  readonly error: Error;
}

/** Brings the rows of InvoicesTable up to date, each invoice by itself. */
export async function projectInvoices(deps: EverywhereDeps, announced: Announced): Promise<BatchOutcome> {
  const setbacks = await Promise.all(
    [...announced].map(async ([invoiceId, commits]): Promise<Setback | undefined> => {
      try {
        await projectEverywhere(deps, invoiceId, commits);
        return undefined;
      } catch (error) {
        return { invoiceId, error: asError(error) };
      }
    }),
  );
  return sorted(setbacks.filter((setback) => setback !== undefined));
}

export function sorted(setbacks: readonly Setback[]): BatchOutcome {
  return {
    spoiled: setbacks.filter(({ error }) => isOwnFault(error)),
    delayed: setbacks.filter(({ error }) => !isOwnFault(error)),
  };
}

export const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
