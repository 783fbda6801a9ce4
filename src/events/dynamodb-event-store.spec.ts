import { describe, expect, it } from 'vitest';
import { answeredDynamoDb, type WireRequest } from '../../test/faults/answered-dynamodb.ts';
import { cancelled, cancelRequested, deferred, draft, emitted, invoiceId, issued } from '../../test/invoices.ts';
import { START, tipAfter } from './commit.ts';
import { dynamoDbEventStore } from './dynamodb-event-store.ts';
import { verifyChain } from './hash-chain.ts';
import storedBeforeRoutes from './stored-stream.fixtures.json' with { type: 'json' };
import storedStream from './stored-stream-with-route.fixtures.json' with { type: 'json' };

const tableName = 'EventsTable';

/**
 * The stream of the fixtures: as the service wrote it when each adapter still made its attribute values, with `Emitted` of version 2, and
 * as it has written it since `Emitted` tells the route. Items are never edited.
 */
const EVENTS = [[emitted], [deferred], [issued], [cancelRequested, cancelled]];

describe('a stream that was stored before', () => {
  it.each([
    ['before routes were recorded', storedBeforeRoutes],
    ['since', storedStream],
  ])('has the canonical form that was hashed then (%s): its chain holds', async (_, Items) => {
    const store = dynamoDbEventStore({ client: answeredDynamoDb(() => ({ Items })), tableName });
    const commits = await store.load(invoiceId);
    expect(verifyChain(commits)).toEqual({ intact: true, commits: 4, head: Items[3]?.hash.S });
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
    // `dayShard` came later: it is the key of an index, and no part of a commit.
    expect(stored.map(({ Item: { dayShard: _, ...commit } = {} }) => commit)).toEqual(storedStream);
  });
});
