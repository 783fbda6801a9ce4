import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { ownerOf } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { fromRow } from '../projections/invoice-row.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { checkVisible } from './access.ts';
import { dynamoDb } from './aws-clients.ts';
import { lambda } from './lambda.ts';
import { etag, resource } from './resource.ts';
import { invoiceIdIn, visibleInvoice } from './stream.ts';

const config = readConfig();
const client = dynamoDb();
const events = dynamoDbEventStore({ client, tableName: config.tables.events });
const invoices = liveInvoices({
  client,
  tables: config.tables,
  freshSeconds: config.projectionPointerSeconds,
  nowMs: Date.now,
});

export const handler = lambda('get', async (call) => {
  const invoiceId = invoiceIdIn(call);
  // The projection answers where it has caught up, which only the end of the stream can tell; so a client reads its own write.
  const [row, tip] = await Promise.all([invoices.get(invoiceId), events.tip(invoiceId)]);
  // A row that names another company than its own was edited; the stream tells whose invoice it is.
  const current = row && row.version + 1 >= tip.version && ownerOf(invoiceId, row) !== undefined;
  const { invoice, tip: at } = current ? fromRow(row) : await visibleInvoice(events, call.caller, invoiceId);
  if (current) checkVisible(call.caller, row.companyCnpj);
  const version = at.version - 1;
  call.note({ invoiceId, source: current ? 'projection' : 'stream' });
  if (matches(call.event.headers, etag(version))) return { status: 304, headers: { etag: etag(version) } };
  return { status: 200, body: resource(invoice, version), headers: { etag: etag(version) } };
});

/** `If-None-Match`: a list of tags, weak or not, or `*`. */
function matches(headers: Readonly<Record<string, string | undefined>> | null, tag: string): boolean {
  const [, wanted = ''] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'if-none-match') ?? [];
  return wanted.split(',').some((one) => ['*', tag, `W/${tag}`].includes(one.trim()));
}
