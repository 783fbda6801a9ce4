import { type AttributeValue, type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { ArchivedDays } from '../../audit/archiving.ts';

/** A partition of `DocumentsTable` that no document is in. */
const ARCHIVED = 'archived';

/**
 * The days of which the archive has everything. They stay: an item a day.
 *
 * ```
 * dayPart    archived
 * document   2026-11-26
 * documents  how many, in all packs of the day
 * packs      how many
 * at         when it was found to be whole
 * ```
 */
export function archivedDays(client: DynamoDBClient, TableName: string): ArchivedDays {
  return {
    /** A page is thousands of days: whoever asks wants the last ones. */
    async from(day) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'dayPart = :archived AND document >= :day',
          ExpressionAttributeValues: { ':archived': { S: ARCHIVED }, ':day': { S: day } },
        }),
      );
      return Items.map(({ document }) => document?.S ?? '');
    },

    async remember({ day, documents, packs, at }) {
      const Item: Record<string, AttributeValue> = {
        dayPart: { S: ARCHIVED },
        document: { S: day },
        documents: { N: String(documents) },
        packs: { N: String(packs) },
        at: { S: at },
      };
      await client.send(new PutItemCommand({ TableName, Item }));
    },
  };
}
