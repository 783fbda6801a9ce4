import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answeredDynamoDb, type WireRequest } from '../../test/faults/answered-dynamodb.ts';
import { cancelled, cancelRequested, deferred, draft, emitted, invoiceId, issued } from '../../test/invoices.ts';
import { type AwsFault, awsFault } from '../aws/faults.ts';
import { START, tipAfter } from './commit.ts';
import { dynamoDbEventStore } from './dynamodb-event-store.ts';
import { ConcurrencyError } from './event-store.ts';
import { verifyChain } from './hash-chain.ts';
import storedStream from './stored-stream.fixtures.json' with { type: 'json' };

const tableName = 'EventsTable';

/** The stream of the fixture, as the service wrote it when each adapter still made its attribute values. Items are never edited. */
const EVENTS = [[emitted], [deferred], [issued], [cancelRequested, cancelled]];

describe('a stream that was stored before', () => {
  it('has the canonical form that was hashed then: its chain holds', async () => {
    const store = dynamoDbEventStore({ client: answeredDynamoDb(() => ({ Items: storedStream })), tableName });
    const commits = await store.load(invoiceId);
    expect(verifyChain(commits)).toEqual({ intact: true, commits: 4, head: storedStream[3]?.hash.S });
  });

  it('is what the same appends store today, attribute value for attribute value', async () => {
    const stored: WireRequest[] = [];
    const client = answeredDynamoDb((request) => {
      stored.push(request);
      return {};
    });
    const store = dynamoDbEventStore({ client, tableName });
    let tip = START;
    for (const [place, events] of EVENTS.entries()) {
      const commitId = storedStream[place]?.commitId.S ?? '';
      tip = tipAfter(await store.append(draft({ tip, events, commitId })));
    }
    expect(stored.map(({ Item }) => Item)).toEqual(storedStream);
  });
});

describe('the event store, when DynamoDB does not do its part', () => {
  const store = dynamoDbEventStore({ client: answeredDynamoDb(() => ({})), tableName });
  let dynamo: ReturnType<typeof mockClient>;
  beforeEach(() => {
    dynamo = mockClient(DynamoDBDocumentClient);
  });
  afterEach(() => dynamo.restore());

  const coded = (code: string) => Object.assign(new Error('socket hang up'), { code });
  const aws = (name: string, $fault: 'client' | 'server' = 'client') =>
    new DynamoDBServiceException({ name, $fault, $metadata: {}, message: name });

  it.each<[string, Error, AwsFault | undefined]>([
    ['throttles the table', new ProvisionedThroughputExceededException({ message: '', $metadata: {} }), 'throttled'],
    ['throttles the account', aws('ThrottlingException'), 'throttled'],
    ['fails', aws('InternalServerError', 'server'), 'unavailable'],
    ['finds the credentials expired', aws('ExpiredTokenException'), 'unavailable'],
    ['does not answer', Object.assign(new Error('timed out'), { name: 'TimeoutError' }), 'unavailable'],
    ['cuts the connection', coded('ECONNRESET'), 'unavailable'],
    ['refuses the role', aws('AccessDeniedException'), undefined],
  ])(
    'gives the caller the error itself where DynamoDB %s: nothing passes for appended or empty',
    async (_, error, fault) => {
      dynamo.onAnyCommand().rejects(error);
      await expect(store.append(draft())).rejects.toBe(error);
      await expect(store.load(invoiceId)).rejects.toBe(error);
      await expect(store.tip(invoiceId)).rejects.toBe(error);
      expect(awsFault(error)).toBe(fault);
    },
  );

  it('gives no part of a stream whose later page could not be read', async () => {
    const LastEvaluatedKey = { invoiceId, version: 1 };
    dynamo
      .on(QueryCommand)
      .resolvesOnce({ Items: [{}], LastEvaluatedKey })
      .rejects(aws('ThrottlingException'));
    await expect(store.load(invoiceId)).rejects.toThrow('ThrottlingException');
  });

  /** Puts an item as the table would, and then loses the answer. */
  function cutAfterWriting() {
    const table = new Map<number, Record<string, unknown>>();
    dynamo.on(PutCommand).callsFake(({ Item }) => {
      const there = table.get(Item.version);
      if (there) {
        throw new ConditionalCheckFailedException({ message: '', $metadata: {}, Item: marshall(there) });
      }
      table.set(Item.version, Item);
      throw coded('ECONNRESET');
    });
    return table;
  }

  it('knows its own commit when the caller appends again after a cut answer', async () => {
    const table = cutAfterWriting();
    await expect(store.append(draft())).rejects.toMatchObject({ code: 'ECONNRESET' });
    const commit = await store.append(draft());
    expect(commit).toEqual(table.get(1));
    expect(table.size).toBe(1);
  });

  it("tells another's commit from its own after a cut answer, and gives it to the caller", async () => {
    const table = cutAfterWriting();
    await expect(store.append(draft({ commitId: 'other' }))).rejects.toMatchObject({ code: 'ECONNRESET' });
    const late = store.append(draft({ commitId: 'own' }));
    await expect(late).rejects.toThrow(ConcurrencyError);
    await expect(late).rejects.toMatchObject({ winner: table.get(1) });
  });
});

describe("the client's own retry", () => {
  it('after a cut answer finds the write done: the caller never hears of it', async () => {
    let item: WireRequest['Item'];
    const client = answeredDynamoDb(({ Item }) => {
      if (!item) {
        item = Item;
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      }
      return { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', Item: item };
    });
    const outcomes: unknown[] = [];
    const store = dynamoDbEventStore({ client, tableName, log: (_, { outcome }) => outcomes.push(outcome) });
    expect((await store.append(draft())).version).toBe(1);
    expect(outcomes).toEqual(['recognised-own-write']);
  });
});
