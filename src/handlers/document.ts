import { GetObjectCommand, HeadObjectCommand, NoSuchKey, NotFound } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { documentNameIn, documentsNamedBy, parseDocumentName } from '../events/document-key.ts';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import type { InvoiceId } from '../events/ids.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDb } from '../platform/dynamodb.ts';
import { s3 } from '../platform/s3-documents.ts';
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
const documents = s3(config);

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
  const named = commits.flatMap((commit) => commit.events).flatMap((event) => documentsNamedBy(invoiceId, event));
  // An attempt whose answer never came was sent all the same, and no event names it.
  if (kind === undefined || !(kind === 'sent' || named.includes(name))) throw documentNotFound();
  const Key = `${invoiceId}/${name}`;
  const answers = kind === 'received' ? await whatItAnswers(invoiceId, Key) : undefined;
  if (kind !== 'received') await checkExists(Key);
  const expiresIn = config.presignedUrlSeconds;
  const get = new GetObjectCommand({
    Bucket: config.docsBucket,
    Key,
    ResponseContentDisposition: `attachment; filename="${name}"`,
  });
  const url = await getSignedUrl(documents, get, { expiresIn, signingDate: call.now });
  const expiresAt = new Date(call.now.getTime() + expiresIn * 1000).toISOString();
  return {
    status: 200,
    body: { kind, name, url, expiresAt, ...(answers && { answers: documentLink(invoiceId, answers) }) },
  };
});

/** The name of the request that an exchange answers. @throws Problem 404 when the exchange is not there */
async function whatItAnswers(invoiceId: InvoiceId, Key: string): Promise<string | undefined> {
  try {
    const { Body } = await documents.send(new GetObjectCommand({ Bucket: config.docsBucket, Key }));
    const record = JSON.parse((await Body?.transformToString('utf8')) ?? '{}') as { answers?: unknown };
    return documentNameIn(invoiceId, record.answers);
  } catch (error) {
    if (error instanceof NoSuchKey) throw documentNotFound();
    throw error;
  }
}

async function checkExists(Key: string): Promise<void> {
  try {
    await documents.send(new HeadObjectCommand({ Bucket: config.docsBucket, Key }));
  } catch (error) {
    if (error instanceof NotFound || error instanceof NoSuchKey) throw documentNotFound();
    throw error;
  }
}

const documentNotFound = () =>
  new Problem({
    status: 404,
    code: 'document-not-found',
    title: 'Documento não encontrado',
    detail: 'A história desta nota não tem documento com este nome. Os nomes estão em documents, em cada evento.',
  });
