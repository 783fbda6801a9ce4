import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchGet, JOB_BACK_OFF } from '../aws/batches.ts';
import type { Item } from '../aws/document-client.ts';
import type { Commit } from '../events/commit.ts';
import type { Witness } from '../events/hash-chain.ts';
import type { InvoiceId } from '../events/ids.ts';
import { rowDifferences } from './row-differences.ts';

/** A row of InvoicesTable as an audit looks at it. */
export interface SeenRow {
  /** The last commit that the row was made of. */
  readonly tip: Witness;
  /** The row's members that do not follow from the stream. See {@link rowDifferences}. */
  differences(commits: readonly Commit[]): readonly string[];
}

/**
 * A table of InvoicesTable as a witness: each row remembers the last commit that it was made of, and repeats what the stream says.
 *
 * @returns `of` throws BatchUnfinished: without a witness the loss of a stream's end would go unnoticed
 */
export function dynamoDbWitnesses(client: DynamoDBDocumentClient, tableName: string, backOff: BackOff = JOB_BACK_OFF) {
  return {
    async of(invoiceIds: readonly InvoiceId[]): Promise<ReadonlyMap<InvoiceId, SeenRow>> {
      const keys = invoiceIds.map((invoiceId) => ({ invoiceId }));
      const rows = await batchGet(client, { tableName, keys, ConsistentRead: true }, backOff);
      return new Map(rows.map((row) => [row.invoiceId, seen(row)]));
    },

    async *invoices(): AsyncIterable<readonly InvoiceId[]> {
      const scan = { TableName: tableName, ProjectionExpression: 'invoiceId', ConsistentRead: true };
      for await (const { Items = [] } of paginateScan({ client }, scan)) yield Items.map(({ invoiceId }) => invoiceId);
    },
  };
}

function seen(row: Item): SeenRow {
  const { version, hash } = row;
  const isTip = Number.isSafeInteger(version) && typeof hash === 'string';
  return {
    tip: isTip ? { version: version + 1, hash } : 'unreadable',
    differences: (commits) => rowDifferences(row.invoiceId, row, commits),
  };
}
