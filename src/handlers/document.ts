import { dayAfter, dayBefore, dayOf, isDay } from '../audit/seal.ts';
import { DocumentMissing } from '../commands/ports.ts';
import type { Commit } from '../events/commit.ts';
import { documentNameIn, documentsNamedIn, parseDocumentName } from '../events/document-key.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { documentStore } from '../platform/documents/document-store.ts';
import { documentDownloads } from '../platform/documents/downloads.ts';
import { s3DocumentArchive } from '../platform/documents/s3-archive.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { dynamoDb, s3 } from './aws-clients.ts';
import { documentLink } from './document-link.ts';
import { lambda } from './lambda.ts';
import { Problem } from './problem.ts';
import { invoiceIdIn } from './stream.ts';
import { visibleHistory } from './visible-history.ts';

const config = readConfig();
const client = dynamoDb();
const events = dynamoDbEventStore({ client, tableName: config.tables.events });
const invoices = liveInvoices({
  client,
  tables: config.tables,
  freshSeconds: config.projectionPointerSeconds,
  nowMs: Date.now,
});
const objects = s3(config.s3);
const documents = documentStore(client, config.tables.documents, s3DocumentArchive(objects, config.docsBucket));
const linkTo = documentDownloads(objects, config.docsBucket, config.presignedUrlSeconds);

/**
 * A link to one document of an invoice's history, which works for a few minutes and is never logged. What an authority answered
 * comes with a link to what it answers: events name the answers alone.
 */
export const handler = lambda('document', async (call) => {
  const invoiceId = invoiceIdIn(call);
  const { commits, owner } = await visibleHistory({ events, invoices }, call.caller, invoiceId);
  const name = call.event.pathParameters?.name ?? '';
  const { kind, day } = parseDocumentName(name) ?? {};
  call.note({ invoiceId, companyCnpj: owner, document: kind });
  const named = documentsNamedIn(invoiceId, commits).includes(name);
  // An attempt whose answer never came was sent all the same, and no event names it.
  if (!(named || (kind === 'sent' && canBeSentOn(day, commits, call.now)))) throw documentNotFound();
  const key = `${invoiceId}/${name}`;
  const content = await documents.get(key).catch((error: unknown) => {
    // A name that no event has may be made up. One that an event has is the store's to give.
    throw error instanceof DocumentMissing && !named ? documentNotFound() : error;
  });
  const answers = kind === 'received' ? whatItAnswers(invoiceId, content) : undefined;
  const link = await linkTo({ key, content }, name, call.now);
  return { status: 200, body: { kind, name, ...link, ...(answers && { answers: documentLink(invoiceId, answers) }) } };
});

/**
 * Whether something of the invoice can have been sent on the day that a name has; a day more at either end, for clocks that differ.
 * To look for it is to read a pack of that day, and a name is soon made up. Names from before documents were kept by day have none.
 */
function canBeSentOn(day: string | undefined, commits: readonly Commit[], now: Date): boolean {
  if (day === undefined) return true;
  const [first] = commits.map(dayOf).filter(isDay).sort();
  return day <= dayAfter(dayOf({ at: now.toISOString() })) && (first === undefined || day >= dayBefore(first));
}

/** The name of the request that an exchange answers. */
function whatItAnswers(invoiceId: InvoiceId, content: string): string | undefined {
  const { answers } = JSON.parse(content) as { readonly answers?: unknown };
  return documentNameIn(invoiceId, answers);
}

const documentNotFound = () =>
  new Problem({
    status: 404,
    code: 'document-not-available',
    title: 'Documento não encontrado',
    detail: 'A história desta nota não tem documento com este nome. Os nomes estão em documents, em cada evento.',
  });
