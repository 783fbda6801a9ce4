import type { Hold, LaneRecords, WorkerReport } from '../../commands/lanes/records.ts';
import { leftBehind, withMunicipalities } from '../../commands/lanes/view.ts';
import { municipalityOf } from '../../nfse/routing/lane.ts';
import type { Breaker } from './breaker.ts';
import type { Gate } from './gate.ts';
import { reportIsDue } from './report-times.ts';
import type { LaneFigures } from './schedule.ts';

export interface LaneBoardOptions {
  readonly records: LaneRecords;
  /** This worker's name among the others. */
  readonly worker: string;
  readonly now: () => number;
  readonly figures: () => readonly LaneFigures[];
  readonly breakerOf: (lane: string) => Breaker;
  readonly onTrouble: (error: unknown) => void;
}

/** What this worker tells about its lanes, and what it is told about them. */
export interface LaneBoard {
  /** Makes sure that it is known of these lanes whether somebody holds them. */
  prepare(lanes: readonly string[]): Promise<void>;
  /** Whether somebody holds the lane. */
  holdOn(lane: string): Gate | undefined;
  /** The authority answered a call for this lane, or did not. */
  note(lane: string, answered: boolean, detail: string): void;
  /** An invoice of the lane was turned away. */
  turnedAway(lane: string): void;
  /** Looks for holds, and reports what has changed. */
  round(): Promise<void>;
  /** Reports every lane a last time. */
  close(): Promise<void>;
}

/** What this process remembers of a lane. */
interface Remembered {
  hold: Hold | undefined;
  /** When the hold was last looked for, in milliseconds. */
  knownAt: number;
  lastUseAt: number;
  turnedAway: number;
  forgotten: readonly string[];
  last: Pick<WorkerReport, 'lastSuccessAt' | 'lastFailureAt' | 'lastFailure'>;
  reported: WorkerReport | undefined;
}

/** A hold takes effect within this time where there is traffic. */
const HOLD_FRESH_MS = 2000;
/** A lane without traffic is not looked at: where invoices come one by one, to look on would cost more reading than they do. */
const ACTIVE_MS = 5_000;
const MAX_DETAIL = 200;

export function laneBoard({ records, worker, now, figures, breakerOf, onTrouble }: LaneBoardOptions): LaneBoard {
  const lanes = new Map<string, Remembered>();

  function lane(code: string): Remembered {
    const known = lanes.get(code);
    if (known) return known;
    const fresh = {
      hold: undefined,
      knownAt: 0,
      lastUseAt: now(),
      turnedAway: 0,
      forgotten: [],
      last: {},
      reported: undefined,
    };
    lanes.set(code, fresh);
    return fresh;
  }

  /** Where it cannot be known whether a lane is held, what was known stands: a board that is down stops no invoice. */
  async function refresh(codes: readonly string[]): Promise<void> {
    if (codes.length === 0) return;
    const at = now();
    const found = new Map((await records.of(withMunicipalities(codes))).map((record) => [record.lane, record]));
    for (const code of codes) {
      const known = lane(code);
      const record = found.get(code);
      known.hold = found.get(municipalityOf(code))?.hold;
      if (known.knownAt === 0 && record) {
        const { forgotten, ...last } = leftBehind(record.workers, worker, at);
        known.forgotten = forgotten;
        known.last = { ...last, ...known.last };
      }
      known.knownAt = at;
    }
  }

  function reportOf(code: string, { running, waiting, paceMs, oldestAt }: LaneFigures): WorkerReport {
    const known = lane(code);
    const { state, downSince, probesAt } = breakerOf(code);
    if (state === 'closed' && !known.hold) known.turnedAway = 0;
    return {
      at: iso(now()),
      breaker: state,
      ...(downSince === undefined ? {} : { downSince: iso(downSince) }),
      ...(probesAt === undefined ? {} : { probesAt: iso(probesAt) }),
      running,
      waiting,
      paceMs,
      ...(oldestAt === undefined ? {} : { oldestAt: iso(oldestAt) }),
      turnedAway: known.turnedAway,
      ...known.last,
    };
  }

  async function write(code: string, report: WorkerReport): Promise<void> {
    const known = lane(code);
    await records.report(code, worker, report, known.forgotten);
    known.reported = report;
    known.forgotten = [];
  }

  async function report(isDue: (report: WorkerReport, before: WorkerReport | undefined) => boolean): Promise<void> {
    const due = figures()
      .map((one) => [one.lane, reportOf(one.lane, one)] as const)
      .filter(([code, one]) => isDue(one, lane(code).reported));
    const results = await Promise.allSettled(due.map(([code, one]) => write(code, one)));
    for (const result of results) if (result.status === 'rejected') onTrouble(result.reason);
  }

  return {
    async prepare(codes) {
      for (const code of codes) lane(code).lastUseAt = now();
      await refresh(codes.filter((code) => now() - lane(code).knownAt > HOLD_FRESH_MS));
    },
    holdOn(code) {
      const hold = lanes.get(code)?.hold;
      if (!hold) return undefined;
      return {
        kind: 'shut',
        why: `not sent: the municipality is on hold (${hold.reason})`,
        since: Date.parse(hold.at),
      };
    },
    note(code, answered, detail) {
      const known = lane(code);
      const at = iso(now());
      known.last = answered
        ? { ...known.last, lastSuccessAt: at }
        : { ...known.last, lastFailureAt: at, lastFailure: detail.slice(0, MAX_DETAIL) };
    },
    turnedAway: (code) => void lane(code).turnedAway++,
    async round() {
      const busy = new Set(figures().flatMap((one) => (one.running + one.waiting > 0 ? [one.lane] : [])));
      const active = [...lanes].filter(([code, { lastUseAt }]) => busy.has(code) || now() - lastUseAt <= ACTIVE_MS);
      await refresh(active.map(([code]) => code)).catch(onTrouble);
      await report((one, before) => reportIsDue(one, before, now()));
    },
    close: () => report((_one, before) => before !== undefined),
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
