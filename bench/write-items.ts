import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { batchWrite, JOB_BACK_OFF, MAX_BATCH_WRITES } from '../src/aws/batches.ts';
import type { Item } from '../src/aws/document-client.ts';
import { progress } from './progress.ts';

const MAX_CONCURRENT_BATCHES = 16;
const ITEMS_A_PROGRESS = 10_000;

/** Numbered items: `from` is the first one, `to` the one after the last. */
export interface NumberedItems {
  readonly from: number;
  readonly to: number;
  readonly itemAt: (n: number) => Item;
}

/** Fills a table. */
export async function writeItems(
  client: DynamoDBDocumentClient,
  tableName: string,
  { from, to, itemAt }: NumberedItems,
): Promise<void> {
  let next = from;
  const lane = async () => {
    while (next < to) {
      const begin = next;
      next += MAX_BATCH_WRITES;
      if (begin % ITEMS_A_PROGRESS === 0) progress(`filling ${tableName}: ${begin} of ${to}`);
      const puts = Array.from({ length: Math.min(MAX_BATCH_WRITES, to - begin) }, (_, place) => ({
        PutRequest: { Item: itemAt(begin + place) },
      }));
      await batchWrite(client, tableName, puts, JOB_BACK_OFF);
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT_BATCHES }, lane));
}
