import { randomUUID } from 'node:crypto';
import type { Credentials } from '../../local/credentials.ts';
import { type Commit, START, tipAfter } from '../../src/events/commit.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import { event, type NewEvent } from '../../src/events/event-types.ts';
import { type InvoiceId, invoiceIdFor } from '../../src/events/ids.ts';
import { companyCnpj, draft } from '../invoices.ts';
import { credentials } from './api.ts';
import { dynamoDb, ownTables } from './own-tables.ts';

/**
 * A ledger of a test's own: tables that the stack does not know, and the environment of processes that work on them. It has no reporting
 * database, since the stack's knows nothing of this ledger.
 */
export async function ownLedger(stack: Credentials = credentials()) {
  const client = dynamoDb(stack.endpoints.dynamodb);
  const tables = await ownTables(client);
  const { DATABASE_URL: _ofTheStack, ...shared } = stack.environment;
  const environment: Record<string, string> = {
    ...shared,
    EVENTS_TABLE: tables.events,
    INVOICES_TABLE: tables.invoices,
    PROJECTIONS_TABLE: tables.projections,
    SEALS_TABLE: tables.seals,
    PROJECTION_POINTER_SECONDS: '1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  };
  const events = dynamoDbEventStore({ client, tableName: tables.events });

  /** Appends a story to the stream of a request, a commit an event. An emission is told as that of this request. */
  async function tell(
    story: readonly NewEvent[],
    { requestId = randomUUID() as string, at = new Date().toISOString() } = {},
  ): Promise<{ requestId: string; invoiceId: InvoiceId; commits: Commit[] }> {
    const invoiceId = invoiceIdFor(companyCnpj, requestId);
    const commits: Commit[] = [];
    for (const told of story) {
      const last = commits.at(-1);
      const tip = last ? tipAfter(last) : told.type === 'Emitted' ? START : await events.tip(invoiceId);
      const own = told.type === 'Emitted' ? event('Emitted', { ...told.data, requestId }) : told;
      commits.push(await events.append(draft({ invoiceId, tip, events: [own], commitId: randomUUID(), at })));
    }
    return { requestId, invoiceId, commits };
  }
  return { client, tables, environment, events, tell };
}
