import { describe, expect, it } from 'vitest';
import {
  type AwsRequest,
  arnOf,
  bucketArn,
  permissionsFor,
  permissionToMiss,
  secretArn,
  tableArn,
} from './permissions.ts';

const asked = (service: string, operation: string, input: object): AwsRequest => ({
  service,
  method: 'POST',
  path: '/',
  headers: { 'x-amz-target': `Prefix_20120810.${operation}` },
  body: JSON.stringify(input),
});
const ofObject = (method: string, path: string): AwsRequest => ({ service: 's3', method, path, headers: {}, body: '' });
const events = tableArn('EventsTable');

describe('a request to AWS needs', () => {
  it.each<[string, AwsRequest, object[]]>([
    [
      'its own action on its table',
      asked('dynamodb', 'PutItem', { TableName: 'EventsTable' }),
      [{ action: 'dynamodb:PutItem', arn: events }],
    ],
    [
      'the index that it reads, and not the table',
      asked('dynamodb', 'Query', { TableName: 'InvoicesTable', IndexName: 'byDue' }),
      [{ action: 'dynamodb:Query', arn: `${tableArn('InvoicesTable')}/index/byDue` }],
    ],
    [
      'a batch on each of its tables',
      asked('dynamodb', 'BatchGetItem', { RequestItems: { LanesTable: {}, EventsTable: {} } }),
      [
        { action: 'dynamodb:BatchGetItem', arn: tableArn('LanesTable') },
        { action: 'dynamodb:BatchGetItem', arn: events },
      ],
    ],
    [
      'what each part of a transaction does',
      asked('dynamodb', 'TransactWriteItems', {
        TransactItems: [{ Put: { TableName: 'EventsTable' } }, { ConditionCheck: { TableName: 'LanesTable' } }],
      }),
      [
        { action: 'dynamodb:PutItem', arn: events },
        { action: 'dynamodb:ConditionCheckItem', arn: tableArn('LanesTable') },
      ],
    ],
    [
      'for a statement in PartiQL what no role has',
      asked('dynamodb', 'ExecuteStatement', { Statement: 'DELETE FROM EventsTable' }),
      [{ action: 'dynamodb:ExecuteStatement', arn: '*' }],
    ],
    [
      'for many messages what one needs',
      asked('sqs', 'DeleteMessageBatch', { QueueUrl: 'http://127.0.0.1:4000/000000000000/RequestsQueue' }),
      [{ action: 'sqs:DeleteMessage', arn: arnOf('sqs', 'RequestsQueue') }],
    ],
    [
      'the secret by its name',
      asked('secretsmanager', 'CreateSecret', { Name: 'nfse-ledger/certificates/1' }),
      [{ action: 'secretsmanager:CreateSecret', arn: secretArn('nfse-ledger/certificates/1') }],
    ],
    [
      'the object that a link leads to',
      ofObject('GET', '/docs/inv_1/dps-A%2B.xml?X-Amz-Expires=300'),
      [{ action: 's3:GetObject', arn: `${bucketArn('docs')}/inv_1/dps-A+.xml` }],
    ],
    ['for a list of objects what no role has', ofObject('GET', '/docs?list-type=2'), [{ action: 's3:GET', arn: '*' }]],
    [
      'the password of the database, too',
      { ...asked('rds-data', '', { resourceArn: 'cluster', secretArn: 'secret' }), path: '/Execute' },
      [
        { action: 'rds-data:ExecuteStatement', arn: 'cluster' },
        { action: 'secretsmanager:GetSecretValue', arn: 'secret' },
      ],
    ],
    [
      'of a service that nobody knows what no role has',
      asked('kms', 'Decrypt', {}),
      [{ action: 'kms:Decrypt', arn: '*' }],
    ],
  ])('%s', (_, request, permissions) => expect(permissionsFor(request)).toEqual(permissions));

  it('the list of the bucket where the object is not there', () => {
    expect(permissionToMiss(ofObject('GET', '/docs/inv_1/dps.xml'))).toEqual([
      { action: 's3:ListBucket', arn: bucketArn('docs') },
    ]);
    expect(permissionToMiss(asked('secretsmanager', 'GetSecretValue', {}))).toEqual([]);
  });
});
