import { type AttributeValue, DescribeTableCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Commit } from './commit.ts';
import { commitIn } from './dynamodb-commit.ts';
import { type EventScan, type SegmentOf, wholeStreams } from './event-scan.ts';
import type { EventStore } from './event-store.ts';

export interface DynamoDbEventScanOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly events: Pick<EventStore, 'load'>;
  /** Most items of one page; the table gives at most 1 MB in any case. */
  readonly pageSize?: number;
}

/** The scan of EventsTable, strongly consistent: one read unit for each 4 KB, so about one for two invoices. */
export function dynamoDbEventScan({ client, tableName, events, pageSize }: DynamoDbEventScanOptions): EventScan {
  async function* pagesOf({ segment, segments, after }: SegmentOf): AsyncIterable<readonly Commit[]> {
    let start: Record<string, AttributeValue> | undefined =
      after && marshall({ invoiceId: after.invoiceId, version: after.version });
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new ScanCommand({
          TableName: tableName,
          Segment: segment,
          TotalSegments: segments,
          ConsistentRead: true,
          ...(pageSize && { Limit: pageSize }),
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      yield Items.map(commitIn);
      start = LastEvaluatedKey;
    } while (start);
  }
  return {
    segment: (part) => wholeStreams(pagesOf(part), events.load),
    async estimate() {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
      return Table?.ItemCount ?? 0;
    },
  };
}
