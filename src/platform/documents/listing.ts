import { type DynamoDBDocumentClient, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb';
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
const MAX_PAGES = 8;

export function documentListing(client: DynamoDBDocumentClient, TableName: string): DocumentListing {
  return {
    async *of(part) {
      const query = {
        TableName,
        KeyConditionExpression: 'dayPart = :part',
        ExpressionAttributeValues: { ':part': partition(part) },
      };
      for await (const { Items = [] } of paginateQuery({ client }, query)) yield* Items.map(itemIn);
    },

    async days() {
      const days = new Set<string>();
      const scan = { TableName, ConsistentRead: true, ProjectionExpression: 'document' };
      let pages = 0;
      for await (const { Items = [], LastEvaluatedKey } of paginateScan({ client }, scan)) {
        for (const { document } of Items) {
          const day = dayPartOf(document)?.day;
          if (day !== undefined) days.add(day);
        }
        if (LastEvaluatedKey && ++pages === MAX_PAGES) return undefined;
      }
      return days;
    },
  };
}
