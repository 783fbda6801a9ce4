import { DUE_SHARDS, type InvoiceRow } from '../../src/projections/invoice-row.ts';
import type { DueRow, InvoicesTable } from '../../src/projections/invoices-table.ts';
import { sortedKeys } from './sorted-keys.ts';

export interface MemoryInvoicesTable extends InvoicesTable {
  rows(): readonly InvoiceRow[];
  /** When the first row is due. */
  nextDueAt(): string | undefined;
}

export const SHARDS: readonly string[] = Array.from({ length: DUE_SHARDS }, (_, shard) => String(shard));

/** InvoicesTable in a map, with the guards of the real one, and its index by what is due. */
export function memoryInvoicesTable(): MemoryInvoicesTable {
  const rows = new Map<string, InvoiceRow>();
  const index = new Map(SHARDS.map((shard) => [shard, sortedKeys()]));

  function write(row: InvoiceRow): void {
    const before = rows.get(row.invoiceId);
    if (before?.dueShard !== undefined) index.get(before.dueShard)?.delete(placeOf(before));
    rows.set(row.invoiceId, row);
    if (row.dueShard !== undefined) index.get(row.dueShard)?.add(placeOf(row));
  }

  return {
    rows: () => [...rows.values()],
    nextDueAt: () => [...index.values()].flatMap(({ first }) => first?.split(' ')[0] ?? []).sort()[0],
    get: async (invoiceId) => structuredClone(rows.get(invoiceId)),
    async put(row) {
      const there = rows.get(row.invoiceId);
      if (there && there.version >= row.version) return false;
      write(structuredClone(row));
      return true;
    },
    async list() {
      throw new Error('Nothing here lists invoices');
    },
    async due({ shard, from = '', until }, limit, after) {
      const places = index.get(shard)?.from(after ? `${placeOf(after)} ` : from, limit) ?? [];
      return places
        .map((place) => rows.get(place.split(' ')[1] ?? '') as InvoiceRow)
        .filter(({ dueAt = '' }) => dueAt <= until);
    },
    async claimDue(row, dueAt) {
      const there = rows.get(row.invoiceId);
      if (!there || there.version !== row.version || there.dueAt !== row.dueAt) return false;
      write({ ...there, dueAt });
      return true;
    },
  };
}

const placeOf = ({ dueAt = '', invoiceId }: DueRow) => `${dueAt} ${invoiceId}`;
