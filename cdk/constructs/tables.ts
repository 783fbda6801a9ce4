import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import {
  forEachTable,
  type TableDefinition,
  type TableKey,
  type TableKind,
} from '../../src/platform/table-definitions.ts';
import type { Settings } from '../settings.ts';

/** What an emission is measured by: they alone are worth warming. */
const WARMED: ReadonlySet<TableKind> = new Set(['events', 'invoices', 'documents']);

/** The DynamoDB tables, of the same description as those on one machine. */
export class Tables extends Construct {
  readonly byKind: Readonly<Record<TableKind, ITable>>;

  constructor(scope: Construct, id: string, settings: Settings, keyOf: (kind: TableKind) => IKey) {
    super(scope, id);
    this.byKind = forEachTable((definition, kind) => this.table(definition, kind, settings, keyOf(kind)));
  }

  private table(definition: TableDefinition, kind: TableKind, settings: Settings, encryptionKey: IKey): ITable {
    const { keepData, tables } = settings;
    const warm = WARMED.has(kind) ? tables.warmThroughput : undefined;
    const table = new Table(this, definition.name, {
      partitionKey: attribute(definition.partitionKey),
      ...(definition.sortKey && { sortKey: attribute(definition.sortKey) }),
      ...(definition.stream && { stream: StreamViewType.NEW_IMAGE }),
      ...(definition.expiresBy && { timeToLiveAttribute: definition.expiresBy }),
      ...(warm && { warmThroughput: { readUnitsPerSecond: warm.reads, writeUnitsPerSecond: warm.writes } }),
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: keepData,
      removalPolicy: keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    for (const { name, partitionKey, sortKey, holds } of definition.indexes ?? []) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: attribute(partitionKey),
        sortKey: attribute(sortKey),
        ...(holds
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...holds] }
          : { projectionType: ProjectionType.ALL }),
        ...(warm && { warmThroughput: { readUnitsPerSecond: warm.reads, writeUnitsPerSecond: warm.writes } }),
      });
    }
    return table as ITable;
  }
}

function attribute({ name, type }: TableKey): { name: string; type: AttributeType } {
  return { name, type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER };
}
