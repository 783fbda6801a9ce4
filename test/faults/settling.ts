import { read } from '../../src/events/event-store.ts';
import { verifyChain } from '../../src/events/hash-chain.ts';
import type { InvoiceId } from '../../src/events/ids.ts';
import type { Invoice } from '../../src/events/invoice.ts';
import { rowOf } from '../../src/projections/invoice-row.ts';
import { SETTINGS, type Service } from './service.ts';
import type { VirtualClock } from './virtual-clock.ts';

const MOST_TURNS = 1_000;

/** Delivers what waits, hidden messages after their time, and tells the projector what it was not told, until nothing is left. */
export async function deliverAll(it: Service, clock: VirtualClock): Promise<void> {
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    if (it.unprojected.size > 0) await it.project([...it.unprojected]);
    const [next] = it.queue.visible();
    const later = it.queue.nextVisibleAt();
    if (next !== undefined) await it.work(next);
    else if (later) clock.advanceTo(later);
    else if (it.unprojected.size === 0) return;
  }
  throw new Error('Messages and records go on for ever');
}

/**
 * Lets time pass: each round moves the clock to where the first row is due, runs the reconciler, and delivers what came of it.
 *
 * @returns the rounds it took until nothing was due any more
 */
export async function settle(it: Service, clock: VirtualClock, mostRounds: number): Promise<number> {
  await deliverAll(it, clock);
  for (let rounds = 0; ; rounds++) {
    const dueAt = it.invoices.nextDueAt();
    if (dueAt === undefined) return rounds;
    if (rounds === mostRounds) throw new Error(`Still due after ${rounds} reconcile rounds`);
    clock.advanceTo(dueAt);
    await it.reconcile();
    await deliverAll(it, clock);
  }
}

/** The invoice as its stream tells it. */
export async function invoiceOf(it: Service, invoiceId: InvoiceId): Promise<Invoice> {
  return read(invoiceId, await it.events.load(invoiceId)).invoice;
}

/** What is wrong with what one invoice left behind, in words; nothing when all is well. */
export async function flawsOf(
  it: Service,
  invoiceId: InvoiceId,
  row = it.invoices.rows().find((one) => one.invoiceId === invoiceId),
): Promise<readonly string[]> {
  const commits = await it.events.load(invoiceId);
  const { invoice, tip } = read(invoiceId, commits);
  const flaws: string[] = [];
  if (!verifyChain(commits).intact) flaws.push('its chain is broken');
  if (invoice.status === 'NONE') {
    if (row) flaws.push('it has a row and no history');
    return flaws;
  }
  // The reconciler's claim moves `dueAt`, the one attribute that a fold does not give.
  const { dueAt: _claimed, ...shown } = row ?? {};
  const { dueAt: _due, ...folded } = rowOf(invoice, tip, SETTINGS.reconcileAfterSeconds);
  if (JSON.stringify(sorted(shown)) !== JSON.stringify(sorted(folded)))
    flaws.push('its row is not the fold of its history');
  return flaws;
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
