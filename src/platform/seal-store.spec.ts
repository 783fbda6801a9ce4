import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectVersionsCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkSeals } from '../audit/check-seals.ts';
import { leavesText, type Seal, type SealedCommit, sealOf } from '../audit/seal.ts';
import { documentClient } from '../aws/document-client.ts';
import { canonicalJson } from '../events/canonical-json.ts';
import type { InvoiceId } from '../events/ids.ts';
import { s3 } from './s3.ts';
import { auditedSeals, sealStore } from './seal-store.ts';

/** Versions of an object as S3 lists them: the newest first. `null` stands for a deletion. */
type Versions = readonly (string | null)[];

const DAY = '2026-11-24';
const commit = (hash: string): SealedCommit => ({ invoiceId: 'inv_1' as InvoiceId, version: 1, hash });
const leaves = [commit('A'.repeat(43))];
const forgedLeaves = [commit('B'.repeat(43))];
const seal = sealOf(DAY, leaves, undefined);
const forged = sealOf(DAY, forgedLeaves, undefined);
const sealKey = `${DAY}/seal.json`;
const leavesKey = ({ root }: Seal) => `${DAY}/leaves-${root}.txt`;

const bucket = mockClient(S3Client);
const table = mockClient(DynamoDBDocumentClient);
afterAll(() => {
  bucket.restore();
  table.restore();
});
const options = {
  dynamoDb: documentClient(new DynamoDBClient({ region: 'sa-east-1' })),
  tableName: 'SealsTable',
  s3: s3({ region: 'sa-east-1', endpoint: undefined, forcePathStyle: false }),
  bucket: 'seals',
};
const audited = auditedSeals(options);

/** A bucket that keeps every version, and whose pages have two entries. */
function keeps(objects: Readonly<Record<string, Versions>>): void {
  bucket.on(ListObjectVersionsCommand).callsFake(({ Prefix, VersionIdMarker }) => {
    const all = Object.entries(objects)
      .filter(([Key]) => Key.startsWith(Prefix))
      .flatMap(([Key, versions]) =>
        versions.map((content, n) => ({ Key, VersionId: `v${versions.length - n}`, content })),
      );
    const from = VersionIdMarker === undefined ? 0 : Number(VersionIdMarker);
    const page = all.slice(from, from + 2);
    const more = all[from + 2];
    return {
      Versions: page.filter(({ content }) => content !== null),
      DeleteMarkers: page.filter(({ content }) => content === null),
      ...(more && { NextKeyMarker: more.Key, NextVersionIdMarker: String(from + 2) }),
    };
  });
  bucket.on(GetObjectCommand).callsFake(({ Key, VersionId }) => {
    const versions = objects[Key] ?? [];
    const content = VersionId === undefined ? versions[0] : versions[versions.length - Number(VersionId.slice(1))];
    if (typeof content !== 'string') throw new NoSuchKey({ message: Key, $metadata: { httpStatusCode: 404 } });
    return { Body: Readable.from([Buffer.from(content)]) as never };
  });
}

beforeEach(() => {
  bucket.reset();
  table.reset();
  table.on(ScanCommand).resolves({ Items: [{ ...seal }] });
});

const text = canonicalJson(seal);
const CASES: readonly [string, Readonly<Record<string, Versions>>, readonly string[]][] = [
  ['that nobody touched', { [sealKey]: [text], [leavesKey(seal)]: [leavesText(leaves)] }, []],
  [
    'that was written over',
    {
      [sealKey]: [canonicalJson(forged), text],
      [leavesKey(seal)]: [leavesText(leaves)],
      [leavesKey(forged)]: [leavesText(forgedLeaves)],
    },
    ['seal-overwritten'],
  ],
  [
    'that was written over many times',
    { [sealKey]: ['', '', canonicalJson(forged), text], [leavesKey(seal)]: [leavesText(leaves)] },
    ['seal-overwritten'],
  ],
  ['that was deleted', { [sealKey]: [null, text], [leavesKey(seal)]: [leavesText(leaves)] }, ['seal-deleted']],
  [
    'that was deleted, made again and deleted',
    { [sealKey]: [null, canonicalJson(forged), null, text], [leavesKey(seal)]: [leavesText(leaves)] },
    ['seal-overwritten', 'seal-deleted'],
  ],
  [
    'whose leaves were written over',
    { [sealKey]: [text], [leavesKey(seal)]: [leavesText(forgedLeaves), leavesText(leaves)] },
    ['seal-overwritten'],
  ],
  ['whose leaves were deleted', { [sealKey]: [text], [leavesKey(seal)]: [null, leavesText(leaves)] }, ['seal-deleted']],
];

describe('an audit of a bucket with versions', () => {
  it.each(CASES)('reads a seal %s as it was first kept, and tells what was done to it', async (_, objects, changes) => {
    keeps(objects);
    expect(await audited.archived(DAY)).toEqual(seal);
    expect(await audited.leaves(seal)).toEqual(leaves);
    expect(await audited.changes(seal)).toEqual(changes);
    const { problems, knowledge } = await checkSeals(audited, { to: DAY });
    expect(problems).toEqual(changes.map((reason) => ({ day: DAY, reason })));
    expect(knowledge.leaves.get('inv_1' as InvoiceId)).toEqual([{ day: DAY, version: 1, hash: 'A'.repeat(43) }]);
  });

  it('takes no other object for a version, whose key only begins alike', async () => {
    keeps({ [sealKey]: [text], [`${sealKey}.bak`]: ['x', 'y', null], [leavesKey(seal)]: [leavesText(leaves)] });
    expect(await audited.archived(DAY)).toEqual(seal);
    expect(await audited.changes(seal)).toEqual([]);
  });

  it('finds no seal where there never was one', async () => {
    keeps({});
    expect(await audited.archived(DAY)).toBeUndefined();
    expect(await audited.leaves(seal)).toBeUndefined();
  });
});

describe('the store that seals are kept in', () => {
  it('reads what is there now, with the rights of a function: it lists no versions', async () => {
    keeps({ [sealKey]: [text], [leavesKey(seal)]: [leavesText(leaves)] });
    const store = sealStore(options);
    expect(await store.archived(DAY)).toEqual(seal);
    expect(await store.leaves(seal)).toEqual(leaves);
    expect(bucket.commandCalls(ListObjectVersionsCommand)).toEqual([]);
  });
});
