import { type AttributeValue, type DynamoDBClient, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { type DocumentItem, itemIn, partition } from './items.ts';
import { type DayPart, dayPartOf } from './place.ts';

/** What `DocumentsTable` has of a time, for whoever does not know its keys. */
export interface DocumentListing {
  /** All of a part of a day, by key. */
  of(part: DayPart): AsyncIterable<DocumentItem>;
  /** The days that it has documents of; `undefined` where that is too much to look through. */
  days(): Promise<ReadonlySet<string> | undefined>;
}

/** A page is a megabyte. */
const MOST_PAGES = 8;

export function documentListing(client: DynamoDBClient, TableName: string): DocumentListing {
  return {
    async *of(part) {
      let start: Record<string, AttributeValue> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'dayPart = :part',
            ExpressionAttributeValues: { ':part': { S: partition(part) } },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        yield* Items.map(itemIn);
        start = LastEvaluatedKey;
      } while (start);
    },

    async days() {
      const days = new Set<string>();
      let start: Record<string, AttributeValue> | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new ScanCommand({
            TableName,
            ConsistentRead: true,
            ProjectionExpression: 'document',
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        for (const { document } of Items) {
          const day = dayPartOf(document?.S ?? '')?.day;
          if (day !== undefined) days.add(day);
        }
        if (!LastEvaluatedKey) return days;
        start = LastEvaluatedKey;
      }
      return undefined;
    },
  };
}
