import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchGet, JOB_BACK_OFF } from '../aws/batches.ts';
import type { Witness } from '../events/hash-chain.ts';
import type { InvoiceId } from '../events/ids.ts';

type Seen = { readonly invoiceId: InvoiceId; readonly version: number; readonly hash: string };

/**
 * A table of InvoicesTable as a witness: each row remembers the last commit that it was made of.
 *
 * @returns `of` throws BatchUnfinished: without a witness the loss of a stream's end would go unnoticed
 */
export function dynamoDbWitnesses(client: DynamoDBDocumentClient, tableName: string, backOff: BackOff = JOB_BACK_OFF) {
  return {
    async of(invoiceIds: readonly InvoiceId[]): Promise<ReadonlyMap<InvoiceId, Witness>> {
      const read = {
        tableName,
        keys: invoiceIds.map((invoiceId) => ({ invoiceId })),
        ConsistentRead: true,
        ProjectionExpression: 'invoiceId, #version, #hash',
        ExpressionAttributeNames: { '#version': 'version', '#hash': 'hash' },
      };
      const rows = (await batchGet(client, read, backOff)) as Seen[];
      return new Map(rows.map(({ invoiceId, ...seen }) => [invoiceId, tipIn(seen)]));
    },

    async *invoices(): AsyncIterable<readonly InvoiceId[]> {
      const scan = { TableName: tableName, ProjectionExpression: 'invoiceId', ConsistentRead: true };
      for await (const { Items = [] } of paginateScan({ client }, scan)) yield Items.map(({ invoiceId }) => invoiceId);
    },
  };
}

function tipIn({ version, hash }: Omit<Seen, 'invoiceId'>): Witness {
  const isTip = Number.isSafeInteger(version) && typeof hash === 'string';
  return isTip ? { version: version + 1, hash } : 'unreadable';
}
