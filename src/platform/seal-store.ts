import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { asSeal, leavesText, readLeaves, type Seal, type SealedCommit } from '../audit/seal.ts';
import type { ArchiveChange, AuditedSeals, ListedSeal, SealStore } from '../audit/sealing.ts';
import { canonicalJson } from '../events/canonical-json.ts';
import type { S3 } from './s3.ts';

export interface SealStoreOptions {
  readonly dynamoDb: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly s3: Pick<S3, 'get' | 'putNew' | 'history'>;
  readonly bucket: string;
}

/**
 * Seals in two places that nobody may change: objects under Object Lock, which are what counts, and items that list them.
 *
 * ```
 * 2026-11-24/leaves-<root>.txt   a line a commit, in seal order
 * 2026-11-24/seal.json           the seal; its presence means that the day is sealed
 * SealsTable  day 2026-11-24     the same members
 * ```
 */
export function sealStore({ dynamoDb, tableName, s3, bucket }: SealStoreOptions): SealStore {
  const { archived, leaves } = archiveOf((key) => s3.get(bucket, key));
  return {
    list: (from) => listedSeals(dynamoDb, tableName, from),

    // The leaves first, under a name of their content's own: a crash leaves leaves that no seal names, never a seal without leaves.
    async put(seal, commits) {
      const kept = (await archived(seal.day)) ?? (await created(seal, commits));
      try {
        await dynamoDb.send(
          new PutCommand({
            TableName: tableName,
            Item: kept,
            ConditionExpression: 'attribute_not_exists(#day)',
            ExpressionAttributeNames: { '#day': 'day' },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
      return kept;
    },

    archived,
    leaves,
  };

  /** Asked for first, and conditional all the same: two runs at once must end with one seal. @returns the seal that is there now */
  async function created(seal: Seal, commits: readonly SealedCommit[]): Promise<Seal> {
    await s3.putNew(bucket, leavesKey(seal), leavesText(commits), 'text/plain');
    if (await s3.putNew(bucket, sealKey(seal.day), canonicalJson(seal), 'application/json')) return seal;
    const winner = await archived(seal.day);
    if (!winner) throw new Error(`The seal of ${seal.day} exists and cannot be read`);
    return winner;
  }
}

/** The same seals for an audit, which reads each object as it was first kept, and asks what was done to it since. */
export function auditedSeals({ dynamoDb, tableName, s3, bucket }: SealStoreOptions): AuditedSeals {
  return {
    list: (from) => listedSeals(dynamoDb, tableName, from),
    ...archiveOf(async (key) => {
      const { versionIds } = await s3.history(bucket, key);
      return s3.get(bucket, key, versionIds.at(-1));
    }),
    async changes(seal) {
      const keys = [sealKey(seal.day), leavesKey(seal)];
      const histories = await Promise.all(keys.map((key) => s3.history(bucket, key)));
      const changes: ArchiveChange[] = [];
      if (histories.some(({ versionIds }) => versionIds.length > 1)) changes.push('seal-overwritten');
      if (histories.some(({ deletions }) => deletions > 0)) changes.push('seal-deleted');
      return changes;
    },
  };
}

async function listedSeals(client: DynamoDBDocumentClient, TableName: string, from = ''): Promise<ListedSeal[]> {
  const listed: ListedSeal[] = [];
  const pages = paginateScan(
    { client },
    {
      TableName,
      ConsistentRead: true,
      ...(from && {
        FilterExpression: '#day >= :from',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':from': from },
      }),
    },
  );
  for await (const { Items = [] } of pages) {
    listed.push(...Items.map((item) => ({ day: String(item.day), seal: asSeal(item) })));
  }
  return listed.sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** @param read an object's bytes, `undefined` where there is none */
function archiveOf(read: (key: string) => Promise<Uint8Array | undefined>): Pick<SealStore, 'archived' | 'leaves'> {
  const textAt = async (key: string): Promise<string | undefined> => {
    const bytes = await read(key);
    return bytes && Buffer.from(bytes).toString('utf8');
  };
  return {
    async archived(day) {
      const text = await textAt(sealKey(day));
      try {
        const seal = text === undefined ? undefined : asSeal(JSON.parse(text));
        return seal?.day === day ? seal : undefined;
      } catch {
        return undefined;
      }
    },
    async leaves(seal) {
      const text = await textAt(leavesKey(seal));
      return text === undefined ? undefined : readLeaves(text);
    },
  };
}

const sealKey = (day: string) => `${day}/seal.json`;
const leavesKey = ({ day, root }: Pick<Seal, 'day' | 'root'>) => `${day}/leaves-${root}.txt`;
