import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { INVOICE_ID_PREFIX } from '../../src/events/ids.ts';
import { DOWNLOADS } from '../../src/platform/documents/downloads.ts';
import { ARCHIVE } from '../../src/platform/documents/packs.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Settings } from '../settings.ts';

const DAYS_A_YEAR = 366;

/**
 * What was sent to the authorities and what came back, the seals over it, and who asked for either. Packs of documents and seals are
 * never changed, whoever asks. Versioning is for the mistake of a person.
 */
export class Documents extends Construct {
  readonly documents: IBucket;
  readonly seals: IBucket;

  constructor(scope: Construct, id: string, settings: Settings, encryptionKey: IKey) {
    super(scope, id);
    const { retentionYears, glacierAfterDays, sealLock } = settings.documents;
    const retention = Duration.days(retentionYears * DAYS_A_YEAR);
    const accessLogs = this.accessLogs(settings);
    const kept = (prefix: string): BucketProps => ({
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      // One call to KMS for many documents: without it, each costs as much to encrypt as to store for years.
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: prefix,
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.documents = new Bucket(this, 'DocsBucket', {
      ...kept('documents/'),
      lifecycleRules: [
        {
          id: 'keep-as-long-as-the-law-asks',
          // Instant retrieval: a document is as near on the last day as on the first. From some 20,000 invoices a day on
          // its packs are large enough for it; what is smaller than 128 KB S3 leaves where it is, since moving it would cost more than it saves.
          transitions: [
            { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(glacierAfterDays) },
          ],
          expiration: retention,
          noncurrentVersionExpiration: retention,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        {
          id: 'forget-copies-that-links-lead-to',
          prefix: DOWNLOADS,
          expiration: Duration.days(2),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
    }) as IBucket;
    this.documents.addToResourcePolicy(neverWrittenOver(this.documents, [ARCHIVE, INVOICE_ID_PREFIX]));
    this.seals = new Bucket(this, 'SealsBucket', {
      ...kept('seals/'),
      objectLockEnabled: true,
      objectLockDefaultRetention:
        sealLock === 'COMPLIANCE'
          ? ObjectLockRetention.compliance(retention)
          : ObjectLockRetention.governance(retention),
    }) as IBucket;
    // Object Lock keeps the versions, and lets anybody with the right to put add another one on top.
    this.seals.addToResourcePolicy(neverWrittenOver(this.seals, ['']));
  }

  private accessLogs({ keepData, logRetentionDays }: Settings): IBucket {
    const bucket = new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // S3 delivers access logs into buckets that it encrypts itself, and into no other.
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(logRetentionDays) }],
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    acknowledge(bucket, { 'AwsSolutions-S1': 'It is where access logs go: logging its own would never end.' });
    return bucket as IBucket;
  }
}

/**
 * A right to put would be one to write over what is there. With this it takes `If-None-Match`, which `putNew` sends and S3 answers by
 * a refusal where the key is taken. Copies and uploads in parts cannot send it when they begin, so they are refused altogether.
 */
function neverWrittenOver(bucket: IBucket, prefixes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    sid: 'NeverWrittenOver',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:PutObject'],
    resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    conditions: { Null: { 's3:if-none-match': 'true' } },
  });
}
