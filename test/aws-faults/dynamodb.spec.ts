import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { BatchUnfinished } from '../../src/aws/batches.ts';
import { awsFault } from '../../src/aws/faults.ts';
import { commitInItem } from '../../src/events/dynamodb-commit.ts';
import { dynamoDbEventStore } from '../../src/events/dynamodb-event-store.ts';
import { ConcurrencyError } from '../../src/events/event-store.ts';
import { invoiceIdFor } from '../../src/events/ids.ts';
import { dynamoDbProjectionStates } from '../../src/projections/projection-states.ts';
import { invoicesTarget } from '../../src/projections/rebuild/invoices-target.ts';
import { dynamoDbWitnesses } from '../../src/projections/witnesses.ts';
import { answeredDynamoDb } from '../faults/answered-dynamodb.ts';
import { companyCnpj, draft, invoiceId } from '../invoices.ts';
import { FAULTS } from './interrupted-dynamodb.ts';

const dynamo = mockClient(DynamoDBDocumentClient);
beforeEach(() => dynamo.reset());
afterAll(() => dynamo.restore());

const client = answeredDynamoDb(() => ({}));
const cut = FAULTS['a connection that is cut after the call took effect']?.error;

describe('the event store', () => {
  const store = dynamoDbEventStore({ client, tableName: 'EventsTable' });

  it.each(Object.entries(FAULTS))(
    'gives the caller the error of %s itself: nothing passes for appended, or for a stream without commits',
    async (_, { error, code }) => {
      dynamo.onAnyCommand().rejects(error);
      await expect(store.append(draft())).rejects.toBe(error);
      await expect(store.load(invoiceId)).rejects.toBe(error);
      await expect(store.tip(invoiceId)).rejects.toBe(error);
      expect(awsFault(error)).toBe(code);
    },
  );

  it('gives no part of a stream whose later page could not be read', async () => {
    const LastEvaluatedKey = { invoiceId, version: 1 };
    const throttled = FAULTS['a throttled table']?.error;
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [{}], LastEvaluatedKey })
      .rejects(throttled);
    await expect(store.load(invoiceId)).rejects.toBe(throttled);
  });

  /** A table that stores an item, and whose answer is lost. */
  function cutAfterWriting() {
    const table = new Map<number, Record<string, unknown>>();
    dynamo.on(PutCommand).callsFake(({ Item }) => {
      const there = table.get(Item.version);
      if (there) throw new ConditionalCheckFailedException({ message: '', $metadata: {}, Item: marshall(there) });
      table.set(Item.version, Item);
      throw cut;
    });
    return table;
  }

  it('knows its own commit when the caller appends again after a cut answer', async () => {
    const table = cutAfterWriting();
    await expect(store.append(draft())).rejects.toBe(cut);
    const commit = await store.append(draft());
    expect(commit).toEqual(commitInItem(table.get(1) ?? {}));
    expect(table.size).toBe(1);
  });

  it("tells another's commit from its own after a cut answer, and gives it to the caller", async () => {
    const table = cutAfterWriting();
    await expect(store.append(draft({ commitId: 'other' }))).rejects.toBe(cut);
    const late = store.append(draft({ commitId: 'own' }));
    await expect(late).rejects.toThrow(ConcurrencyError);
    await expect(late).rejects.toMatchObject({ winner: commitInItem(table.get(1) ?? {}) });
  });

  it("knows its own write in the client's own retry: the caller never hears of the cut", async () => {
    dynamo.restore();
    let item: object | undefined;
    const cuttingOnce = answeredDynamoDb(({ Item }) => {
      if (item) return { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', Item: item };
      item = Item;
      throw cut;
    });
    const outcomes: unknown[] = [];
    const log = (_: string, { outcome }: Record<string, unknown>) => void outcomes.push(outcome);
    const retried = dynamoDbEventStore({ client: cuttingOnce, tableName: 'EventsTable', log });
    expect(await retried.append(draft())).toMatchObject({ version: 1 });
    expect(outcomes).toEqual(['recognised-own-write']);
  });
});

describe('a batch of which DynamoDB leaves a part', () => {
  const TABLE = 'InvoicesTable';
  const ids = Array.from({ length: 130 }, (_, n) => invoiceIdFor(companyCnpj, `pedido-${n}`));
  const row = (id: string) => ({ invoiceId: id, version: 1, hash: `hash of ${id}`, status: 'ISSUED' });
  let pauses: number[] = [];
  const backOff = { maxTries: 4, random: () => 1, pause: async (ms: number) => void pauses.push(ms) };
  beforeEach(() => {
    pauses = [];
  });

  /** Half of each request is left, in so many requests. */
  function leaveHalf(requests: number): void {
    let left = requests;
    dynamo.on(BatchGetCommand).callsFake(({ RequestItems }) => {
      const keys: { invoiceId: string }[] = RequestItems[TABLE].Keys;
      const read = left-- > 0 ? keys.slice(0, Math.floor(keys.length / 2)) : keys;
      const unread = keys.slice(read.length);
      return {
        Responses: { [TABLE]: read.map(({ invoiceId: id }) => row(id)) },
        UnprocessedKeys: unread.length > 0 ? { [TABLE]: { Keys: unread } } : {},
      };
    });
  }

  const witnesses = dynamoDbWitnesses(client, TABLE, backOff);
  const rebuilt = invoicesTarget({ client, configured: TABLE, reconcileAfterSeconds: 300, backOff }).compared(TABLE);

  it.each([
    ['the witnesses of an audit', async () => [...(await witnesses.of(ids)).keys()]],
    ['the rows that a rebuild compares', async () => (await rebuilt.rows(ids)).map(({ id }) => id)],
  ])('is read whole for %s, with pauses that grow', async (_, read) => {
    leaveHalf(3);
    expect((await read()).sort()).toEqual([...ids].sort());
    expect(pauses).toEqual([25, 50, 100]);
  });

  it.each([
    ['an audit fails: a witness that was not read is not one that saw nothing', () => witnesses.of(ids)],
    ['a comparison fails: a row that was not read is not one that is missing', () => rebuilt.rows(ids)],
  ])('for ever, %s', async (_, read) => {
    leaveHalf(Number.POSITIVE_INFINITY);
    const given = read();
    await expect(given).rejects.toThrow(BatchUnfinished);
    // Of the first hundred six remain after four tries, and thirty were not come to.
    const remaining = [...ids.slice(93, 100), ...ids.slice(100)].map((id) => ({ invoiceId: id }));
    await expect(given).rejects.toMatchObject({ tableName: TABLE, remaining });
    expect(dynamo.commandCalls(BatchGetCommand)).toHaveLength(backOff.maxTries);
  });

  describe('when the checkpoints of a rebuild are forgotten', () => {
    const states = dynamoDbProjectionStates(client, 'ProjectionsTable', backOff);
    let kept: { projection: string; key: string }[] = [];
    beforeEach(() => {
      kept = Array.from({ length: 30 }, (_, n) => ({ projection: 'invoices', key: `segment#${n}` }));
      dynamo.on(QueryCommand).callsFake(() => ({ Items: kept }));
    });

    /** One write of each request is left, in so many requests. */
    function leaveOne(requests: number): void {
      let left = requests;
      dynamo.on(BatchWriteCommand).callsFake(({ RequestItems }) => {
        const writes: { DeleteRequest: { Key: { key: string } } }[] = RequestItems.ProjectionsTable;
        const done = left-- > 0 ? writes.slice(1) : writes;
        const gone = new Set(done.map(({ DeleteRequest }) => DeleteRequest.Key.key));
        kept = kept.filter(({ key }) => !gone.has(key));
        return { UnprocessedItems: done.length < writes.length ? { ProjectionsTable: writes.slice(0, 1) } : {} };
      });
    }

    it('is sent again', async () => {
      leaveOne(2);
      await states.forgetCheckpoints('invoices');
      expect(kept).toEqual([]);
    });

    it('for ever, the command fails and says what it did not delete; done again it goes on there', async () => {
      leaveOne(backOff.maxTries);
      const forgotten = states.forgetCheckpoints('invoices');
      await expect(forgotten).rejects.toThrow(/ProjectionsTable is throttled: 6 keys remain, .*segment#0/);
      expect(kept).toHaveLength(6);
      await states.forgetCheckpoints('invoices');
      expect(kept).toEqual([]);
    });
  });
});
