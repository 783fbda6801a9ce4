import { beforeAll, describe, expect, it } from 'vitest';
import { rolesOf } from '../../test/rights/roles.ts';
import { perProvider, templatesOf, templatesWith } from './synthesized.ts';

let roles: ReadonlyMap<string, readonly string[]>;
beforeAll(() => {
  roles = rolesOf(templatesOf('prod'));
});

/** With which the tables are read, and written: by way of DynamoDB alone. */
const READS_TABLES = 'kms:Decrypt,DescribeKey Ledger key by dynamodb';
const WRITES_TABLES =
  'kms:Decrypt,DescribeKey,Encrypt,GenerateDataKey,ReEncryptFrom,ReEncryptTo Ledger key by dynamodb';
/** The documents' table has the documents' key. */
const READS_DOCUMENTS_TOO = READS_TABLES.replace('Ledger', 'Documents key Ledger');
const WRITES_DOCUMENTS_TOO = WRITES_TABLES.replace('Ledger', 'Documents key Ledger');
const WRITES_DOCUMENTS = WRITES_TABLES.replace('Ledger', 'Documents');
const REPORTING = [
  'kms:Decrypt Reporting key by secretsmanager',
  'rds-data:ExecuteStatement ReportingCluster',
  'secretsmanager:GetSecretValue ReportingCluster',
];
const REMEMBERS = 'dynamodb:DeleteItem,PutItem,UpdateItem RequestsTable';

/** Every role that the stacks make for a function, the worker, the workflow and the bastion: exactly this, and nothing else. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  TokenClaims: ['dynamodb:GetItem ClientsTable', READS_TABLES],
  Bastion: ['rds-db:connect ReportingCluster'],
  Workflow: ['sqs:SendMessage RequestsQueue'],
  ping: [],
  openapi: [],
  emit: [
    REMEMBERS,
    'dynamodb:BatchGetItem ParametersTable',
    'dynamodb:GetItem CompaniesTable',
    'dynamodb:PutItem,Query EventsTable',
    'dynamodb:UpdateItem DpsNumbersTable',
    WRITES_DOCUMENTS_TOO,
    'dynamodb:PutItem DocumentsTable',
    'states:StartExecution EmitWorkflow',
  ],
  list: [
    'dynamodb:BatchGetItem InvoicesTable InvoicesTable-*',
    'dynamodb:GetItem ProjectionsTable',
    'dynamodb:Query InvoicesTable-*/index/byCompany InvoicesTable/index/byCompany',
    READS_TABLES,
  ],
  get: ['dynamodb:GetItem InvoicesTable InvoicesTable-* ProjectionsTable', 'dynamodb:Query EventsTable', READS_TABLES],
  history: [
    'dynamodb:GetItem InvoicesTable InvoicesTable-* ProjectionsTable',
    'dynamodb:Query EventsTable',
    READS_TABLES,
  ],
  document: [
    'dynamodb:GetItem DocumentsTable InvoicesTable InvoicesTable-* ProjectionsTable',
    'dynamodb:Query EventsTable',
    'kms:Decrypt,GenerateDataKey Documents key by s3',
    READS_DOCUMENTS_TOO,
    's3:GetObject DocsBucket/*',
    's3:ListBucket DocsBucket',
    's3:PutObject DocsBucket/downloads/*',
  ],
  xml: [
    'dynamodb:GetItem DocumentsTable',
    'dynamodb:Query EventsTable',
    'kms:Decrypt,GenerateDataKey Documents key by s3',
    READS_DOCUMENTS_TOO,
    's3:GetObject DocsBucket/*',
    's3:ListBucket DocsBucket',
    's3:PutObject DocsBucket/downloads/*',
  ],
  cancel: [REMEMBERS, 'dynamodb:PutItem,Query EventsTable', WRITES_TABLES, 'states:StartExecution EmitWorkflow'],
  retry: [
    REMEMBERS,
    'dynamodb:BatchGetItem ParametersTable',
    'dynamodb:GetItem CompaniesTable',
    'dynamodb:PutItem,Query EventsTable',
    'dynamodb:UpdateItem DpsNumbersTable',
    WRITES_DOCUMENTS_TOO,
    'dynamodb:PutItem DocumentsTable',
    'states:StartExecution EmitWorkflow',
  ],
  company: ['dynamodb:GetItem CompaniesTable DpsNumbersTable', READS_TABLES],
  'decide-route': ['dynamodb:GetItem DpsNumbersTable', 'dynamodb:GetItem,UpdateItem CompaniesTable', WRITES_TABLES],
  series: ['dynamodb:GetItem,Query DpsNumbersTable', READS_TABLES],
  'rewind-series': ['dynamodb:GetItem,PutItem,Query,UpdateItem DpsNumbersTable', WRITES_TABLES],
  register: [
    'dynamodb:GetItem,PutItem,UpdateItem DpsNumbersTable',
    'dynamodb:UpdateItem CompaniesTable',
    WRITES_TABLES,
  ],
  certificate: [
    'dynamodb:GetItem DpsNumbersTable',
    'dynamodb:GetItem,UpdateItem CompaniesTable',
    WRITES_TABLES,
    'kms:Decrypt,GenerateDataKey Secrets key by secretsmanager',
    'secretsmanager:CreateSecret,PutSecretValue nfse-ledger/prod/certificates/*',
    'sqs:SendMessage RequestsQueue',
  ],
  'city-login': [
    'dynamodb:GetItem CompaniesTable',
    READS_TABLES,
    'kms:Decrypt,GenerateDataKey Secrets key by secretsmanager',
    'secretsmanager:CreateSecret,PutSecretValue nfse-ledger/prod/city-login/*',
  ],
  processor: [
    'dynamodb:PutItem,Query EventsTable',
    WRITES_TABLES,
    'sqs:ChangeMessageVisibility,DeleteMessage,GetQueueAttributes,ReceiveMessage RequestsDlq',
    'sqs:SendMessage RequestsQueue',
    'states:StartExecution EmitWorkflow',
  ],
  municipalities: ['dynamodb:Scan LanesTable', READS_TABLES],
  'municipality-parameters': ['dynamodb:BatchGetItem ParametersTable', READS_TABLES, 'sqs:SendMessage RequestsQueue'],
  'hold-lane': ['dynamodb:UpdateItem LanesTable', WRITES_TABLES],
  'release-lane': ['dynamodb:BatchGetItem,UpdateItem LanesTable', WRITES_TABLES],
  report: [...REPORTING, 'dynamodb:GetItem ProjectionsTable', READS_TABLES],
  feed: [...REPORTING, 'dynamodb:Query EventsTable', READS_TABLES],
  projections: [
    ...REPORTING,
    'dynamodb:DeleteItem,GetItem,Query,UpdateItem ProjectionsTable',
    'dynamodb:GetItem,PutItem InvoicesTable InvoicesTable-*',
    'dynamodb:Query EventsTable',
    WRITES_TABLES,
  ],
  projector: [
    'dynamodb:GetItem,UpdateItem ProjectionsTable',
    'dynamodb:DescribeStream,GetRecords,GetShardIterator EventsTable stream',
    'dynamodb:GetItem,PutItem InvoicesTable InvoicesTable-*',
    'dynamodb:ListStreams,xray:PutTelemetryRecords,xray:PutTraceSegments *',
    'dynamodb:Query EventsTable',
    WRITES_TABLES,
    'sqs:GetQueueAttributes,GetQueueUrl,SendMessage ProjectorFailures',
  ],
  'reporting-projector': [
    ...REPORTING,
    'dynamodb:GetItem,UpdateItem ProjectionsTable',
    'dynamodb:DescribeStream,GetRecords,GetShardIterator EventsTable stream',
    'dynamodb:ListStreams,xray:PutTelemetryRecords,xray:PutTraceSegments *',
    'dynamodb:Query EventsTable',
    WRITES_TABLES,
    'sqs:GetQueueAttributes,GetQueueUrl,SendMessage ProjectorFailures',
  ],
  reconcile: [
    'dynamodb:BatchGetItem,Scan,UpdateItem LanesTable',
    'dynamodb:GetItem ProjectionsTable',
    'dynamodb:Query EventsTable InvoicesTable-*/index/byDue InvoicesTable/index/byDue',
    'dynamodb:UpdateItem InvoicesTable InvoicesTable-*',
    WRITES_TABLES,
    'states:StartExecution EmitWorkflow',
  ],
  seal: [
    'dynamodb:PutItem,Scan SealsTable',
    'dynamodb:Query EventsTable/index/byDay',
    'dynamodb:Scan EventsTable',
    WRITES_TABLES,
    'kms:Decrypt,GenerateDataKey Documents key by s3',
    's3:GetObject,PutObject SealsBucket/*',
    's3:ListBucket SealsBucket',
  ],
  archive: [
    'dynamodb:GetItem,PutItem,Query,Scan DocumentsTable',
    WRITES_DOCUMENTS,
    'kms:Decrypt,GenerateDataKey Documents key by s3',
    's3:GetObject DocsBucket/*',
    's3:ListBucket DocsBucket',
    's3:PutObject DocsBucket/archive/*',
  ],
  migrate: [
    'kms:Decrypt Reporting key by secretsmanager',
    'rds-data:BeginTransaction,CommitTransaction,ExecuteStatement,RollbackTransaction ReportingCluster',
    'secretsmanager:GetSecretValue ReportingCluster',
  ],
  WorkerTask: [
    'dynamodb:BatchGetItem,PutItem,UpdateItem ParametersTable',
    'dynamodb:BatchGetItem,UpdateItem LanesTable',
    'dynamodb:GetItem,PutItem DocumentsTable',
    'dynamodb:PutItem,Query EventsTable',
    'ecs:GetTaskProtection,UpdateTaskProtection WorkerCluster',
    'kms:Decrypt Secrets key by secretsmanager',
    WRITES_DOCUMENTS_TOO,
    'kms:Decrypt,GenerateDataKey Documents key by s3',
    's3:GetObject DocsBucket/*',
    's3:ListBucket DocsBucket',
    's3:PutObject DocsBucket/inv_*',
    'secretsmanager:GetSecretValue nfse-ledger/prod/certificates/* nfse-ledger/prod/city-login/*',
    'sqs:ChangeMessageVisibility,DeleteMessage,ReceiveMessage RequestsQueue',
    'sqs:SendMessage RequestsDlq',
  ],
};

describe('what each role may do', () => {
  it('is listed here, for every role there is', () =>
    expect([...roles.keys()].sort()).toEqual(Object.keys(ROLES).sort()));

  it.each(Object.entries(ROLES))('%s', (role, lines) => expect(roles.get(role)).toEqual([...lines].sort()));

  it('never changes or deletes what is in EventsTable', () => {
    const onEvents = [...roles.values()].flat().filter((line) => /^dynamodb:.*EventsTable/.test(line));
    expect(onEvents.length).toBeGreaterThan(10);
    for (const line of onEvents) expect(line).not.toMatch(/Update|Delete|BatchWrite|Transact|PartiQL/);
  });

  it('opens a company’s secrets to the worker alone', () =>
    expect(
      [...roles]
        .filter(([, lines]) => lines.some((line) => /GetSecretValue.*nfse-ledger/.test(line)))
        .map(([role]) => role),
    ).toEqual(['WorkerTask']));

  it('names each resource: the asterisk is for traces, which have none, and for lists of streams', () => {
    for (const line of [...roles.values()].flat()) {
      if (line.endsWith(' *')) expect(line).toMatch(/^dynamodb:ListStreams/);
    }
  });
});

describe('what each role may do where each family of providers has workers of its own', () => {
  it('is the same, but that the workflow reaches both queues, and each service of workers its own alone', () => {
    const onlyTheirs = (lines: readonly string[] = []) =>
      lines.map((line) => line.replace(/ (RequestsQueue|WorkerCluster)$/, ' Abrasf$1'));
    const expected = {
      ...ROLES,
      Workflow: ['sqs:SendMessage AbrasfRequestsQueue RequestsQueue'],
      AbrasfWorkerTask: onlyTheirs(ROLES.WorkerTask),
    };
    const sorted = Object.entries(expected).map(([role, lines]) => [role, [...lines].sort()]);
    expect(Object.fromEntries(rolesOf(templatesWith(perProvider('prod'))))).toEqual(Object.fromEntries(sorted));
  });
});
