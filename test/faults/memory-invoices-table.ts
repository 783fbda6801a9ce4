import { DUE_SHARDS, type InvoiceRow } from '../../src/projections/invoice-row.ts';
import type { DueRow, InvoicesTable } from '../../src/projections/invoices-table.ts';

export interface MemoryInvoicesTable extends InvoicesTable {
  rows(): readonly InvoiceRow[];
  /** When the first row is due. */
  nextDueAt(): string | undefined;
}

/** InvoicesTable in a map, with the guards of the real one, and its index by what is due. */
export function memoryInvoicesTable(): MemoryInvoicesTable {
  const rows = new Map<string, InvoiceRow>();
  /** Of each shard, the places of its rows, sorted. */
  const index = new Map<string, string[]>();

  function placeIn(places: readonly string[], place: string): number {
    let [from, to] = [0, places.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((places[middle] as string) < place) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  function write(row: InvoiceRow): void {
    const before = rows.get(row.invoiceId);
    if (before?.dueShard !== undefined) {
      const places = index.get(before.dueShard) ?? [];
      places.splice(placeIn(places, placeOf(before)), 1);
    }
    rows.set(row.invoiceId, row);
    if (row.dueShard === undefined) return;
    const places = index.get(row.dueShard) ?? [];
    index.set(row.dueShard, places);
    places.splice(placeIn(places, placeOf(row)), 0, placeOf(row));
  }

  return {
    rows: () => [...rows.values()],
    nextDueAt: () => [...index.values()].flatMap(([first]) => first?.split(' ')[0] ?? []).sort()[0],
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
    async due(shard, until, limit, after) {
      const places = index.get(shard) ?? [];
      const from = after ? placeIn(places, `${placeOf(after)} `) : 0;
      return places
        .slice(from, from + limit)
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

export const SHARDS: readonly string[] = Array.from({ length: DUE_SHARDS }, (_, shard) => String(shard));
