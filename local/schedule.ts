import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduledEvent } from 'aws-lambda';

/**
 * Calls a function at a steady pace, as an EventBridge schedule does, but never a second time while one call is under way.
 *
 * @param options.onFailure told of what the call threw; the schedule goes on
 */
export function startSchedule(options: {
  readonly rule: string;
  readonly everySeconds: number;
  readonly call: (event: ScheduledEvent) => Promise<unknown>;
  readonly onFailure: (error: unknown) => void;
}): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pause = () =>
    sleep(options.everySeconds * 1_000, undefined, { signal: stopping.signal }).catch(() => undefined);
  const running = (async () => {
    for (await pause(); !stopping.signal.aborted; await pause()) {
      await options.call(scheduledEvent(options.rule, new Date())).catch(options.onFailure);
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

function scheduledEvent(rule: string, at: Date): ScheduledEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: at.toISOString(),
    region: 'sa-east-1',
    resources: [`arn:aws:events:sa-east-1:000000000000:rule/${rule}`],
    detail: {},
  };
}
