import type { EventStore } from '../events/event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import type { Announced, BatchOutcome } from './project-batch.ts';
import type { ProjectionsTable } from './projections-table.ts';

export interface Replayed {
  readonly invoiceId: InvoiceId;
  /**
   * `projected`: the projection has it now, and it is parked no more. `parked`: it still cannot be. `delayed`: something else stands
   * in the way, and it is as it was. `unknown`: no stream has this id.
   */
  readonly outcome: 'projected' | 'parked' | 'delayed' | 'unknown';
  readonly error?: Error;
}

export interface ReplayDeps {
  readonly events: EventStore;
  readonly table: ProjectionsTable;
  readonly project: (announced: Announced) => Promise<BatchOutcome>;
}

/** Projects invoices again from the event store, whether or not they are parked. */
export async function replay(
  { events, table, project }: ReplayDeps,
  invoiceIds: readonly InvoiceId[],
  at: Date,
): Promise<readonly Replayed[]> {
  const ids = [...new Set(invoiceIds)];
  // What is parked is looked at first: an invoice that fails meanwhile stays parked.
  const parked = await table.parkedOf(ids);
  const streams = new Map(await Promise.all(ids.map(async (id) => [id, await events.load(id)] as const)));
  const known = new Map([...streams].filter(([, commits]) => commits.length > 0));
  const { spoiled, delayed } = await project(known);
  for (const { invoiceId, error } of spoiled) {
    await table.park(invoiceId, error, streams.get(invoiceId)?.[0]?.at ?? '', at);
  }
  const failures = new Map<InvoiceId, Replayed>([
    ...spoiled.map((setback) => [setback.invoiceId, { ...setback, outcome: 'parked' as const }] as const),
    ...delayed.map((setback) => [setback.invoiceId, { ...setback, outcome: 'delayed' as const }] as const),
  ]);
  await Promise.all(parked.filter(({ invoiceId }) => !failures.has(invoiceId)).map((row) => table.unpark(row)));
  return ids.map(
    (invoiceId) =>
      failures.get(invoiceId) ?? { invoiceId, outcome: known.has(invoiceId) ? 'projected' : ('unknown' as const) },
  );
}
