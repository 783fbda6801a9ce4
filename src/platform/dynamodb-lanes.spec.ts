import type { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoDbLanes, LanesUnread } from './dynamodb-lanes.ts';

const TABLE = 'LanesTable';

/** A table that leaves the last of the keys it is asked for unread, so many times. */
function throttled(times: number): DynamoDBClient {
  let left = times;
  const send = async ({ input }: BatchGetItemCommand) => {
    const keys = input.RequestItems?.[TABLE]?.Keys ?? [];
    const read = left-- > 0 ? keys.slice(0, -1) : keys;
    const unread = keys.slice(read.length);
    return { Responses: { [TABLE]: read }, UnprocessedKeys: unread.length > 0 ? { [TABLE]: { Keys: unread } } : {} };
  };
  return { send } as unknown as DynamoDBClient;
}

describe('lanes in a table that is throttled', () => {
  const codes = ['3106200', '3118601'];

  it('are asked for again', async () => {
    const records = await dynamoDbLanes(throttled(2), TABLE).of(codes);
    expect(records.map(({ municipalityCode }) => municipalityCode)).toEqual(codes);
  });

  it('are not said to be free of holds because they could not be read', () =>
    expect(dynamoDbLanes(throttled(5), TABLE).of(codes)).rejects.toThrow(LanesUnread));
});
