import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Commit } from './commit.ts';
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

/** Read side by side; each has a page in memory. */
const SEGMENTS = 8;

const isTime = (at: unknown): at is string => typeof at === 'string' && !Number.isNaN(Date.parse(at));

/**
 * Commits by their time, found by reading the whole table: it has no index by time, which would cost every commit a second write. Not
 * strongly consistent, at half the price: whoever asks for past days asks long after their last write.
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
        TotalSegments: SEGMENTS,
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
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => segment);
  return {
    /** Day of the oldest commit, `YYYY-MM-DD` in UTC. */
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
    /** All commits of these days, both included, in any order. */
    async *between(from: string, to: string): AsyncIterable<DatedCommit> {
      const collected = await Promise.all(
        segments.map((segment) =>
          Array.fromAsync(scan(segment, ['invoiceId', 'version', 'hash', 'at'], [from, `${to}T~`])),
        ),
      );
      yield* collected.flat().filter(isSealable);
    },
  };
}
