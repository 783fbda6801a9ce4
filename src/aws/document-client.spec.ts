import { NumberValue, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answeredDynamoDb, type WireRequest } from '../../test/faults/answered-dynamodb.ts';
import { itemOf } from './document-client.ts';

/** What the client sends for an item. */
async function stored(item: Record<string, unknown>) {
  const requests: WireRequest[] = [];
  const client = answeredDynamoDb((request) => {
    requests.push(request);
    return {};
  });
  await client.send(new PutCommand({ TableName: 'Table', Item: item }));
  return requests[0]?.Item ?? {};
}

/** What the client gives for an item that lies in the table. */
async function read(item: object) {
  const client = answeredDynamoDb(() => ({ Items: [item] }));
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'Table' }));
  return Items[0];
}

describe('what is stored', () => {
  it('comes back as it was: safe integers exactly, and as numbers', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ n: fc.maxSafeInteger(), text: fc.string(), list: fc.array(fc.maxSafeInteger()), is: fc.boolean() }),
        async (item) => {
          const wire = await stored(item);
          expect(wire.n).toEqual({ N: String(item.n === 0 ? 0 : item.n) });
          expect(await read(wire)).toEqual(item);
          expect(itemOf(wire)).toEqual(item);
        },
      ),
      { numRuns: 50 },
    ));

  it('has no members that are undefined, at any depth', async () =>
    expect(await stored({ a: 1, b: undefined, c: { d: undefined } })).toEqual({ a: { N: '1' }, c: { M: {} } }));

  it.each([
    ['an integer that a double cannot tell from the next', Number.MAX_SAFE_INTEGER + 1],
    ['no number', Number.NaN],
    ['an instance of a class, such as a date', new Date(0)],
  ])('is never %s', (_, value) => expect(stored({ value })).rejects.toThrow());
});

describe('a number that somebody wrote by hand', () => {
  it.each([
    ['9007199254740993', 'would be rounded to its neighbour'],
    ['12345678901234567890', 'has more digits than a double'],
    ['12345678901234567890.5', 'has more digits, and a fraction'],
    ['1.00000000000000000001', 'would pass for 1'],
  ])('is read as none, never as another or as a bigint: %s %s', async (text) => {
    const item = { version: { N: text }, id: { S: 'a' } };
    expect(await read(item)).toEqual({ version: Number.NaN, id: 'a' });
    expect(itemOf(item)).toEqual({ version: Number.NaN, id: 'a' });
  });

  it.each([
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['0', 0],
    ['1.5', 1.5],
    ['0.0000001', 1e-7],
  ])('is read exactly where a double can hold it: %s', async (text, value) =>
    expect(await read({ value: { N: text } })).toEqual({ value }),
  );

  it('can be written by a test all the same', async () =>
    expect(await stored({ n: NumberValue.from('1.00000000000000000001') })).toEqual({
      n: { N: '1.00000000000000000001' },
    }));
});
