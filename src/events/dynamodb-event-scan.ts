import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { Commit } from './commit.ts';
import { commitInItem } from './dynamodb-commit.ts';
import { type EventScan, type SegmentOf, wholeStreams } from './event-scan.ts';
import type { EventStore } from './event-store.ts';

export interface DynamoDbEventScanOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly events: Pick<EventStore, 'load'>;
  /** Most items of one page; the table gives at most 1 MB in any case. */
  readonly pageSize?: number;
}

/** The scan of EventsTable, strongly consistent: one read unit for each 4 KB, so about one for two invoices. */
export function dynamoDbEventScan({ client, tableName, events, pageSize }: DynamoDbEventScanOptions): EventScan {
  async function* pagesOf({ segment, segments, after }: SegmentOf): AsyncIterable<readonly Commit[]> {
    const start = after && { invoiceId: after.invoiceId, version: after.version };
    const pages = paginateScan(
      { client, ...(pageSize && { pageSize }), ...(start && { startingToken: start }) },
      { TableName: tableName, Segment: segment, TotalSegments: segments, ConsistentRead: true },
    );
    for await (const { Items = [] } of pages) yield Items.map(commitInItem);
  }
  return {
    segment: (part) => wholeStreams(pagesOf(part), events.load),
    async estimate() {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
      return Table?.ItemCount ?? 0;
    },
  };
}
