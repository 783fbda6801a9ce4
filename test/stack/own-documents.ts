import { randomBytes, randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { documentKey } from '../../src/events/document-key.ts';
import { invoiceIdFor } from '../../src/events/ids.ts';
import { documentStore } from '../../src/platform/documents/document-store.ts';
import type { KeptDocument } from '../../src/platform/documents/encoding.ts';
import { s3DocumentArchive } from '../../src/platform/documents/s3-archive.ts';
import { s3 } from '../../src/platform/s3.ts';
import { companyCnpj } from '../invoices.ts';
import { credentials } from './api.ts';
import type { ownLedger } from './own-ledger.ts';

type Ledger = Pick<Awaited<ReturnType<typeof ownLedger>>, 'client' | 'tables'>;

const aws = { region: 'sa-east-1', endpoint: credentials().endpoints.s3, forcePathStyle: true };
const keys = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A bucket for the documents of a test's own ledger. */
export async function ownDocuments({ client, tables }: Ledger) {
  const bucket = `docs-${randomUUID().slice(0, 8)}`;
  const bucketClient = new S3Client({ ...aws, credentials: keys });
  await bucketClient.send(new CreateBucketCommand({ Bucket: bucket }));
  const environment = { DOCUMENTS_TABLE: tables.documents, DOCS_BUCKET: bucket };
  return { bucket, bucketClient, environment, ...documentsIn({ client, tables }, bucket) };
}

/** The documents in a ledger's table and a bucket. */
export function documentsIn({ client, tables }: Ledger, bucket: string) {
  const objects = s3(aws, keys);
  return {
    objects,
    /** The store as another process has it, which knows nothing of what the others did. */
    store: () => documentStore(client, tables.documents, s3DocumentArchive(objects, bucket)),
    /** Takes every document out of the table, which it does by itself after some days. @returns how many there were */
    async forget(): Promise<number> {
      const TableName = tables.documents;
      const { Items = [] } = await client.send(new ScanCommand({ TableName }));
      const passing = Items.filter(({ document }) => document.startsWith('inv_'));
      for (const { dayPart, document } of passing) {
        await client.send(new DeleteCommand({ TableName, Key: { dayPart, document } }));
      }
      return passing.length;
    },
  };
}

/** Text that does not get smaller. */
export const noise = (bytes: number): string => randomBytes(bytes).toString('base64');

const certificate = `<X509Certificate>${noise(1_200)}</X509Certificate>`;

/**
 * What an emission leaves: each has the one before it within.
 *
 * @param more what the note has besides
 */
export function documentsOf(day: string, requestId: string = randomUUID(), more = '') {
  const invoiceId = invoiceIdFor(companyCnpj, requestId);
  const at = `${day}T12:00:00.000Z`;
  const kept = (kind: string, extension: 'xml' | 'json', content: string): KeptDocument => ({
    key: documentKey(invoiceId, kind, content, extension, at),
    content,
  });
  const dps = kept('dps', 'xml', `<DPS>${noise(300)}</DPS>`);
  const sent = kept('sent', 'json', JSON.stringify({ at, request: { body: `${dps.content}${certificate}` } }));
  const nfse = `<NFSe>${noise(100)}${dps.content}${certificate}${more}</NFSe>`;
  const received = kept('received', 'json', JSON.stringify({ at, answers: sent.key, response: { body: nfse } }));
  return { requestId, invoiceId, dps, sent, received, nfse: kept('nfse', 'xml', nfse) };
}
