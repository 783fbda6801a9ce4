import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, it } from 'vitest';
import {
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
import type { Commit } from '../src/events/commit.ts';
import { dynamoDbCommitsByTime } from '../src/events/dynamodb-commits-by-time.ts';
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
