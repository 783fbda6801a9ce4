import * as z from 'zod/mini';
import { dynamoDbEventStore } from '../events/dynamodb-event-store.ts';
import { readConfig } from '../platform/config.ts';
import { documentStore } from '../platform/documents/document-store.ts';
import { documentDownloads } from '../platform/documents/downloads.ts';
import { s3DocumentArchive } from '../platform/documents/s3-archive.ts';
import { dynamoDb, s3 } from './aws-clients.ts';
import { lambda } from './lambda.ts';
import { Problem } from './problem.ts';
import { parse } from './request-fields.ts';
import { invoiceIdIn, visibleInvoice } from './stream.ts';

const config = readConfig();
const client = dynamoDb();
const objects = s3(config.s3);
const events = dynamoDbEventStore({ client, tableName: config.tables.events });
const documents = documentStore(client, config.tables.documents, s3DocumentArchive(objects, config.docsBucket));
const linkTo = documentDownloads(objects, config.docsBucket, config.presignedUrlSeconds);

/** `nfse` is what the authority authorised, `dps` what was declared to it, `cancellation` the event that ended it. */
export const Query = z.strictObject({ document: z._default(z.enum(['nfse', 'dps', 'cancellation']), 'nfse') });

/** A link to a document that works for a few minutes. The link itself is the permission, so it is never logged. */
export const handler = lambda('xml', async (call) => {
  const { document } = parse(Query, call.event.queryStringParameters ?? {}, '/query');
  const invoiceId = invoiceIdIn(call);
  const { invoice } = await visibleInvoice(events, call.caller, invoiceId);
  call.note({ invoiceId, companyCnpj: invoice.companyCnpj, document });
  const key = { nfse: invoice.note?.xmlKey, dps: invoice.xmlKey, cancellation: invoice.cancellation?.xmlKey }[document];
  if (!key) {
    throw new Problem({
      status: 404,
      code: 'document-not-available',
      title: 'Documento ainda não disponível',
      detail: `A nota está em ${invoice.status} e não tem este documento. A declaração enviada está em ?document=dps.`,
    });
  }
  const content = await documents.get(key);
  const link = await linkTo({ key, content }, `${document}-${invoiceId}.xml`, call.now);
  return { status: 200, body: { document, ...link } };
});
