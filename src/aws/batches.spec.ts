import { DynamoDBClient, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { BatchUnfinished, batchGet, batchWrite } from './batches.ts';
import { documentClient } from './document-client.ts';

const TABLE = 'InvoicesTable';
const dynamo = mockClient(DynamoDBDocumentClient);
afterAll(() => dynamo.restore());
const client = documentClient(new DynamoDBClient({ region: 'sa-east-1' }));
const throttled = new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: {} });
const keys = Array.from({ length: 250 }, (_, n) => ({ invoiceId: `inv_${n}` }));

let pauses: number[];
const backOff = (maxTries: number, random = 0) => ({
  maxTries,
  random: () => random,
  pause: async (ms: number) => void pauses.push(ms),
});

beforeEach(() => {
  dynamo.reset();
  pauses = [];
});

/** A table that processes so many keys of each request, and says which it left. */
function processing(atOnce: (call: number) => number): void {
  let call = 0;
  dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const asked = RequestItems[TABLE].Keys;
    const processed = atOnce(++call);
    const left = asked.slice(processed);
    return {
      Responses: { [TABLE]: asked.slice(0, processed) },
      UnprocessedKeys: left.length > 0 ? { [TABLE]: { Keys: left } } : {},
    };
  });
}

describe('a batch read', () => {
  it('asks for no more keys at once than DynamoDB takes, and pauses only for what was left', async () => {
    processing(() => 100);
    expect(await batchGet(client, { tableName: TABLE, keys }, backOff(5))).toEqual(keys);
    expect(dynamo.calls()).toHaveLength(3);
    expect(pauses).toEqual([]);
  });

  it('asks again for what was left alone, as it was asked for before', async () => {
    processing((call) => (call === 1 ? 1 : 100));
    await batchGet(client, { tableName: TABLE, keys: keys.slice(0, 3), ConsistentRead: true }, backOff(5));
    const asked = dynamo.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems?.[TABLE]);
    expect(asked).toEqual([
      { ConsistentRead: true, Keys: keys.slice(0, 3) },
      { ConsistentRead: true, Keys: keys.slice(1, 3) },
    ]);
  });

  it('waits twice as long each time, up to five seconds, of which chance gives back up to half', async () => {
    processing(() => 0);
    const one = { tableName: TABLE, keys: keys.slice(0, 1) };
    await expect(batchGet(client, one, backOff(11, 1))).rejects.toThrow(BatchUnfinished);
    expect(pauses).toEqual([25, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    pauses = [];
    await expect(batchGet(client, one, backOff(3, 0))).rejects.toThrow(BatchUnfinished);
    expect(pauses).toEqual([12.5, 25]);
  });

  it('gives up in the end, and names what remains, with what it did not come to', async () => {
    processing((call) => (call === 1 ? 100 : 40));
    const given = batchGet(client, { tableName: TABLE, keys }, backOff(1));
    await expect(given).rejects.toMatchObject({
      name: 'BatchUnfinished',
      code: 'batch-unfinished',
      tableName: TABLE,
      remaining: keys.slice(140),
      message: `${TABLE} is throttled: 110 keys remain, {"invoiceId":"inv_140"}, {"invoiceId":"inv_141"}, {"invoiceId":"inv_142"} and others`,
    });
  });

  it('takes a refusal of the whole request for a batch of which nothing was processed', async () => {
    dynamo
      .on(BatchGetCommand)
      .rejectsOnce(throttled)
      .resolves({ Responses: { [TABLE]: keys.slice(0, 2) } });
    expect(await batchGet(client, { tableName: TABLE, keys: keys.slice(0, 2) }, backOff(2))).toHaveLength(2);
    dynamo.reset();
    dynamo.on(BatchGetCommand).rejects(throttled);
    await expect(batchGet(client, { tableName: TABLE, keys }, backOff(2))).rejects.toMatchObject({
      name: 'BatchUnfinished',
      remaining: keys,
      cause: throttled,
    });
  });

  it('gives any other error to the caller at once', async () => {
    const refused = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException', $metadata: {} });
    dynamo.on(BatchGetCommand).rejects(refused);
    await expect(batchGet(client, { tableName: TABLE, keys }, backOff(5))).rejects.toBe(refused);
    expect(dynamo.calls()).toHaveLength(1);
  });
});

describe('a batch write', () => {
  const deletes = keys.slice(0, 30).map((Key) => ({ DeleteRequest: { Key } }));

  it('sends again what was left, and ends when nothing is', async () => {
    let left = 2;
    dynamo.on(BatchWriteCommand).callsFake(({ RequestItems }) => {
      const last = RequestItems[TABLE].slice(-1);
      return left-- > 0 ? { UnprocessedItems: { [TABLE]: last } } : {};
    });
    await batchWrite(client, TABLE, deletes, backOff(3));
    const sent = dynamo.commandCalls(BatchWriteCommand).map(({ args }) => args[0].input.RequestItems?.[TABLE]);
    expect(sent).toEqual([deletes.slice(0, 25), deletes.slice(24, 25), deletes.slice(24, 25), deletes.slice(25)]);
  });

  it('gives up in the end, and never puts an item into the message', async () => {
    const person = { PutRequest: { Item: { cpf: '11144477735' } } };
    dynamo.on(BatchWriteCommand).callsFake(({ RequestItems }) => ({ UnprocessedItems: RequestItems }));
    const given = batchWrite(client, TABLE, [...deletes.slice(0, 1), person], backOff(3));
    await expect(given).rejects.toMatchObject({
      remaining: [...deletes.slice(0, 1), person],
      message: `${TABLE} is throttled: 2 keys remain, {"invoiceId":"inv_0"} and others`,
    });
    expect(pauses).toHaveLength(2);
  });
});
