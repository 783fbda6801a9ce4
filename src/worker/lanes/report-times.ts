import type { WorkerReport } from '../../commands/lanes/records.ts';

/** A lane that is at work is reported this often, and one that is not when it falls still. */
const AT_WORK_MS = 10_000;
/** A breaker that is not closed is reported this often, so that the others may rely on its word. */
const NOT_CLOSED_MS = 300_000;

/**
 * Whether a lane is to be reported: at once when its breaker opens or closes, seldom otherwise. A write is a unit.
 *
 * @param now in milliseconds
 */
export function reportIsDue(report: WorkerReport, before: WorkerReport | undefined, now: number): boolean {
  if (!before) return true;
  if ((report.breaker === 'closed') !== (before.breaker === 'closed')) return true;
  const sinceMs = now - Date.parse(before.at);
  if (sinceMs < AT_WORK_MS) return false;
  if (report.running + report.waiting + before.running + before.waiting > 0) return true;
  if (report.probesAt !== before.probesAt || report.turnedAway !== before.turnedAway) return true;
  if (report.lastSuccessAt !== before.lastSuccessAt || report.lastFailureAt !== before.lastFailureAt) return true;
  return report.breaker !== 'closed' && sinceMs >= NOT_CLOSED_MS;
}
