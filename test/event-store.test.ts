import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Commit, CommitTooLarge, type Draft, START, tipAfter } from '../src/events/commit.ts';
import { dynamoDbEventStore } from '../src/events/dynamodb-event-store.ts';
import { ConcurrencyError, type EventStore, read } from '../src/events/event-store.ts';
import { event } from '../src/events/event-types.ts';
import { verifyChain } from '../src/events/hash-chain.ts';
import { type InvoiceId, invoiceIdFor } from '../src/events/ids.ts';
import { memoryEventStore } from '../src/events/memory-event-store.ts';
import { tcpProxy } from './faults/tcp-proxy.ts';
import { companyCnpj, deferred, draft, emitted, issued } from './invoices.ts';
import { credentials } from './stack/api.ts';
import { dynamoDb, ownTables } from './stack/own-tables.ts';

const client = dynamoDb();
const { events: tableName } = await ownTables(client);
const proxy = await tcpProxy(credentials().endpoints.dynamodb);
afterAll(() => proxy.stop());

const newStream = (): InvoiceId => invoiceIdFor(companyCnpj, randomUUID());
const newDraft = (changes: Partial<Draft> = {}): Draft =>
  draft({ invoiceId: newStream(), commitId: randomUUID(), ...changes });

describe.each<[string, () => EventStore]>([
  ['in memory', memoryEventStore],
  ['on DynamoDB', () => dynamoDbEventStore({ client, tableName })],
])('the event store %s', (_title, create) => {
  const store = create();

  it('gives back what was appended, in order, chained', async () => {
    const first = await store.append(newDraft());
    const { invoiceId } = first;
    const second = await store.append(newDraft({ invoiceId, tip: tipAfter(first), events: [deferred, issued] }));
    expect(second).toMatchObject({ version: 2, next: 4, prevHash: first.hash });
    const commits = await store.load(invoiceId);
    expect(commits).toEqual([first, second]);
    expect(verifyChain(commits, tipAfter(second))).toMatchObject({ intact: true });
    expect(await store.tip(invoiceId)).toEqual(tipAfter(second));
    expect(await store.load(invoiceId, 2)).toEqual([second]);
    expect(read(invoiceId, commits).invoice).toMatchObject({ status: 'ISSUED' });
  });

  it('knows nothing of a stream that never began', async () => {
    const invoiceId = newStream();
    expect(await store.load(invoiceId)).toEqual([]);
    expect(await store.tip(invoiceId)).toEqual(START);
  });

  it('gives a version to the first writer, and shows the second who won', async () => {
    const winner = await store.append(newDraft());
    const late = store.append(newDraft({ invoiceId: winner.invoiceId }));
    await expect(late).rejects.toThrow(ConcurrencyError);
    await expect(late).rejects.toMatchObject({ version: 1, winner });
    expect(await store.load(winner.invoiceId)).toEqual([winner]);
  });

  it('recognises its own commit, however often it is appended', async () => {
    const once = newDraft();
    const first = await store.append(once);
    expect(await store.append(once)).toEqual(first);
    expect(await store.load(once.invoiceId)).toEqual([first]);
  });

  it('refuses an item above 300 KB before it is sent', async () => {
    const huge = event('Emitted', {
      ...emitted.data,
      service: { ...emitted.data.service, description: 'ã'.repeat(160_000) },
    });
    const tooLarge = newDraft({ events: [huge] });
    await expect(store.append(tooLarge)).rejects.toThrow(CommitTooLarge);
    expect(await store.load(tooLarge.invoiceId)).toEqual([]);
  });

  it('refuses an event that it could not read back', async () => {
    const unreadable = newDraft({ events: [{ type: 'Issued', data: {} } as never] });
    await expect(store.append(unreadable)).rejects.toThrow();
    expect(await store.load(unreadable.invoiceId)).toEqual([]);
  });

  it('with many writers on one stream: exactly one wins each version, none is lost, the chain holds', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 5 }), async (writers, each) => {
        const first = await store.append(newDraft());
        const { invoiceId } = first;
        const written = await Promise.all(
          Array.from({ length: writers }, () => writeInTurn(store, invoiceId, first, each)),
        );
        const commits = await store.load(invoiceId);
        const all = [first, ...written.flat()].map(({ commitId }) => commitId);
        expect(commits.map(({ version }) => version)).toEqual(all.map((_, index) => index + 1));
        expect(commits.map(({ commitId }) => commitId).sort()).toEqual(all.sort());
        expect(verifyChain(commits, await store.tip(invoiceId))).toMatchObject({ intact: true });
      }),
      { numRuns: 12 },
    ));
});

/** A writer that appends so many commits, going on from whoever came first; every conflict is decided without a read. */
async function writeInTurn(store: EventStore, invoiceId: InvoiceId, after: Commit, count: number): Promise<Commit[]> {
  const written: Commit[] = [];
  let tip = tipAfter(after);
  while (written.length < count) {
    try {
      const commit = await store.append(newDraft({ invoiceId, tip, events: [deferred] }));
      written.push(commit);
      tip = tipAfter(commit);
    } catch (error) {
      if (!(error instanceof ConcurrencyError)) throw error;
      tip = tipAfter(error.winner);
    }
  }
  return written;
}

describe('the event store on DynamoDB, when the answer is cut after the write', () => {
  const operations: { outcome: unknown }[] = [];
  const store = dynamoDbEventStore({
    client: dynamoDb(proxy.url),
    tableName,
    log: (_operation, facts) => operations.push({ outcome: facts.outcome }),
  });

  it('knows its own write by the retry of the client', async () => {
    const once = newDraft();
    await store.append(newDraft()); // the connection stands
    proxy.cutAnswers(1);
    const commit = await store.append(once);
    expect(proxy.cut).toBe(1);
    expect(operations.at(-1)).toEqual({ outcome: 'recognised-own-write' });
    expect(await store.load(once.invoiceId)).toEqual([commit]);
  });

  it('knows its own write when the caller appends the same draft again', async () => {
    const once = newDraft();
    proxy.cutAnswers(100); // more than the client retries
    await expect(store.append(once)).rejects.toThrow();
    proxy.cutAnswers(0);
    const commit = await store.append(once);
    expect(operations.at(-1)).toEqual({ outcome: 'recognised-own-write' });
    expect(await store.load(once.invoiceId)).toEqual([commit]);
  });

  it("still tells another's commit from its own", async () => {
    const once = newDraft();
    const other = await dynamoDbEventStore({ client, tableName }).append(newDraft({ invoiceId: once.invoiceId }));
    proxy.cutAnswers(1);
    await expect(store.append(once)).rejects.toMatchObject({ name: 'ConcurrencyError', winner: other });
  });
});
