import { type AttributeValue, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Commit } from './commit.ts';

type DatedCommit = Pick<Commit, 'invoiceId' | 'version' | 'hash' | 'at'>;

/** Read side by side; each has a page in memory. */
const SEGMENTS = 8;

/**
 * Commits by their time, found by reading the whole table: it has no index by time, which would cost every commit a second write. Not
 * strongly consistent, at half the price: whoever asks for past days asks long after their last write.
 */
export function dynamoDbCommitsByTime(client: DynamoDBClient, tableName: string) {
  async function* scan(
    segment: number,
    names: readonly string[],
    between?: readonly [string, string],
  ): AsyncIterable<DatedCommit> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new ScanCommand({
          TableName: tableName,
          Segment: segment,
          TotalSegments: SEGMENTS,
          ProjectionExpression: names.map((name) => `#${name}`).join(', '),
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ...(between && {
            FilterExpression: '#at BETWEEN :from AND :to',
            ExpressionAttributeValues: { ':from': { S: between[0] }, ':to': { S: between[1] } },
          }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of Items) yield unmarshall(item) as DatedCommit;
      start = LastEvaluatedKey;
    } while (start);
  }
  const segments = Array.from({ length: SEGMENTS }, (_, segment) => segment);
  return {
    /** Day of the oldest commit, `YYYY-MM-DD` in UTC. */
    async firstDay(): Promise<string | undefined> {
      const oldest = await Promise.all(
        segments.map(async (segment) => {
          let first: string | undefined;
          for await (const { at } of scan(segment, ['at'])) if (first === undefined || at < first) first = at;
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
      yield* collected.flat();
    },
  };
}
