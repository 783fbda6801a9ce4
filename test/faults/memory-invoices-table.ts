import { DUE_SHARDS, type InvoiceRow } from '../../src/projections/invoice-row.ts';
import type { DueRow, InvoicesTable } from '../../src/projections/invoices-table.ts';

export interface MemoryInvoicesTable extends InvoicesTable {
  rows(): readonly InvoiceRow[];
}

/** InvoicesTable in a map, with the guards of the real one. */
export function memoryInvoicesTable(): MemoryInvoicesTable {
  const rows = new Map<string, InvoiceRow>();
  return {
    rows: () => [...rows.values()],
    get: async (invoiceId) => structuredClone(rows.get(invoiceId)),
    async put(row) {
      const there = rows.get(row.invoiceId);
      if (there && there.version >= row.version) return false;
      rows.set(row.invoiceId, structuredClone(row));
      return true;
    },
    async list() {
      throw new Error('Nothing here lists invoices');
    },
    async due(shard, until, limit, after) {
      return [...rows.values()]
        .filter((row) => row.dueShard === shard && row.dueAt !== undefined && row.dueAt <= until)
        .filter((row) => after === undefined || placeOf(row) > placeOf(after))
        .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
        .slice(0, limit)
        .map((row) => structuredClone(row));
    },
    async claimDue(row, dueAt) {
      const there = rows.get(row.invoiceId);
      if (!there || there.version !== row.version || there.dueAt !== row.dueAt) return false;
      rows.set(row.invoiceId, { ...there, dueAt });
      return true;
    },
  };
}

const placeOf = ({ dueAt = '', invoiceId }: DueRow) => `${dueAt} ${invoiceId}`;

export const SHARDS: readonly string[] = Array.from({ length: DUE_SHARDS }, (_, shard) => String(shard));
