import { municipalityOf } from '../../nfse/routing/lane.ts';
import type { Hold, LaneRecord, WorkerReport } from './records.ts';

/** A worker with something to do reports every ten seconds: what it had in hand longer ago than this, it has no more. */
const COUNTS_FRESH_MS = 60_000;
/** A worker whose breaker is not closed reports every five minutes: for so long its word is good. */
export const BREAKER_FRESH_MS = 360_000;
/** A worker that has said nothing for so long is gone. */
const GONE_MS = 3_600_000;

/** What all the workers together tell of a lane. Times are ISO 8601, UTC. */
export interface LaneView {
  readonly lane: string;
  /** `down`: no worker gets an answer; `probing`: some messages find out whether it is back. */
  readonly state: 'flowing' | 'probing' | 'down' | 'held';
  readonly hold?: Hold;
  readonly downSince?: string;
  /** When somebody will next find out. */
  readonly nextAttemptAt?: string;
  /** When those that wait are looked at next, unless the lane flows before. */
  readonly nextLookAt?: string;
  readonly running: number;
  readonly waiting: number;
  /** How far apart all workers together begin messages, in milliseconds; while they have some. */
  readonly paceMs?: number;
  readonly oldestWaitingAt?: string;
  readonly turnedAway: number;
  readonly lastSuccessAt?: string;
  readonly lastFailureAt?: string;
  readonly lastFailure?: string;
  readonly reportedAt?: string;
}

/** @param now in milliseconds */
export function laneView({ lane, hold, nextLookAt, workers }: LaneRecord, now: number): LaneView {
  const reports = Object.values(workers);
  const within = (ms: number) => reports.filter(({ at }) => now - Date.parse(at) <= ms);
  const fresh = within(COUNTS_FRESH_MS);
  // A closed breaker says nothing of long ago; one that is not closed is reported until it is.
  const trusted = within(BREAKER_FRESH_MS).filter(
    ({ breaker, at }) => breaker !== 'closed' || now - Date.parse(at) <= COUNTS_FRESH_MS,
  );
  const shut = trusted.length > 0 && trusted.every(({ breaker }) => breaker !== 'closed');
  const probing = shut && trusted.some((report) => isProbing(report, now));
  const lastFailure = reports.toSorted(by('lastFailureAt')).at(-1);
  return present({
    lane,
    state: hold ? 'held' : probing ? 'probing' : shut ? 'down' : 'flowing',
    hold,
    downSince: shut ? earliest(trusted, 'downSince') : undefined,
    nextAttemptAt: shut && !hold ? earliest(trusted, 'probesAt') : undefined,
    nextLookAt: nextLookAt !== undefined && Date.parse(nextLookAt) > now ? nextLookAt : undefined,
    running: sum(fresh, 'running'),
    waiting: sum(fresh, 'waiting'),
    paceMs: paceOf(fresh),
    oldestWaitingAt: earliest(fresh, 'oldestAt'),
    turnedAway: sum(within(BREAKER_FRESH_MS), 'turnedAway'),
    lastSuccessAt: latest(reports, 'lastSuccessAt'),
    lastFailureAt: lastFailure?.lastFailureAt,
    lastFailure: lastFailure?.lastFailure,
    reportedAt: latest(reports, 'at'),
  });
}

/** Lanes, and their municipalities: a hold is on a municipality, and so on both its lanes. */
export function withMunicipalities(lanes: readonly string[]): readonly string[] {
  return [...new Set([...lanes, ...lanes.map(municipalityOf)])];
}

/**
 * The views of several lanes by their names; a lane of which nothing is known has none.
 *
 * @param records of the lanes and of their municipalities
 * @param now in milliseconds
 */
export function laneViews(
  lanes: readonly string[],
  records: readonly LaneRecord[],
  now: number,
): ReadonlyMap<string, LaneView> {
  const byName = new Map(records.map((record) => [record.lane, record]));
  return new Map(
    lanes.flatMap((lane) => {
      const hold = byName.get(municipalityOf(lane))?.hold;
      const record = byName.get(lane) ?? (hold && { lane, workers: {} });
      return record ? [[lane, laneView({ ...record, ...(hold ? { hold } : {}) }, now)] as const] : [];
    }),
  );
}

/** Whether what a lane's breaker waits for has come: nobody reports a half-open breaker by itself, it is too short a state. */
function isProbing({ breaker, probesAt }: WorkerReport, now: number): boolean {
  return breaker === 'half-open' || probesAt === undefined || Date.parse(probesAt) <= now;
}

/** Names of workers that are gone, and what of theirs has to be kept: when the lane last worked, and when it last did not. */
export function leftBehind(
  workers: LaneRecord['workers'],
  self: string,
  now: number,
): { readonly forgotten: readonly string[] } & Pick<WorkerReport, 'lastSuccessAt' | 'lastFailureAt' | 'lastFailure'> {
  const gone = Object.entries(workers).filter(([name, { at }]) => name !== self && now - Date.parse(at) > GONE_MS);
  const reports = gone.map(([, report]) => report);
  const { lastFailureAt, lastFailure } = reports.toSorted(by('lastFailureAt')).at(-1) ?? {};
  return present({
    forgotten: gone.map(([name]) => name),
    lastSuccessAt: latest(reports, 'lastSuccessAt'),
    lastFailureAt,
    lastFailure,
  });
}

/** What several do beside one another adds up. */
function paceOf(reports: readonly WorkerReport[]): number | undefined {
  const perMs = reports.reduce((total, { paceMs }) => total + (paceMs ? 1 / paceMs : 0), 0);
  return perMs > 0 ? Math.round(1 / perMs) : undefined;
}

type Moment = 'at' | 'downSince' | 'probesAt' | 'oldestAt' | 'lastSuccessAt' | 'lastFailureAt';

const by = (moment: Moment) => (a: WorkerReport, b: WorkerReport) => ((a[moment] ?? '') < (b[moment] ?? '') ? -1 : 1);
const moments = (reports: readonly WorkerReport[], moment: Moment) =>
  reports.flatMap((report) => report[moment] ?? []).sort();
const earliest = (reports: readonly WorkerReport[], moment: Moment) => moments(reports, moment)[0];
const latest = (reports: readonly WorkerReport[], moment: Moment) => moments(reports, moment).at(-1);
const sum = (reports: readonly WorkerReport[], count: 'running' | 'waiting' | 'turnedAway') =>
  reports.reduce((total, report) => total + report[count], 0);

/** Without members that are undefined. */
function present<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
