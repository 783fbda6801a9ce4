import { nextLookAt } from './looks.ts';
import type { LaneView } from './view.ts';

/** What a due invoice tells of itself. Times are ISO 8601. */
export interface Due {
  readonly municipalityCode: string;
  readonly updatedAt: string;
  /** Of the last deferral; absent in an invoice that was never deferred. */
  readonly nextAttemptAt?: string;
  readonly deferredSince?: string;
}

export interface TurnSettings {
  /** Between two looks at a lane that is shut. */
  readonly leastLookMs: number;
  readonly giveUpAfterMs: number;
  /** What the municipality's authority takes. */
  readonly perSecondOf: (municipalityCode: string) => number;
  /** How long until somebody looks at what is due again. */
  readonly everyMs: number;
}

/** So many invoices find out whether an authority is back. */
const PROBES = 3;
/** Of what a lane takes, so much comes from the backlog: the rest is for new invoices, or a full lane would defer what was started. */
const STARTED_SHARE = 0.8;
/** A history that says nothing for longer looks forgotten: it is told once a day that the lane is still shut. */
const REMIND_MS = 86_400_000;

/**
 * Says of each invoice whose time has come whether it is started now or looked at later; to be asked in the order in which they are
 * to come. Those of a lane that is shut wait for the lane's next look, all for the same moment; those of a lane that takes them are
 * spread over the time that it needs for them. So a backlog costs neither messages nor events while a city hall is down, and comes
 * back in order and at the lane's rate.
 *
 * @param now in milliseconds
 * @returns when to look again, in milliseconds; `undefined` when it is to be started now. `lane` is what is known of the invoice's lane.
 */
export function laneTurns(
  now: number,
  settings: TurnSettings,
): (due: Due, lane: LaneView | undefined) => number | undefined {
  const { leastLookMs, perSecondOf, everyMs } = settings;
  const begun = new Map<string, number>();
  return (due, lane) => {
    // A lane that takes messages does so at its pace, whatever an invoice has waited: all at once they would only fill it.
    const takes = lane === undefined || lane.state === 'flowing';
    if (!takes && mustBeTold(due, now, settings)) return undefined;
    const { municipalityCode: code } = due;
    const before = begun.get(code) ?? 0;
    begun.set(code, before + 1);
    switch (lane?.state) {
      case 'held':
      case 'down': {
        const since = Date.parse(lane.hold?.at ?? lane.downSince ?? '') || now;
        return nextLookAt(now, since, code, leastLookMs);
      }
      case 'probing':
        return before < PROBES ? undefined : now + leastLookMs;
      case 'flowing':
      case undefined: {
        const share = (perSecondOf(code) * everyMs * STARTED_SHARE) / 1000;
        const most = Math.max(1, Math.floor(share) - (lane ? lane.running + lane.waiting : 0));
        return before < most ? undefined : now + everyMs * Math.floor(before / most);
      }
    }
  };
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
