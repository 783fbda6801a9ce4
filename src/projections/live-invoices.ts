import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dueCount, dynamoDbInvoicesTable, type InvoicesTable } from './invoices-table.ts';
import { tablesOf } from './projection-state.ts';
import { dynamoDbProjectionStates, rememberedState } from './projection-states.ts';

export interface LiveInvoicesOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tables: { readonly invoices: string; readonly projections: string };
  /** How long a process goes on with the table that it knows to be live. */
  readonly freshSeconds: number;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

export interface LiveInvoices extends InvoicesTable {
  /** See {@link dueCount}. */
  countDue(shard: string, until: string): Promise<number>;
  /** The live table, and those beside it that live events must reach as well. */
  all(): Promise<{ readonly live: InvoicesTable; readonly beside: readonly InvoicesTable[] }>;
}

/**
 * InvoicesTable, whichever table that is at the moment: a rebuild fills another one and readers are switched over to it. Which one is live
 * costs one read for each process and `freshSeconds`, and a list goes on in the table that is live when its next page is asked for.
 */
export function liveInvoices({ client, tables, freshSeconds, nowMs }: LiveInvoicesOptions): LiveInvoices {
  const states = dynamoDbProjectionStates(client, tables.projections);
  const state = rememberedState(() => states.read('invoices'), tables.invoices, freshSeconds * 1000, nowMs);
  const live = async () => dynamoDbInvoicesTable(client, (await state()).live);
  const countDue = async (shard: string, until: string) => dueCount(client, (await state()).live)(shard, until);
  return {
    get: async (invoiceId) => (await live()).get(invoiceId),
    put: async (row) => (await live()).put(row),
    list: async (filter, limit, after) => (await live()).list(filter, limit, after),
    due: async (range, limit, after) => (await live()).due(range, limit, after),
    claimDue: async (row, dueAt) => (await live()).claimDue(row, dueAt),
    countDue,
    async all() {
      const [first = tables.invoices, ...others] = tablesOf(await state());
      return {
        live: dynamoDbInvoicesTable(client, first),
        beside: others.map((table) => dynamoDbInvoicesTable(client, table)),
      };
    },
  };
}
