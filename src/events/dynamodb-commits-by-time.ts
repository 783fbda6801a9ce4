import { type DynamoDBDocumentClient, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Commit } from './commit.ts';
import { dayShardsOf } from './day-shard.ts';
import { parseInvoiceId } from './ids.ts';

type DatedCommit = Pick<Commit, 'invoiceId' | 'version' | 'hash' | 'at'>;

/**
 * Whether a list of leaves has a place for it. An item that was put into the table by hand may be anything: sealed, it would spoil the list
 * for all commits of its day; left out, it is found as one that is in no seal.
 */
function isSealable({ invoiceId, version, hash }: DatedCommit): boolean {
  return (
    parseInvoiceId(invoiceId) !== undefined &&
    Number.isSafeInteger(version) &&
    typeof hash === 'string' &&
    /^[\w-]{43}$/.test(hash)
  );
}

/** Segments of a scan, or partitions of the index, that are read side by side. Each has a page in memory. */
const MAX_CONCURRENT_READS = 8;

const isTime = (at: unknown): at is string => typeof at === 'string' && !Number.isNaN(Date.parse(at));

/**
 * Commits by their time: those of a day from the index `byDay`, whatever else the table holds, and those of any days by reading the whole
 * table. Neither is strongly consistent: both are read long after the last write of their days.
 */
export function dynamoDbCommitsByTime(client: DynamoDBDocumentClient, tableName: string) {
  async function* scan(
    segment: number,
    names: readonly string[],
    between?: readonly [string, string],
  ): AsyncIterable<DatedCommit> {
    const pages = paginateScan(
      { client },
      {
        TableName: tableName,
        Segment: segment,
        TotalSegments: MAX_CONCURRENT_READS,
        ProjectionExpression: names.map((name) => `#${name}`).join(', '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ...(between && {
          FilterExpression: '#at BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':from': between[0], ':to': between[1] },
        }),
      },
    );
    for await (const { Items = [] } of pages) yield* Items as DatedCommit[];
  }

  async function* partition(dayShard: string): AsyncIterable<DatedCommit> {
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        IndexName: 'byDay',
        KeyConditionExpression: 'dayShard = :dayShard',
        ExpressionAttributeValues: { ':dayShard': dayShard },
      },
    );
    for await (const { Items = [] } of pages) yield* Items as DatedCommit[];
  }

  const segments = Array.from({ length: MAX_CONCURRENT_READS }, (_, segment) => segment);
  return {
    /** Day of the oldest commit, `YYYY-MM-DD` in UTC. Reads the whole table. */
    async firstDay(): Promise<string | undefined> {
      const oldest = await Promise.all(
        segments.map(async (segment) => {
          let first: string | undefined;
          for await (const { at } of scan(segment, ['at'])) {
            if (isTime(at) && (first === undefined || at < first)) first = at;
          }
          return first;
        }),
      );
      return oldest
        .filter((at) => at !== undefined)
        .sort()[0]
        ?.slice(0, 10);
    },
    /** All commits of these days, both included, in any order. Reads the whole table. */
    async *between(from: string, to: string): AsyncIterable<DatedCommit> {
      const collected = await Promise.all(
        segments.map((segment) =>
          Array.fromAsync(scan(segment, ['invoiceId', 'version', 'hash', 'at'], [from, `${to}T~`])),
        ),
      );
      yield* collected.flat().filter(isSealable);
    },
    /** The commits that the index has of a day, in any order. What was written without a `dayShard` is not among them. */
    async *indexed(day: string): AsyncIterable<DatedCommit> {
      const waiting = [...dayShardsOf(day)];
      const collected: DatedCommit[] = [];
      const read = async () => {
        for (let dayShard = waiting.pop(); dayShard; dayShard = waiting.pop()) {
          for await (const commit of partition(dayShard)) collected.push(commit);
        }
      };
      await Promise.all(Array.from({ length: MAX_CONCURRENT_READS }, read));
      // Whoever edits an item can put it into the partition of another day than its time's.
      yield* collected.filter((commit) => isSealable(commit) && commit.at.startsWith(day));
    },
  };
}
