import { documentNameIn, documentsNamedIn, parseDocumentName } from '../events/document-key.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { s3 } from '../platform/s3.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
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
const documents = s3(config.s3);

/**
 * A link to one document of an invoice's history, which works for a few minutes and is never logged. What an authority answered
 * comes with a link to what it answers: events name the answers alone.
 */
export const handler = lambda('document', async (call) => {
  const invoiceId = invoiceIdIn(call);
  const { commits, owner } = await visibleHistory({ events, invoices }, call.caller, invoiceId);
  const name = call.event.pathParameters?.name ?? '';
  const kind = parseDocumentName(name)?.kind;
  call.note({ invoiceId, companyCnpj: owner, document: kind });
  const named = documentsNamedIn(invoiceId, commits);
  // An attempt whose answer never came was sent all the same, and no event names it.
  if (kind === undefined || !(kind === 'sent' || named.includes(name))) throw documentNotFound();
  const key = `${invoiceId}/${name}`;
  const content = await documents.get(config.docsBucket, key);
  if (!content) throw documentNotFound();
  const answers = kind === 'received' ? whatItAnswers(invoiceId, content) : undefined;
  const expiresIn = config.presignedUrlSeconds;
  const url = await documents.linkTo(
    config.docsBucket,
    key,
    { 'response-content-disposition': `attachment; filename="${name}"` },
    { expiresIn, signingDate: call.now },
  );
  const expiresAt = new Date(call.now.getTime() + expiresIn * 1000).toISOString();
  return {
    status: 200,
    body: { kind, name, url, expiresAt, ...(answers && { answers: documentLink(invoiceId, answers) }) },
  };
});

/** The name of the request that an exchange answers. */
function whatItAnswers(invoiceId: InvoiceId, content: Uint8Array): string | undefined {
  const { answers } = JSON.parse(Buffer.from(content).toString('utf8')) as { readonly answers?: unknown };
  return documentNameIn(invoiceId, answers);
}

const documentNotFound = () =>
  new Problem({
    status: 404,
    code: 'document-not-available',
    title: 'Documento não encontrado',
    detail: 'A história desta nota não tem documento com este nome. Os nomes estão em documents, em cada evento.',
  });
