import { dynamoDbEventScan } from '../../events/dynamodb-event-scan.ts';
import { dynamoDbEventStore } from '../../events/dynamodb-event-store.ts';
import type { EventScan } from '../../events/event-scan.ts';
import type { ProjectionName, ProjectionState } from '../../projections/projection-state.ts';
import { dynamoDbProjectionStates, type ProjectionStates } from '../../projections/projection-states.ts';
import { invoicesTarget } from '../../projections/rebuild/invoices-target.ts';
import type { RebuildTarget } from '../../projections/rebuild/rebuild.ts';
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
  drop(table: string): Promise<void>;
  close(): Promise<void>;
}

/** A process learns of a state within its freshness, and may be slow in asking. */
const ANNOUNCED_AFTER = 2;

export async function rebuildable(
  projection: ProjectionName,
  { config, dynamoDb: client }: Installation,
  pageSize: number,
): Promise<Rebuildable> {
  if (projection === 'reporting') throw new UsageError('reporting ainda não pode ser reconstruída');
  const events = dynamoDbEventStore({ client, tableName: config.tables.events });
  const states = dynamoDbProjectionStates(client, config.tables.projections);
  const target = invoicesTarget({
    client,
    configured: config.tables.invoices,
    reconcileAfterSeconds: config.reconcileAfterSeconds,
  });
  return {
    scan: dynamoDbEventScan({ client, tableName: config.tables.events, events, pageSize }),
    states,
    target,
    announceMs: ANNOUNCED_AFTER * config.projectionPointerSeconds * 1000,
    async change(was, state) {
      await states.replace(projection, was, state);
      return state;
    },
    async drop(table) {
      await target.drop(table);
    },
    async close() {
      client.destroy();
    },
  };
}
