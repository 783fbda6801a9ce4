import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { type BackOff, batchGet, JOB_BACK_OFF, MAX_BATCH_KEYS } from '../../aws/batches.ts';
import type { Item } from '../../aws/document-client.ts';
import { NotCanonical } from '../../events/canonical-json.ts';
import { type InvoiceRow, rowOf } from '../invoice-row.ts';
import { dynamoDbInvoicesTable } from '../invoices-table.ts';
import { digestOf } from './checksum.ts';
import type { ComparedTable, RowDigest } from './compare.ts';
import type { FoldedStream } from './fold-stream.ts';
import type { RebuildTarget } from './rebuild.ts';

/** Guarded puts under way at once, of each segment. */
const WRITES = 16;
const TABLE_WAIT_SECONDS = 120;

export interface InvoicesTargetOptions {
  readonly client: DynamoDBDocumentClient;
  /** The table that the installation was made with. */
  readonly configured: string;
  readonly reconcileAfterSeconds: number;
  readonly backOff?: BackOff;
}

export interface InvoicesTarget extends RebuildTarget {
  /** Deletes a table that a rebuild made; the configured one is the infrastructure's to delete. @returns whether it was deleted */
  drop(table: string): Promise<boolean>;
}

/** InvoicesTable: each rebuild makes a table of its own beside it, `<name>-2` and so on. */
export function invoicesTarget({
  client,
  configured,
  reconcileAfterSeconds,
  backOff = JOB_BACK_OFF,
}: InvoicesTargetOptions): InvoicesTarget {
  return {
    projection: 'invoices',
    configured,
    tableOf: (generation) => `${configured}-${generation}`,

    async create(table, live) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: live }));
      try {
        await client.send(new CreateTableCommand({ TableName: table, ...likenessOf(Table ?? {}) }));
      } catch (error) {
        if (!(error instanceof ResourceInUseException)) throw error;
      }
      await waitUntilTableExists({ client, maxWaitTime: TABLE_WAIT_SECONDS, minDelay: 1 }, { TableName: table });
    },

    async write(table, streams) {
      const invoices = dynamoDbInvoicesTable(client, table);
      const waiting = streams.values();
      const put = async () => {
        for (const stream of waiting) await invoices.put(rebuiltRow(stream, reconcileAfterSeconds));
      };
      await Promise.all(Array.from({ length: WRITES }, put));
    },

    compared: (table) => comparedInvoices(client, table, backOff),

    async drop(table) {
      if (table === configured) return false;
      try {
        await client.send(new DeleteTableCommand({ TableName: table }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
      return true;
    },
  };
}

export function rebuiltRow({ invoice, tip }: FoldedStream, reconcileAfterSeconds: number): InvoiceRow {
  return rowOf(invoice, tip, reconcileAfterSeconds);
}

/** Keys, indexes and keeping of the live table, for one beside it. */
function likenessOf({
  KeySchema,
  AttributeDefinitions,
  GlobalSecondaryIndexes = [],
  SSEDescription,
}: TableDescription) {
  const key = SSEDescription?.KMSMasterKeyArn;
  return {
    KeySchema,
    AttributeDefinitions,
    GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(({ IndexName, KeySchema: keys, Projection }) => ({
      IndexName,
      KeySchema: keys,
      Projection,
    })),
    BillingMode: 'PAY_PER_REQUEST' as const,
    ...(key && { SSESpecification: { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId: key } }),
  };
}

function comparedInvoices(client: DynamoDBDocumentClient, tableName: string, backOff: BackOff): ComparedTable {
  return {
    async *pages() {
      // The rows of a page are looked up in the other table, in one batch.
      const pages = paginateScan({ client, pageSize: MAX_BATCH_KEYS }, { TableName: tableName, ConsistentRead: true });
      for await (const { Items = [] } of pages) yield Items.map(digested);
    },

    async rows(ids) {
      const keys = ids.map((invoiceId) => ({ invoiceId }));
      return (await batchGet(client, { tableName, keys, ConsistentRead: true }, backOff)).map(digested);
    },
  };
}

/**
 * The reconciler moves `dueAt` of a row that it takes up; all else is a function of the events. A row that somebody edited may be anything,
 * and differs from every row that was made of events.
 */
function digested(item: Item): RowDigest {
  const { dueAt: _claimed, ...row } = item as InvoiceRow;
  return { id: row.invoiceId, version: row.version, digest: digestIfAny(row) };
}

const NO_DIGEST = '0'.repeat(64);

function digestIfAny(row: InvoiceRow): string {
  try {
    return digestOf(row);
  } catch (error) {
    if (error instanceof NotCanonical) return NO_DIGEST;
    throw error;
  }
}
