import { dynamoDbEventScan } from '../../events/dynamodb-event-scan.ts';
import { dynamoDbEventStore } from '../../events/dynamodb-event-store.ts';
import type { EventScan } from '../../events/event-scan.ts';
import { rdsData } from '../../platform/rds-data.ts';
import type { ProjectionName, ProjectionState } from '../../projections/projection-state.ts';
import { dynamoDbProjectionStates, type ProjectionStates } from '../../projections/projection-states.ts';
import { invoicesTarget } from '../../projections/rebuild/invoices-target.ts';
import type { RebuildTarget } from '../../projections/rebuild/rebuild.ts';
import { reportingTarget } from '../../projections/rebuild/reporting-target.ts';
import { connectReporting } from '../../projections/reporting/connect.ts';
import type { Installation } from '../installation.ts';
import { UsageError } from '../verb.ts';

/** What `nfse projections` works with, for one projection. */
export interface Rebuildable {
  readonly scan: EventScan;
  readonly states: ProjectionStates;
  readonly target: RebuildTarget;
  /** After so long every process has heard of a new state. */
  readonly announceMs: number;
  /** Makes another table the live one. */
  change(was: ProjectionState | undefined, state: ProjectionState): Promise<ProjectionState>;
  /** @returns whether it was deleted: what the infrastructure made is the infrastructure's to delete */
  drop(table: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A process learns of a state within its freshness, and may be slow in asking. */
const ANNOUNCED_AFTER = 2;

export async function rebuildable(
  projection: ProjectionName,
  installation: Installation,
  pageSize: number,
): Promise<Rebuildable> {
  const { config, dynamoDb: client } = installation;
  const events = dynamoDbEventStore({ client, tableName: config.tables.events });
  const states = dynamoDbProjectionStates(client, config.tables.projections);
  const own = projection === 'invoices' ? invoices(installation, states) : reporting(installation, states);
  return {
    scan: dynamoDbEventScan({ client, tableName: config.tables.events, events, pageSize }),
    states,
    announceMs: ANNOUNCED_AFTER * config.projectionPointerSeconds * 1000,
    ...own,
    async close() {
      await own.close();
      client.destroy();
    },
  };
}

type Own = Pick<Rebuildable, 'target' | 'change' | 'drop' | 'close'>;

function invoices({ config, dynamoDb: client }: Installation, states: ProjectionStates): Own {
  const { tables, reconcileAfterSeconds } = config;
  const target = invoicesTarget({ client, configured: tables.invoices, reconcileAfterSeconds });
  return {
    target,
    async change(was, state) {
      await states.replace('invoices', was, state);
      return state;
    },
    drop: (table) => target.drop(table),
    close: async () => {},
  };
}

function reporting({ config }: Installation, states: ProjectionStates): Own {
  if (!config.reporting) {
    throw new UsageError('Informe DATABASE_URL, ou REPORTING_CLUSTER_ARN e REPORTING_SECRET_ARN');
  }
  const connection = connectReporting(config.reporting, rdsData);
  const target = reportingTarget(connection);
  return {
    target,
    // The names first: repeated after a crash in between they stay as they are, and the state follows.
    async change(was, state) {
      if (was && was.live !== state.live) await target.makeLive(state.live, was.live);
      await states.replace('reporting', was, state);
      return state;
    },
    async drop(schema) {
      await target.drop(schema);
      return true;
    },
    close: () => connection.close(),
  };
}
