import { laneOf } from '../../nfse/routing/lane.ts';
import { nextLookAt } from './looks.ts';
import type { LaneView } from './view.ts';

/** What a due invoice tells of itself. Times are ISO 8601. */
export interface Due {
  readonly municipalityCode: string;
  readonly route?: { readonly besideCity?: true | undefined } | undefined;
  readonly updatedAt: string;
  /** Of the last deferral; absent in an invoice that was never deferred. */
  readonly nextAttemptAt?: string;
  readonly deferredSince?: string;
}

export interface TurnSettings {
  /** Between two looks at a lane that is shut. */
  readonly leastLookMs: number;
  readonly giveUpAfterMs: number;
  /** What the lane's authority takes. */
  readonly perSecondOf: (lane: string) => number;
  /** How long until somebody looks at what is due again. */
  readonly everyMs: number;
}

/**
 * When an invoice whose time has come gets on: it is started, at once or within this round, or looked at again later, where `withLane` by
 * itself or sooner, with all that wait in its lane, when the lane flows. In milliseconds.
 */
export type Turn = { readonly startInMs: number } | { readonly lookAt: number; readonly withLane?: true };

/** So many invoices find out whether an authority is back. */
const PROBES = 3;
/** Of what a lane takes, so much comes from the backlog: the rest is for new invoices, or a full lane would defer what was started. */
const STARTED_SHARE = 0.8;
/** A history that says nothing for longer looks forgotten: it is told once a day that the lane is still shut. */
const REMIND_MS = 86_400_000;

/**
 * Says of each invoice whose time has come whether it is started now or looked at later; to be asked in the order in which they are
 * to come. Those of a lane that is shut wait for the lane's next look, all for the same moment. Those of a lane that takes them are
 * started as far apart as it takes them, in this round and in those to come: none meets a full lane, which would have to put it back
 * behind those that came later. So a backlog costs neither messages nor events nor receives while a city hall is down, and comes
 * back in order and at the lane's rate.
 *
 * @param now in milliseconds
 * @returns the turn of an invoice; `lane` is what is known of its lane
 */
export function laneTurns(now: number, settings: TurnSettings): (due: Due, lane: LaneView | undefined) => Turn {
  const { leastLookMs, everyMs } = settings;
  const begun = new Map<string, number>();
  return (due, lane) => {
    const name = laneOf(due);
    const before = begun.get(name) ?? 0;
    begun.set(name, before + 1);
    switch (lane?.state) {
      case 'held':
      case 'down': {
        // At the lane's pace, too: it may be back before they come, and all at once they would only fill it.
        if (mustBeTold(due, now, settings)) return atPace(before, lane);
        const since = Date.parse(lane.hold?.at ?? lane.downSince ?? '') || now;
        return { lookAt: nextLookAt(now, since, name, leastLookMs), withLane: true };
      }
      case 'probing':
        return before < PROBES ? { startInMs: 0 } : { lookAt: now + leastLookMs };
      case 'flowing':
      case undefined:
        return atPace(before, lane);
    }

    function atPace(place: number, view: LaneView | undefined): Turn {
      const inHand = view ? view.running + view.waiting : 0;
      const startInMs = (inHand + place) * startEveryMs(name, view, settings);
      return startInMs < everyMs ? { startInMs } : { lookAt: now + everyMs * Math.floor(startInMs / everyMs) };
    }
  };
}

/** How far apart a lane's backlog is started: as its authority allows, or as the lane itself goes at the moment if that is slower. */
function startEveryMs(name: string, lane: LaneView | undefined, { perSecondOf }: TurnSettings): number {
  return Math.max(1000 / perSecondOf(name), lane?.paceMs ?? 0) / STARTED_SHARE;
}

/** Never deferred, silent for a day, or at the end of its time: the worker writes down what has become of it, lane or no lane. */
function mustBeTold(
  { nextAttemptAt, updatedAt, deferredSince }: Due,
  now: number,
  { giveUpAfterMs }: TurnSettings,
): boolean {
  if (nextAttemptAt === undefined || now - Date.parse(updatedAt) >= REMIND_MS) return true;
  return deferredSince !== undefined && now - Date.parse(deferredSince) >= giveUpAfterMs;
}
