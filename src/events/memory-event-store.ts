import { type Commit, commitOf, START, tipAfter } from './commit.ts';
import { ConcurrencyError, type EventStore } from './event-store.ts';
import type { InvoiceId } from './ids.ts';
import { upcast } from './upcasters.ts';

/** The event store for specs: the same contract as the DynamoDB one, in a map. */
export function memoryEventStore(): EventStore {
  const streams = new Map<InvoiceId, Commit[]>();
  return {
    async append(draft) {
      const commit = commitOf(draft);
      const stream = streams.get(commit.invoiceId) ?? [];
      const winner = stream.find(({ version }) => version === commit.version);
      if (winner?.commitId === commit.commitId) return { ...winner, events: winner.events.map(upcast) };
      if (winner) throw new ConcurrencyError(commit.invoiceId, commit.version, structuredClone(winner));
      streams.set(
        commit.invoiceId,
        [...stream, structuredClone(commit)].sort((a, b) => a.version - b.version),
      );
      return commit;
    },
    async load(invoiceId, fromVersion = START.version) {
      return structuredClone((streams.get(invoiceId) ?? []).filter(({ version }) => version >= fromVersion));
    },
    async tip(invoiceId) {
      const last = streams.get(invoiceId)?.at(-1);
      return last ? tipAfter(last) : START;
    },
  };
}
