import type { Handled } from '../handle-work.ts';
import type { BreakerState } from './breaker.ts';
import type { LaneFigures } from './schedule.ts';

/** What is counted of a lane between two reports, by metric name. */
type Counts = Record<(typeof COUNTED)[number], number>;

const COUNTED = [
  'Issued',
  'Failed',
  'Deferred',
  'Cancelled',
  'CancelFailed',
  'NothingToDo',
  'TurnedAway',
  'PutBack',
] as const;

const METRIC_OF_STEP: Readonly<Record<string, keyof Counts>> = {
  issued: 'Issued',
  failed: 'Failed',
  deferred: 'Deferred',
  cancelled: 'Cancelled',
  'cancel-failed': 'CancelFailed',
};

type Unit = 'Count' | 'Seconds';
export type LaneMetrics = Readonly<Record<string, readonly [value: number, unit: Unit]>>;

export interface LaneTally {
  handled(lane: string, handled: Handled, turnedAway: boolean): void;
  putBack(lane: string): void;
  /** The metrics of every lane in which something was or is; the counts begin anew. */
  take(
    figures: readonly LaneFigures[],
    breakerOf: (lane: string) => BreakerState,
    now: number,
  ): readonly (readonly [lane: string, metrics: LaneMetrics])[];
}

/** Counts what became of each lane's messages. */
export function laneTally(): LaneTally {
  let lanes = new Map<string, Counts>();
  const countsOf = (code: string): Counts => {
    const known = lanes.get(code) ?? (Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts);
    lanes.set(code, known);
    return known;
  };
  return {
    handled(code, { steps }, turnedAway) {
      const counts = countsOf(code);
      if (turnedAway) counts.TurnedAway++;
      if (steps.length === 0) counts.NothingToDo++;
      for (const step of steps) {
        const name = METRIC_OF_STEP[step];
        if (name) counts[name]++;
      }
    },
    putBack: (code) => void countsOf(code).PutBack++,
    take(figures, breakerOf, now) {
      const counted = lanes;
      lanes = new Map();
      return figures.flatMap(({ lane: code, waiting, running, oldestAt }) => {
        const counts = counted.get(code);
        const isOpen = breakerOf(code) !== 'closed';
        if (!counts && waiting + running === 0 && !isOpen) return [];
        const metrics: LaneMetrics = {
          ...Object.fromEntries(Object.entries(counts ?? {}).map(([name, value]) => [name, [value, 'Count'] as const])),
          Waiting: [waiting, 'Count'],
          InFlight: [running, 'Count'],
          OldestWaitingSeconds: [oldestAt === undefined ? 0 : Math.round((now - oldestAt) / 1000), 'Seconds'],
          BreakerOpen: [isOpen ? 1 : 0, 'Count'],
        };
        return [[code, metrics] as const];
      });
    },
  };
}
