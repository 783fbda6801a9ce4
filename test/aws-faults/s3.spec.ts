import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type ArchivedDay, type ArchivingDeps, archiveDueDays } from '../../src/audit/archiving.ts';
import { documentKey } from '../../src/events/document-key.ts';
import { invoiceIdFor } from '../../src/events/ids.ts';
import { documentDownloads } from '../../src/platform/documents/downloads.ts';
import { documentPacks } from '../../src/platform/documents/packs.ts';
import { dayPartOf, SHARDS } from '../../src/platform/documents/place.ts';
import { s3DocumentArchive } from '../../src/platform/documents/s3-archive.ts';
import { s3 } from '../../src/platform/s3.ts';
import { sealStore } from '../../src/platform/seal-store.ts';
import { companyCnpj } from '../invoices.ts';

const aws = mockClient(S3Client);
afterAll(() => aws.restore());
const bucket = new Map<string, Buffer>();

const refusal = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, message: name, $fault: 'client', $metadata: { httpStatusCode } });
const slowDown = refusal('SlowDown', 503);
const accessDenied = refusal('AccessDenied', 403);
const taken = refusal('PreconditionFailed', 412);
const noSuchKey = new NoSuchKey({ message: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });

/** Errors of the next writes, and what is given in place of an object by the next reads. */
const writeFaults: Error[] = [];
const readFaults: ((object: Buffer) => { Body: Readable })[] = [];

/** S3 as it works otherwise: it stores under the condition that a key is free, and gives what it has. */
beforeEach(() => {
  aws.reset();
  bucket.clear();
  writeFaults.length = 0;
  readFaults.length = 0;
  aws.on(PutObjectCommand).callsFake(({ Key, Body, IfNoneMatch }) => {
    const fault = writeFaults.shift() ?? (IfNoneMatch === '*' && bucket.has(Key) ? taken : undefined);
    if (fault) throw fault;
    bucket.set(Key, Buffer.from(Body));
    return {};
  });
  aws.on(GetObjectCommand).callsFake(({ Key }) => {
    const object = bucket.get(Key);
    if (!object) throw noSuchKey;
    return readFaults.shift()?.(object) ?? { Body: Readable.from([object]) };
  });
});

/** A body of which half arrives. */
const cut = (object: Buffer) => ({
  Body: Readable.from(
    (async function* () {
      yield object.subarray(0, object.length / 2);
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
  ),
});

const objects = s3(
  { region: 'sa-east-1', endpoint: undefined, forcePathStyle: false },
  {
    accessKeyId: 'local',
    secretAccessKey: 'local',
  },
);
const packs = documentPacks(objects, 'docs');
const archive = s3DocumentArchive(objects, 'docs');

const DAY = '2026-11-25';
const NIGHT_AFTER = new Date('2026-11-26T02:00:00Z');
const newDocument = () => {
  const content = `<DPS>${randomUUID()}</DPS>`;
  const key = documentKey(invoiceIdFor(companyCnpj, randomUUID()), 'dps', content, 'xml', `${DAY}T12:00:00.000Z`);
  return { key, content };
};
type Document = ReturnType<typeof newDocument>;
const partOf = ({ key }: Document) => dayPartOf(key) ?? { day: '', shard: '' };
const puts = () => aws.commandCalls(PutObjectCommand).length;

/** The archive of one day, with a table in memory. */
function archiving(documents: readonly Document[]) {
  const byPart = Map.groupBy(documents, (one) => partOf(one).shard);
  const failures: unknown[] = [];
  const remembered: ArchivedDay[] = [];
  const deps: ArchivingDeps = {
    async list({ day, shard }) {
      const listed = new Map((day === DAY ? (byPart.get(shard) ?? []) : []).map(({ key, content }) => [key, content]));
      return { keys: [...listed.keys()].sort(), read: async (key) => listed.get(key) };
    },
    packs,
    days: { from: async () => remembered.map(({ day }) => day), remember: async (day) => void remembered.push(day) },
    daysWithDocuments: async () => undefined,
    shards: SHARDS,
    daysInTable: 1,
    marginMinutes: 60,
    late: () => false,
    onFailure: (_part, error) => failures.push(error),
  };
  return { failures, remembered, run: () => archiveDueDays(deps, NIGHT_AFTER) };
}

describe('the archive of documents', () => {
  const documents = Array.from({ length: 20 }, newDocument);
  const archived = async () => {
    const keys: string[] = [];
    for (const part of new Map(documents.map((one) => [partOf(one).shard, partOf(one)])).values()) {
      for await (const pack of packs.of(part)) keys.push(...pack.map(({ key }) => key));
    }
    return keys.sort();
  };
  const all = documents.map(({ key }) => key).sort();

  it('has each document once when two runs meet at a key: the second finds it taken and looks again', async () => {
    const runs = [archiving(documents), archiving(documents)];
    const reports = await Promise.all(runs.map(({ run }) => run()));
    expect(reports.map(({ failed }) => failed)).toEqual([0, 0]);
    expect(reports.reduce((sum, report) => sum + report.documents, 0)).toBe(documents.length);
    expect(puts()).toBeGreaterThan(bucket.size);
    expect(await archived()).toEqual(all);
  });

  it('leaves a part that S3 throttles to the next run, and the day open until then', async () => {
    const { run, failures, remembered } = archiving(documents);
    writeFaults.push(slowDown, slowDown);
    expect(await run()).toMatchObject({ failed: 2, archived: [], unarchivedSeconds: 7200 });
    expect(failures).toEqual([slowDown, slowDown]);
    expect(remembered).toEqual([]);
    expect(await run()).toMatchObject({ failed: 0, archived: [DAY] });
    expect(await archived()).toEqual(all);
  });

  it.each([
    ['is denied', accessDenied],
    ['is throttled', slowDown],
  ])('writes no pack where it %s the look at those that are there', async (_fault, error) => {
    const { run } = archiving(documents);
    await run();
    const written = puts();
    aws.on(GetObjectCommand).rejects(error);
    const again = archiving(documents);
    expect(await again.run()).toMatchObject({ documents: 0, archived: [] });
    expect(new Set(again.failures)).toEqual(new Set([error]));
    expect(puts()).toBe(written);
  });
});

describe('a document in the archive', () => {
  const document = newDocument();
  const other = newDocument();
  const stored = () => packs.put(partOf(document), 1, [document]);

  it('is missing where S3 says that there is no such key, and only there', async () => {
    await stored();
    expect(await archive.get(other.key)).toBeUndefined();
    for (const error of [accessDenied, slowDown, refusal('NoSuchBucket', 404), refusal('ExpiredToken', 400)]) {
      aws.on(GetObjectCommand).rejects(error);
      await expect(archive.get(document.key)).rejects.toBe(error);
    }
  });

  it('is read again when its pack is cut', async () => {
    await stored();
    readFaults.push(cut);
    expect(await archive.get(document.key)).toBe(document.content);
  });

  it('is neither missing nor damaged when its pack is cut each time: the reader is told that it did not arrive', async () => {
    await stored();
    readFaults.push(cut, cut, cut);
    await expect(archive.get(document.key)).rejects.toMatchObject({ name: 'ObjectCut', cause: { code: 'ECONNRESET' } });
  });
});

describe('a download', () => {
  const download = () =>
    documentDownloads(objects, 'docs', 300)({ key: 'inv_1/dps-1.xml', content: '<DPS/>' }, 'dps.xml', NIGHT_AFTER);

  it('gives a link to the copy that somebody put there before', async () => {
    await download();
    expect((await download()).url).toContain('/downloads/2026-11-26/inv_1/dps-1.xml?');
    expect([puts(), bucket.size]).toEqual([2, 1]);
  });

  it('gives no link to a copy that S3 did not take', async () => {
    writeFaults.push(slowDown);
    await expect(download()).rejects.toBe(slowDown);
  });
});

describe('the seal of a day', () => {
  const seals = sealStore({ dynamoDb: {} as never, tableName: '', s3: objects, bucket: 'seals' });

  it('is absent where S3 says that there is no such key, and only there: a day is never sealed a second time', async () => {
    expect(await seals.archived(DAY)).toBeUndefined();
    for (const error of [accessDenied, slowDown]) {
      aws.on(GetObjectCommand).rejects(error);
      await expect(seals.put({ day: DAY } as never, [])).rejects.toBe(error);
    }
    expect(puts()).toBe(0);
  });
});
