import { expect, it } from 'vitest';
import { PROBES } from '../src/worker/lanes/breaker.ts';
import { liveOutage } from './faults/outage.ts';

it('a city hall that is down for a week, less an hour, loses no invoice and meets no stampede', {
  timeout: 60_000,
}, async () => {
  const perSecond = 5;
  const outage = await liveOutage({ invoices: 240, companies: 6, hours: 167, perSecond, progress: () => undefined });
  expect(outage).toMatchObject({ issued: 240, flawed: [], dead: 0 });
  // Those that find out that it is back have no part in the order of the others.
  expect(outage.outOfOrder).toBeLessThanOrEqual(PROBES);
  // Waiting is in the history. Before the breaker opens, a lane that has enough puts a message back once.
  expect(outage.mostReceives).toBe(1);
  expect(outage.mostReceivesWhileDown).toBeLessThanOrEqual(2);
  // A look-up and a declaration each, and what the bucket had saved.
  expect(outage.mostCallsInASecond).toBeLessThanOrEqual(4 * perSecond);
});
