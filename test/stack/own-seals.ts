import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../../local/credentials.ts';
import { s3 } from '../../src/platform/s3.ts';
import { auditedSeals, sealStore } from '../../src/platform/seal-store.ts';
import { credentials } from './api.ts';
import type { ownLedger } from './own-ledger.ts';

/** A bucket for the seals of a test's own ledger, the store of seals in it, and what an audit reads of them. */
export async function ownSeals(
  { client, tables }: Awaited<ReturnType<typeof ownLedger>>,
  stack: Credentials = credentials(),
) {
  const bucket = `seals-${randomUUID().slice(0, 8)}`;
  const aws = { region: 'sa-east-1', endpoint: stack.endpoints.s3 };
  const keys = { accessKeyId: 'local', secretAccessKey: 'local' };
  const bucketClient = new S3Client({ ...aws, credentials: keys, forcePathStyle: true });
  await bucketClient.send(new CreateBucketCommand({ Bucket: bucket }));
  const objects = s3({ ...aws, forcePathStyle: true }, keys);
  const options = { dynamoDb: client, tableName: tables.seals, s3: objects, bucket };
  return { bucket, bucketClient, objects, store: sealStore(options), audited: auditedSeals(options) };
}
