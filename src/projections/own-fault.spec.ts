import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { UnreadableEvent } from '../events/upcasters.ts';
import { isOwnFault } from './own-fault.ts';
import { databaseError } from './reporting/database.ts';

const aws = (name: string, $fault: 'client' | 'server' = 'client') =>
  new DynamoDBServiceException({ name, $fault, $metadata: {}, message: name });
const stored = { id: '1', type: 'Teleported', v: 1, at: '', data: {}, meta: { actor: '', requestId: '' } };
const coded = (name: string, code: string) => Object.assign(new Error('connect'), { name, code });
/** As drizzle wraps what a driver throws. */
const wrapped = (cause: unknown) => databaseError(Object.assign(new Error('Failed query', { cause }), { query: '' }));
const dataApi = (name: string, message: string) => wrapped(Object.assign(new Error(message), { name, $metadata: {} }));

describe('an invoice that cannot be projected', () => {
  it.each([
    ['an event of a type unknown', new UnreadableEvent(stored, 'its type is unknown')],
    ['a defect of ours', new TypeError('x is not a function')],
    ['an item that is too large', aws('ValidationException')],
    ['a value out of range', wrapped(coded('error', '22003'))],
    [
      'a value that breaks a constraint, by the Data API',
      dataApi('DatabaseErrorException', 'ERROR: null; SQLState: 23502'),
    ],
  ])('is at fault itself: %s', (_, error) => expect(isOwnFault(error)).toBe(true));

  it.each([
    ['a throttled table', aws('ProvisionedThroughputExceededException')],
    ['a table that is not there', aws('ResourceNotFoundException')],
    ['a failure at AWS', aws('InternalServerError', 'server')],
    ['a refused connection', coded('Error', 'ECONNREFUSED')],
    ['a time-out', coded('TimeoutError', '')],
    ['a database that wakes up', dataApi('DatabaseResumingException', 'The Aurora DB instance is resuming')],
    ['a database without its tables', wrapped(coded('error', '42P01'))],
    ['a database that shuts down', wrapped(coded('error', '57P01'))],
    ['several refused connections in one', wrapped(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))],
  ])('has to wait for its surroundings: %s', (_, error) => expect(isOwnFault(error)).toBe(false));

  it('is told without the parameters of the statement, which are the invoices themselves', () => {
    const thrown = Object.assign(
      new Error('Failed query: insert params: [{"total":1}]', { cause: coded('error', '57P01') }),
      {
        query: 'insert',
      },
    );
    expect(databaseError(thrown).message).not.toContain('params');
  });
});
