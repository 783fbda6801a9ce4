import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'aws-lambda';
import { leastLookMs } from '../commands/lanes/looks.ts';
import { laneViews, withMunicipalities } from '../commands/lanes/view.ts';
import { type Awake, type Reconciled, reconcile } from '../commands/reconcile/reconcile.ts';
import { routeOfLane } from '../nfse/municipality-profiles/traffic.ts';
import { now } from '../platform/clock.ts';
import { readConfig } from '../platform/config.ts';
import { dynamoDbLanes } from '../platform/dynamodb-lanes.ts';
import { environmentFacts } from '../platform/environment-facts.ts';
import { failureOf, logger } from '../platform/logger.ts';
import { logMetrics } from '../platform/metrics.ts';
import { municipalityProfiles } from '../platform/municipality-profiles.ts';
import { inInvocation, invocationTraceId } from '../platform/tracer.ts';
import { DUE_SHARDS } from '../projections/invoice-row.ts';
import { liveInvoices } from '../projections/live-invoices.ts';
import { dynamoDb } from './aws-clients.ts';
import { commandDeps } from './command-deps.ts';

const config = readConfig();
const client = dynamoDb();
const { events, workflow } = commandDeps(config, client);
const { due, claimDue, countDue } = liveInvoices({
  client,
  tables: config.tables,
  freshSeconds: config.projectionPointerSeconds,
  nowMs: Date.now,
});
const lanes = dynamoDbLanes(client, config.tables.lanes);
const profileOf = municipalityProfiles(config.municipalityProfilesFile);
const environment = environmentFacts();

const EVERY_MS = 60_000;
/** The next run comes after a minute. */
const LONGEST_MS = 50_000;
/** For what is under way when the time is up, and for the report. */
const RESERVE_MS = 8_000;

/** ReconcileFn, each minute: starts the work again of every unfinished invoice whose time has come. */
export function handler(_event: unknown, context: Context): Promise<Reconciled> {
  const traceId = invocationTraceId();
  return inInvocation('reconcile', async () => {
    const given = context.getRemainingTimeInMillis();
    const longest = Math.min(LONGEST_MS, given - RESERVE_MS);
    const done = await reconcile(
      {
        events,
        workflow,
        due,
        claimDue,
        countDue,
        lanesOf,
        awake,
        putOff,
        now,
        msLeft: () => longest - (given - context.getRemainingTimeInMillis()),
        pause: (ms) => pause(ms),
        onFailure: (invoiceId, error) =>
          logger.error('not started, due again later', { invoiceId, error: failureOf(error) }),
        onStuck: (invoiceId, since) =>
          logger.warn('started for an hour, and nothing comes of it', { invoiceId, since }),
      },
      {
        shards: Array.from({ length: DUE_SHARDS }, (_, shard) => String(shard)),
        restMs: config.reconcileAfterSeconds * 1000,
        ...config.reconcile,
        lanes: {
          leastLookMs: leastLookMs(config.worker.retryBaseSeconds),
          giveUpAfterMs: config.worker.giveUpAfterSeconds * 1000,
          perSecondOf: (lane) => routeOfLane(profileOf, lane, config.national.traffic).whole.perSecond,
          everyMs: EVERY_MS,
        },
        traceId,
      },
    );
    report(done, traceId);
    return done;
  });
}

/** Where the lanes cannot be read, nothing is known against them: what is started too early is turned away by the worker. */
async function lanesOf(names: readonly string[]) {
  try {
    return laneViews(names, await lanes.of(withMunicipalities(names)), now().getTime());
  } catch (error) {
    logger.error('the lanes could not be read', { error: failureOf(error) });
    return new Map();
  }
}

/** Where it is not known who wakes, all sleep until their time. */
async function awake(): Promise<readonly Awake[]> {
  try {
    const records = await lanes.all();
    const views = laneViews(
      records.map(({ lane }) => lane),
      records,
      now().getTime(),
    );
    return [...views.values()].flatMap(({ lane, state, nextLookAt }) =>
      state === 'flowing' && nextLookAt !== undefined ? [{ lane, nextLookAt }] : [],
    );
  } catch (error) {
    logger.error('the lanes could not be read', { error: failureOf(error) });
    return [];
  }
}

async function putOff(lane: string, nextLookAt: string | undefined): Promise<void> {
  try {
    await lanes.putOff(lane, nextLookAt);
  } catch (error) {
    logger.error('the next look at a lane could not be written', { lane, error: failureOf(error) });
  }
}

/** Each run, also one that found nothing: a reconciler that is silent is one that does not run. */
function report({ stoppedBy, ...done }: Reconciled, traceId: string | undefined): void {
  logMetrics({
    message: 'reconciled',
    facts: { stoppedBy, traceId, ...environment() },
    metrics: {
      ReconcileStarted: [done.started, 'Count'],
      ReconcilePostponed: [done.postponed, 'Count'],
      ReconcileSkipped: [done.skipped, 'Count'],
      ReconcileStale: [done.stale, 'Count'],
      ReconcileFailed: [done.failed, 'Count'],
      StuckInvoices: [done.stuck, 'Count'],
      OldestDueSeconds: [done.oldestDueSeconds, 'Seconds'],
      DueLeft: [done.left, 'Count'],
    },
    at: now(),
  });
}
