import type { Tip } from '../events/commit.ts';
import { dueInOrder } from '../events/due-order.ts';
import type { LivingInvoice } from '../events/invoice.ts';
import { routeByMunicipality } from '../events/upcasters.ts';

/** A row of InvoicesTable: the folded invoice, where in its stream it was folded, and what its indexes sort by. */
export interface InvoiceRow extends Omit<LivingInvoice, 'id'> {
  readonly invoiceId: LivingInvoice['id'];
  /** Number of the last event folded in. */
  readonly version: number;
  /** Hash of the last commit folded in: the projection is the witness of the stream's end. */
  readonly hash: string;
  readonly providerProtocol?: string;
  /** Only while the invoice waits for the authority; both absent otherwise, so that the index stays sparse. */
  readonly dueShard?: string;
  readonly dueAt?: string;
}

/** Spreads what is due over this many index partitions. */
export const DUE_SHARDS = 4;

/**
 * The row of an invoice. Pure, so that live, replay and rebuild give the same bytes.
 *
 * @param reconcileAfterSeconds how long an unfinished invoice may rest before somebody looks
 */
export function rowOf({ id, ...invoice }: LivingInvoice, tip: Tip, reconcileAfterSeconds: number): InvoiceRow {
  const dueAt = dueAtOf(invoice, reconcileAfterSeconds);
  return {
    ...invoice,
    invoiceId: id,
    version: tip.version - 1,
    hash: tip.hash,
    ...(invoice.note ? { providerProtocol: invoice.note.providerProtocol } : {}),
    ...(dueAt ? { dueAt, dueShard: shardOf(id) } : {}),
  };
}

/** A stored row as it is written today: rows of before routes were recorded say nothing of theirs. */
export function newestRow<Row extends Readonly<Record<string, unknown>>>(row: Row): Row {
  return 'route' in row ? row : { ...row, route: routeByMunicipality(row) };
}

/** The invoice and the tip that a row was made of. */
export function fromRow(stored: InvoiceRow): { invoice: LivingInvoice; tip: Tip } {
  const {
    invoiceId,
    version,
    hash,
    providerProtocol: _p,
    dueShard: _s,
    dueAt: _d,
    ...invoice
  } = newestRow({ ...stored });
  return { invoice: { ...invoice, id: invoiceId }, tip: { version: version + 1, hash } };
}

/** When somebody must look again: at the time a deferral named, or a while after the last thing that happened. */
function dueAtOf(invoice: Omit<LivingInvoice, 'id'>, reconcileAfterSeconds: number): string | undefined {
  if (invoice.status !== 'EMITTED' && invoice.status !== 'CANCELLING') return undefined;
  const { nextAttemptAt, updatedAt, dps } = invoice;
  if (nextAttemptAt !== undefined) return dueInOrder(Date.parse(nextAttemptAt), dps.number);
  return new Date(Date.parse(updatedAt) + reconcileAfterSeconds * 1000).toISOString();
}

/** The id is a hash already, so its last character is evenly spread. */
function shardOf(invoiceId: string): string {
  return String((invoiceId.codePointAt(invoiceId.length - 1) ?? 0) % DUE_SHARDS);
}
