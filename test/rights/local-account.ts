import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { environmentOf, workerEnvironmentOf } from '../../cdk/environment.ts';
import { fileVariables, type OwnFile } from '../../cdk/own-files.ts';
import type { Resource, Resources } from '../../cdk/resources.ts';
import { dev } from '../../cdk/settings/dev.ts';
import { emitWorkflowArn, startStepFunctions } from '../../local/engines/step-functions.ts';
import { INVOICE_ID_PREFIX } from '../../src/events/ids.ts';
import { DOWNLOADS } from '../../src/platform/documents/downloads.ts';
import { ARCHIVE } from '../../src/platform/documents/packs.ts';
import { forEachTable, TABLES } from '../../src/platform/table-definitions.ts';
import { credentials } from '../stack/api.ts';
import { ownLedger } from '../stack/own-ledger.ts';
import { ownQueue } from '../stack/own-worker.ts';
import { startDataApi } from './data-api.ts';
import { arnOf, bucketArn, queueArn, secretArn, tableArn } from './permissions.ts';
import { startRecordingFront } from './recording-front.ts';
import { accessKeyOf, filesReadBy, type Holder, rightsOf } from './rights.ts';

/** Sooner than in production, so that a test need not wait. */
const QUICK = {
  RECONCILE_AFTER_SECONDS: '1',
  WORKER_VISIBILITY_SECONDS: '3',
  WORKER_MAX_RECEIVES: '2',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
};

const FILES = { municipalityProfiles: '-', certificateAuthorities: '-', nationalAuthorities: '-' };
const ALL_FILES = Object.keys(FILES) as OwnFile[];
const variablesOfFiles = (files: readonly OwnFile[]) => Object.keys(fileVariables({ ...dev, files: FILES }, files, ''));

/** An account of a test's own on the stack's engines: every resource that there are rights to, behind a front that records. */
export async function localAccount() {
  const stack = credentials();
  const suffix = randomUUID().slice(0, 8);
  const [ledger, queue, dataApi] = await Promise.all([ownLedger(), ownQueue(), startDataApi()]);
  const { tables } = ledger;
  const buckets = { documents: `docs-${suffix}`, seals: `seals-${suffix}` };
  const s3 = new S3Client({
    region: 'sa-east-1',
    endpoint: stack.endpoints.s3,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
  });
  for (const Bucket of Object.values(buckets)) await s3.send(new CreateBucketCommand({ Bucket }));
  const workflow = await startStepFunctions({ port: 0, sqsEndpoint: stack.endpoints.sqs, queueUrl: queue.url });
  const front = await startRecordingFront({
    dynamodb: stack.endpoints.dynamodb,
    sqs: stack.endpoints.sqs,
    s3: stack.endpoints.s3,
    states: workflow.endpoint,
    secretsmanager: stack.endpoints.secrets,
    'rds-data': dataApi.url,
  });
  const resources = resourcesFor({ tables, buckets, queue, suffix, front: front.url });

  const named = new Set(Object.values(resources).flatMap(({ variables }) => Object.keys(variables)));

  /** What the stack tells its own processes, without its resources and files: a holder is to know only those that are in its row. */
  function settingsFor(holder: Holder): Record<string, string> {
    const unread = variablesOfFiles(ALL_FILES.filter((file) => !filesReadBy(holder).includes(file)));
    return Object.fromEntries(
      Object.entries(stack.environment).filter(
        ([name]) => !(named.has(name) || unread.includes(name) || name === 'DATABASE_URL' || name.startsWith('AWS_')),
      ),
    );
  }

  /** What the deployment tells the holder of a role, with the engines in AWS's place and a key that is the role's alone. */
  function environmentFor(holder: Holder): Record<string, string> {
    const told = environmentOf(dev, rightsOf(holder), resources);
    return {
      ...(holder === 'worker' ? workerEnvironmentOf(dev, told) : told),
      ...settingsFor(holder),
      ...QUICK,
      AWS_REGION: 'sa-east-1',
      AWS_ACCESS_KEY_ID: accessKeyOf(holder),
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: front.url,
      AWS_ENDPOINT_URL_S3: front.url,
    };
  }

  return {
    ledger,
    s3,
    tables,
    buckets,
    queue,
    resources,
    environmentFor,
    needed: front.needed,
    async stop() {
      await front.stop();
      await Promise.all([workflow.stop(), dataApi.stop()]);
      ledger.client.destroy();
      s3.destroy();
    },
  };
}

export type LocalAccount = Awaited<ReturnType<typeof localAccount>>;

/** The resources of `cdk/resources.ts`, as they are called here. */
function resourcesFor({
  tables,
  buckets,
  queue,
  suffix,
  front,
}: Pick<LocalAccount, 'tables' | 'buckets' | 'queue'> & {
  readonly suffix: string;
  readonly front: string;
}): Resources {
  const ofTables = forEachTable(
    ({ variable }, kind): Resource => ({
      service: 'dynamodb',
      arns: [tableArn(tables[kind])],
      variables: { [variable]: tables[kind] },
    }),
  );
  const index = (name: string): Resource => ({
    ...ofTables.invoices,
    arns: [`${tableArn(tables.invoices)}/index/${name}`],
    variables: { [TABLES.invoices.variable]: tables.invoices },
  });
  const objects = (bucket: string, variable: string, prefix = ''): Resource => ({
    service: 's3',
    arns: [`${bucketArn(bucket)}/${prefix}*`],
    variables: { [variable]: bucket },
  });
  const listOf = (bucket: string): Resource => ({ service: 's3', arns: [bucketArn(bucket)], variables: {} });
  const queueAt = (url: string, variable: string): Resource => ({
    service: 'sqs',
    arns: [queueArn(url)],
    variables: { [variable]: new URL(new URL(url).pathname, front).href },
  });
  const secrets = (kind: string, variable: string): Resource => ({
    service: 'secretsmanager',
    arns: [secretArn(`nfse-ledger/${suffix}/${kind}/*`)],
    variables: { [variable]: `nfse-ledger/${suffix}/${kind}/`, SECRETS_KEY_ID: arnOf('kms', `key/${suffix}`) },
  });
  const cluster = arnOf('rds', `cluster:reporting-${suffix}`);
  const password = secretArn(`reporting-${suffix}`);
  return {
    ...ofTables,
    'events/byDay': { ...ofTables.events, arns: [`${tableArn(tables.events)}/index/byDay`] },
    'invoices/byCompany': index('byCompany'),
    'invoices/byDue': index('byDue'),
    documentsBucket: objects(buckets.documents, 'DOCS_BUCKET'),
    'documentsBucket/archive': objects(buckets.documents, 'DOCS_BUCKET', ARCHIVE),
    'documentsBucket/downloads': objects(buckets.documents, 'DOCS_BUCKET', DOWNLOADS),
    'documentsBucket/invoices': objects(buckets.documents, 'DOCS_BUCKET', INVOICE_ID_PREFIX),
    'documentsBucket/list': listOf(buckets.documents),
    sealsBucket: objects(buckets.seals, 'SEALS_BUCKET'),
    'sealsBucket/list': listOf(buckets.seals),
    requestsQueue: queueAt(queue.url, 'REQUESTS_QUEUE_URL'),
    dlq: queueAt(queue.deadLetterUrl, 'DEAD_LETTER_QUEUE_URL'),
    workflow: { service: 'states', arns: [emitWorkflowArn], variables: { EMIT_WORKFLOW_ARN: emitWorkflowArn } },
    certificates: secrets('certificates', 'CERTIFICATE_SECRET_PREFIX'),
    cityLogins: secrets('city-login', 'CITY_LOGIN_SECRET_PREFIX'),
    database: {
      service: 'rds-data',
      arns: [cluster],
      variables: { REPORTING_CLUSTER_ARN: cluster, REPORTING_SECRET_ARN: password, REPORTING_DATABASE: 'nfse' },
      also: [{ actions: ['secretsmanager:GetSecretValue'], arns: [password] }],
    },
  };
}
