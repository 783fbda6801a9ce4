import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { answeredDynamoDb } from '../../test/faults/answered-dynamodb.ts';
import { BatchUnfinished } from '../aws/batches.ts';
import { dynamoDbLanes } from './dynamodb-lanes.ts';

const TABLE = 'LanesTable';
const dynamo = mockClient(DynamoDBDocumentClient);
afterAll(() => dynamo.restore());
const backOff = { maxTries: 5, pause: async () => {}, random: () => 0 };
const lanes = dynamoDbLanes(
  answeredDynamoDb(() => ({})),
  TABLE,
  backOff,
);

/** The table leaves the last of the keys that it is asked for unprocessed, so many times. */
function throttle(times: number): void {
  let left = times;
  dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const keys = RequestItems[TABLE].Keys;
    const read = left-- > 0 ? keys.slice(0, -1) : keys;
    const unread = keys.slice(read.length);
    return { Responses: { [TABLE]: read }, UnprocessedKeys: unread.length > 0 ? { [TABLE]: { Keys: unread } } : {} };
  });
}

describe('lanes in a table that is throttled', () => {
  const codes = ['3106200', '3118601'];
  beforeEach(() => dynamo.reset());

  it('are asked for again', async () => {
    throttle(2);
    expect((await lanes.of(codes)).map(({ lane }) => lane)).toEqual(codes);
  });

  it('are not said to be free of holds because they could not be read', async () => {
    throttle(5);
    const given = lanes.of(codes);
    await expect(given).rejects.toThrow(BatchUnfinished);
    await expect(given).rejects.toMatchObject({ remaining: [{ municipalityCode: '3118601' }] });
  });
});
