import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Witness } from '../events/hash-chain.ts';
import type { InvoiceId } from '../events/ids.ts';

/** What BatchGetItem takes. */
const MOST_KEYS = 100;

type Seen = { readonly invoiceId: InvoiceId; readonly version: number; readonly hash: string };

/** A table of InvoicesTable as a witness: each row remembers the last commit that it was made of. */
export function dynamoDbWitnesses(client: DynamoDBClient, TableName: string) {
  return {
    async of(invoiceIds: readonly InvoiceId[]): Promise<ReadonlyMap<InvoiceId, Witness>> {
      const tips = new Map<InvoiceId, Witness>();
      let keys = invoiceIds.map((id) => ({ invoiceId: { S: id } }) as Record<string, AttributeValue>);
      while (keys.length > 0) {
        const wanted = {
          Keys: keys.slice(0, MOST_KEYS),
          ConsistentRead: true,
          ProjectionExpression: 'invoiceId, #version, #hash',
          ExpressionAttributeNames: { '#version': 'version', '#hash': 'hash' },
        };
        const answer = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: wanted } }));
        for (const item of answer.Responses?.[TableName] ?? []) {
          const { invoiceId, version, hash } = unmarshall(item, { wrapNumbers: Number }) as Seen;
          const isTip = Number.isSafeInteger(version) && typeof hash === 'string';
          tips.set(invoiceId, isTip ? { version: version + 1, hash } : 'unreadable');
        }
        keys = [...keys.slice(MOST_KEYS), ...(answer.UnprocessedKeys?.[TableName]?.Keys ?? [])];
      }
      return tips;
    },

    async *invoices(): AsyncIterable<readonly InvoiceId[]> {
      let start: Record<string, AttributeValue> | undefined;
      do {
        const page = await client.send(
          new ScanCommand({
            TableName,
            ProjectionExpression: 'invoiceId',
            ConsistentRead: true,
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        yield (page.Items ?? []).map((item) => unmarshall(item).invoiceId as InvoiceId);
        start = page.LastEvaluatedKey;
      } while (start);
    },
  };
}
