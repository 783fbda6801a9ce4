import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { INVOICE_ID_PREFIX } from '../src/events/ids.ts';
import { DOWNLOADS } from '../src/platform/documents/downloads.ts';
import { ARCHIVE } from '../src/platform/documents/packs.ts';
import { TABLES, tableKinds } from '../src/platform/table-definitions.ts';
import { DATABASE } from './constructs/reporting.ts';
import type { ResourceName } from './functions.ts';
import type { Settings } from './settings.ts';
import type { StatefulStack } from './stacks/stateful.ts';

/** What a right to a resource means in IAM, and how the resource is named to a process. */
export interface Resource {
  /** Prefix of its actions. */
  readonly service: string;
  readonly arns: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The key that its content is encrypted with; its use is allowed by way of the service alone. */
  readonly key?: { readonly of: IKey; readonly read: readonly string[]; readonly write: readonly string[] };
  /** Why an ARN ends with an asterisk. */
  readonly wildcard?: string;
  /** What comes with any right to it. */
  readonly also?: readonly {
    readonly actions: readonly string[];
    readonly arns: readonly string[];
    readonly key?: IKey;
  }[];
}

const TABLE_KEY = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
};
/** Why a right to InvoicesTable is one to `InvoicesTable-*`. */
const REBUILT =
  'A rebuild makes a table beside this one, named after it with a number, and readers are switched over to it.';
const OBJECT_KEY = { read: ['kms:Decrypt'], write: ['kms:Decrypt', 'kms:GenerateDataKey'] };

/** Prefixes of the secrets' names: the rights are by them, since a secret is made when its company sends it. */
export const secretPrefixes = ({ environment }: Settings) => ({
  certificates: `nfse-ledger/${environment}/certificates/`,
  cityLogins: `nfse-ledger/${environment}/city-login/`,
});

export type Resources = Readonly<Record<ResourceName, Resource>>;

/** Everything that a function or the worker may be given a right to. */
export function resourcesOf(
  scope: IConstruct,
  settings: Settings,
  { tables, documents, queues, keys, reporting }: StatefulStack,
  workflow: IStateMachine,
): Resources {
  const prefixes = secretPrefixes(settings);
  const secrets = (prefix: string, variable: string): Resource => ({
    service: 'secretsmanager',
    arns: [
      Stack.of(scope).formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${prefix}*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
    wildcard: 'A secret is made when its company sends it: the right is to those below the prefix of this environment.',
    variables: { [variable]: prefix, SECRETS_KEY_ID: keys.secrets.keyArn },
    key: { of: keys.secrets, ...OBJECT_KEY },
  });
  const bucket = (of: IBucket, variable: string, prefix = ''): Resource => ({
    service: 's3',
    arns: [`${Stack.of(of).exportValue(of.bucketArn)}/${prefix}*`],
    wildcard: 'Objects of this one bucket: their keys have days and ids of invoices, which are not known before.',
    variables: { [variable]: of.bucketName },
    key: { of: keys.documents, ...OBJECT_KEY },
  });
  const invoices = tables.byKind.invoices;
  const invoicesArn = Stack.of(invoices).exportValue(invoices.tableArn);
  const index = (name: string): Resource => ({
    ...tableResource(invoices, TABLES.invoices.variable, keys.ofTable('invoices')),
    arns: [`${invoicesArn}/index/${name}`, `${invoicesArn}-*/index/${name}`],
    wildcard: REBUILT,
  });
  const ofTables = Object.fromEntries(
    tableKinds.map((kind) => [kind, tableResource(tables.byKind[kind], TABLES[kind].variable, keys.ofTable(kind))]),
  ) as unknown as Record<(typeof tableKinds)[number], Resource>;
  return {
    ...ofTables,
    'events/byDay': { ...ofTables.events, arns: [`${tables.byKind.events.tableArn}/index/byDay`] },
    invoices: { ...ofTables.invoices, arns: [invoicesArn, `${invoicesArn}-*`], wildcard: REBUILT },
    'invoices/byCompany': index('byCompany'),
    'invoices/byDue': index('byDue'),
    documentsBucket: bucket(documents.documents, 'DOCS_BUCKET'),
    // Whoever writes one kind of object can write over no other's.
    'documentsBucket/archive': bucket(documents.documents, 'DOCS_BUCKET', ARCHIVE),
    'documentsBucket/downloads': bucket(documents.documents, 'DOCS_BUCKET', DOWNLOADS),
    'documentsBucket/invoices': bucket(documents.documents, 'DOCS_BUCKET', INVOICE_ID_PREFIX),
    'documentsBucket/list': { service: 's3', arns: [documents.documents.bucketArn], variables: {} },
    sealsBucket: bucket(documents.seals, 'SEALS_BUCKET'),
    'sealsBucket/list': { service: 's3', arns: [documents.seals.bucketArn], variables: {} },
    requestsQueue: requestsResource(queues.requests[0].queue),
    dlq: queueResource(queues.dlq, 'DEAD_LETTER_QUEUE_URL'),
    workflow: {
      service: 'states',
      arns: [workflow.stateMachineArn],
      variables: { EMIT_WORKFLOW_ARN: workflow.stateMachineArn },
    },
    certificates: secrets(prefixes.certificates, 'CERTIFICATE_SECRET_PREFIX'),
    cityLogins: secrets(prefixes.cityLogins, 'CITY_LOGIN_SECRET_PREFIX'),
    database: {
      service: 'rds-data',
      arns: [reporting.cluster.clusterArn],
      variables: {
        REPORTING_CLUSTER_ARN: reporting.cluster.clusterArn,
        REPORTING_SECRET_ARN: reporting.secret.secretArn,
        REPORTING_DATABASE: DATABASE,
      },
      also: [{ actions: ['secretsmanager:GetSecretValue'], arns: [reporting.secret.secretArn], key: keys.reporting }],
    },
  };
}

/** The queue that a service of workers takes from. A function is given the default service's: any worker can do any work. */
export function requestsResource(queue: IQueue): Resource {
  return queueResource(queue, 'REQUESTS_QUEUE_URL');
}

function queueResource(queue: IQueue, variable: string): Resource {
  return { service: 'sqs', arns: [queue.queueArn], variables: { [variable]: queue.queueUrl } };
}

/** A right to a table is one to its items. */
export function tableResource(table: ITable, variable: string, key: IKey): Resource {
  return {
    service: 'dynamodb',
    arns: [table.tableArn],
    variables: { [variable]: table.tableName },
    key: { of: key, ...TABLE_KEY },
  };
}
