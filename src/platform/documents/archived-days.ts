import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
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
export function archivedDays(client: DynamoDBDocumentClient, TableName: string): ArchivedDays {
  return {
    /** A page is thousands of days: whoever asks wants the last ones. */
    async from(day) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'dayPart = :archived AND document >= :day',
          ExpressionAttributeValues: { ':archived': ARCHIVED, ':day': day },
        }),
      );
      return Items.map(({ document }) => document);
    },

    async remember({ day, documents, packs, at }) {
      const Item = { dayPart: ARCHIVED, document: day, documents, packs, at };
      await client.send(new PutCommand({ TableName, Item }));
    },
  };
}
