import { DeleteTableCommand, DescribeTableCommand, waitUntilTableNotExists } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import { createTable, createTables } from '../local/engines/tables.ts';
import { checkSeals } from '../src/audit/check-seals.ts';
import {
  dayAfter,
  dayBefore,
  dayOf,
  holds,
  prover,
  proves,
  type Seal,
  type SealedCommit,
  sealBreaks,
} from '../src/audit/seal.ts';
import { sealDueDays } from '../src/audit/sealing.ts';
import { newJournal, verifyLedger } from '../src/audit/verify-ledger.ts';
import type { Commit } from '../src/events/commit.ts';
import { dynamoDbCommitsByTime } from '../src/events/dynamodb-commits-by-time.ts';
import { dynamoDbEventScan } from '../src/events/dynamodb-event-scan.ts';
import { TABLES } from '../src/platform/table-definitions.ts';
import { dynamoDbWitnesses } from '../src/projections/witnesses.ts';
import { emitted, issued } from './invoices.ts';
import { ownLedger } from './stack/own-ledger.ts';
import { ownSeals } from './stack/own-seals.ts';

const ledger = await ownLedger();
const { bucket, bucketClient, store } = await ownSeals(ledger);
Object.assign(process.env, ledger.environment, { SEALS_BUCKET: bucket });
const { handler: seal } = await import('../src/handlers/seal.ts');

const listed = async () => (await store.list()).flatMap(({ seal: one }) => one ?? []);
const today = dayOf({ at: new Date().toISOString() });
const yesterday = dayBefore(today);
const before = dayBefore(yesterday);
const on = (day: string) => ({ at: `${day}T12:00:00.000Z` });

afterAll(() => ledger.client.destroy());

describe('the daily seal', () => {
  it('seals each day that is over, in the bucket and in the list, and proves every commit of it', async () => {
    const first = await ledger.tell([emitted, issued], on(before));
    const second = await ledger.tell([emitted], on(yesterday));
    await ledger.tell([emitted], on(today));
    // Just after midnight yesterday may have to wait for its margin; the day before never does.
    const { sealed, differing } = await seal();
    expect(differing).toEqual([]);
    expect(sealed).toContain(before);
    const seals = await listed();
    expect(sealBreaks(seals)).toEqual([]);
    expect(await store.archived(before)).toEqual(seals[0]);
    for (const [day, { commits }] of [
      [before, first],
      [yesterday, second],
    ] as const) {
      const one = seals.find((kept) => kept.day === day);
      if (!one) continue;
      const leaves = (await store.leaves(one)) ?? [];
      expect(leaves).toHaveLength(commits.length);
      expect(holds(one, leaves)).toBe(true);
      for (const commit of commits) {
        const proof = prover(day, leaves)(commit);
        expect(proof && proves(proof, one)).toBe(true);
      }
    }
  });

  it('does nothing when it runs again, nor when two run at once', async () => {
    const seals = await listed();
    expect(await Promise.all([seal(), seal()])).toEqual([
      { sealed: [], differing: [] },
      { sealed: [], differing: [] },
    ]);
    expect(await listed()).toEqual(seals);
  });

  it('makes the same seal again where the list lost it, and never another in its place', async () => {
    const seals = await listed();
    const last = seals.at(-1) as Seal;
    const remove = () =>
      ledger.client.send(new DeleteCommand({ TableName: ledger.tables.seals, Key: { day: last.day } }));
    await remove();
    expect((await seal()).sealed).toEqual([last.day]);
    expect(await listed()).toEqual(seals);

    await remove();
    await ledger.tell([emitted], on(last.day));
    expect(await seal()).toEqual({ sealed: [], differing: [last.day] });
    expect(await listed()).toEqual(seals);
    expect(await store.archived(last.day)).toEqual(last);
  });

  it('keeps the seal that is there when another is put', async () => {
    const [first] = await listed();
    const other = { ...(first as Seal), root: 'another' };
    expect(await store.put(other, [] as SealedCommit[])).toEqual(first);
    const { Contents = [] } = await bucketClient.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${before}/seal` }),
    );
    expect(Contents).toHaveLength(1);
    await ledger.client.send(new PutCommand({ TableName: ledger.tables.seals, Item: { ...first, hash: 'edited' } }));
    expect(await store.archived(before)).toEqual(first);
  });

  it('leaves out what is in the table and is no commit, so that the list of the day stays one', async () => {
    const own = await ownLedger();
    const seals = await ownSeals(own);
    const { commits } = await own.tell([emitted], on(before));
    const [first] = commits as [Commit];
    const put = (item: object) => own.client.send(new PutCommand({ TableName: own.tables.events, Item: item }));
    await put({ ...first, version: 1.5 });
    await put({ ...first, version: 3, hash: 'two words' });
    await put({ ...first, invoiceId: 'a b', version: 1 });
    await put({ invoiceId: first.invoiceId, version: 9, at: 'some day' });
    const byTime = dynamoDbCommitsByTime(own.client, own.tables.events);
    const { sealed } = await sealDueDays({ seals: seals.store, commits: byTime, marginMinutes: 60 }, new Date());
    expect(sealed[0]).toMatchObject({ day: before, commits: 1 });
    expect(await seals.store.leaves(sealed[0] as Seal)).toEqual([
      { invoiceId: first.invoiceId, version: 1, hash: first.hash },
    ]);
    own.client.destroy();
  });
});

describe('the index by day', async () => {
  const own = await ownLedger();
  const seals = await ownSeals(own);
  afterAll(() => own.client.destroy());
  const [first, second, third, fourth] = ['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05'] as const;
  const inTheNightAfter = (day: string) => new Date(`${dayAfter(day)}T01:10:00.000Z`);
  const byTime = dynamoDbCommitsByTime(own.client, own.tables.events);
  const sealAfter = (day: string) =>
    sealDueDays({ seals: seals.store, commits: byTime, marginMinutes: 60 }, inTheNightAfter(day));

  /** As a version wrote it that did not know of the index. */
  async function putUnindexed(commit: Commit): Promise<void> {
    await own.client.send(new PutCommand({ TableName: own.tables.events, Item: commit }));
  }

  it('is made for a table that has none, and has nothing of what was written before', async () => {
    const { client, tables } = own;
    const table = { TableName: tables.events };
    await client.send(new DeleteTableCommand(table));
    await waitUntilTableNotExists({ client, maxWaitTime: 20, minDelay: 1 }, table);
    const { indexes: _, ...unindexed } = TABLES.events;
    await createTable(client, tables.events, unindexed);
    for (const day of [first, second]) {
      const { commits } = await own.tell([emitted, issued], on(day));
      for (const commit of commits) await putUnindexed(commit);
    }
    await createTables(client, tables);
    const { Table } = await client.send(new DescribeTableCommand(table));
    const indexes = Table?.GlobalSecondaryIndexes?.map(({ IndexName, IndexStatus }) => [IndexName, IndexStatus]);
    expect(indexes).toEqual([['byDay', 'ACTIVE']]);
    expect(await Array.fromAsync(byTime.indexed(first))).toEqual([]);
  });

  it('is not asked for days that it does not have all of: the day of an upgrade is sealed whole', async () => {
    await own.tell([emitted, issued], on(second));
    expect(await sealAfter(second)).toMatchObject({
      sealed: [
        { day: first, commits: 2 },
        { day: second, commits: 4 },
      ],
      differing: [],
      readWholeStore: true,
    });
    await own.tell([emitted, issued], on(third));
    expect(await sealAfter(third)).toMatchObject({
      sealed: [{ day: third, commits: 2 }],
      differing: [],
      readWholeStore: true,
    });
  });

  it('gives a day from the second night on, whatever else there is, and the whole ledger verifies', async () => {
    await own.tell([emitted, issued], on(fourth));
    expect(await sealAfter(fourth)).toMatchObject({
      sealed: [{ day: fourth, commits: 2 }],
      differing: [],
      readWholeStore: false,
    });
    const { knowledge, problems } = await checkSeals(seals.audited, { to: fourth });
    expect(problems).toEqual([]);
    expect(knowledge.days.size).toBe(4);
    const sealed = [...knowledge.leaves.values()].flat();
    expect(sealed.map(({ day }) => day).sort()).toEqual(
      [first, second, third, fourth].flatMap((day) => (day === second ? Array(4).fill(day) : Array(2).fill(day))),
    );
  });

  it('is what is read of a day, not the table', async () => {
    const reads: string[] = [];
    own.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          const { TableName, IndexName } = args.input as { TableName?: string; IndexName?: string };
          if (TableName === own.tables.events) reads.push(`${commandName} ${IndexName}`);
          return next(args);
        },
      { step: 'initialize' },
    );
    expect(await sealAfter(dayAfter(fourth))).toMatchObject({ sealed: [{ commits: 0 }], differing: [] });
    expect(new Set(reads)).toEqual(new Set(['QueryCommand byDay']));
  });

  it.each([
    ['loses its place in the index', { dayShard: undefined }],
    ['is put into the partition of another day', { dayShard: '2026-11-01/A' }],
    ['gets the time of another day', { at: '2026-11-01T12:00:00.000Z', dayShard: '2026-11-01/A' }],
  ])('a commit that %s before its day is sealed is found by the verification', async (_, edit) => {
    const other = await ownLedger();
    const kept = await ownSeals(other);
    const commits = dynamoDbCommitsByTime(other.client, other.tables.events);
    const sealing = { seals: kept.store, commits, marginMinutes: 60 };
    await other.tell([emitted, issued], on(first));
    await sealDueDays(sealing, inTheNightAfter(first));
    const { invoiceId, commits: written } = await other.tell([emitted, issued], on(second));
    const [commit] = written as [Commit];
    const put = (item: object) => other.client.send(new PutCommand({ TableName: other.tables.events, Item: item }));
    await put({ ...commit, ...edit });
    expect(await sealDueDays(sealing, inTheNightAfter(second))).toMatchObject({
      sealed: [{ day: second, commits: 1 }],
      readWholeStore: false,
    });
    await put(commit);
    const { knowledge } = await checkSeals(kept.audited, { to: second });
    const found: unknown[] = [];
    await verifyLedger(
      {
        scan: dynamoDbEventScan({ client: other.client, tableName: other.tables.events, events: other.events }),
        events: other.events,
        witnesses: dynamoDbWitnesses(other.client, other.tables.invoices),
        projectedBefore: '',
        seals: knowledge,
        onFindings: (id, findings) => void found.push([id, findings]),
        onProgress: () => {},
      },
      { journal: newJournal(1) },
    );
    expect(found).toEqual([[invoiceId, [{ kind: 'not-in-seal', version: 1, day: second }]]]);
    other.client.destroy();
  });
});
