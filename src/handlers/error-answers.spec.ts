import { IdempotencyPersistenceLayerError } from '@aws-lambda-powertools/idempotency';
import { describe, expect, it } from 'vitest';
import { companyCnpj } from '../../test/invoices.ts';
import { BatchUnfinished } from '../aws/batches.ts';
import { TooMuchContention } from '../commands/execute.ts';
import { invoiceIdFor } from '../events/ids.ts';
import { ObjectCut } from '../platform/s3.ts';
import { BatchIncomplete } from '../platform/sqs-dead-letters.ts';
import { DatabaseUnavailable } from '../projections/reporting/database.ts';
import { problemOf } from './error-answers.ts';

const named = (name: string) => Object.assign(new Error(name), { name, $metadata: {} });

describe('what passes by itself', () => {
  it.each([
    ['contention', '1', new TooMuchContention(invoiceIdFor(companyCnpj, 'order-1'))],
    ['throttled', '1', new BatchUnfinished('InvoicesTable', [], [])],
    ['throttled', '1', named('ProvisionedThroughputExceededException')],
    ['throttled', '1', new IdempotencyPersistenceLayerError('not saved', { cause: named('ThrottlingException') })],
    ['unavailable', '5', named('ExpiredTokenException')],
    ['unavailable', '5', Object.assign(named('InternalServerError'), { $fault: 'server' })],
    ['unavailable', '5', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['unavailable', '5', named('TimeoutError')],
    ['throttled', '1', named('SlowDown')],
    ['unavailable', '5', new ObjectCut('inv_1/dps-1.xml', new Error('stream closed'))],
    ['unavailable', '5', new BatchIncomplete('DeleteMessageBatch', ['InternalError'])],
    ['database-unavailable', '15', new DatabaseUnavailable(new Error('asleep'))],
  ])('is answered by 503 %s, and to be asked for again after %s s', (code, seconds, error) => {
    const problem = problemOf(error);
    expect(problem?.facts).toMatchObject({ status: 503, code, headers: { 'retry-after': seconds } });
    expect(problem?.cause).toBe(error);
  });

  it.each([
    ['a role that may not', named('AccessDeniedException')],
    ['a request that DynamoDB cannot take', named('ValidationException')],
    ['a defect', new TypeError('x is not a function')],
    ['a file that is not there', Object.assign(new Error('not there'), { code: 'ENOENT' })],
  ])('is not %s: that is ours, and a repetition does not help', (_, error) => expect(problemOf(error)).toBeUndefined());
});
