import { expect, it } from 'vitest';
import { PROBES } from '../src/worker/lanes/breaker.ts';
import { liveOutage } from './faults/outage.ts';

it('a city hall that is down for a week, less an hour, loses no invoice and meets no stampede', async () => {
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

it('a backlog is started as soon as somebody finds out that the city hall is back', async () => {
  const few = { invoices: 60, companies: 2, hours: 30, perSecond: 5, progress: () => undefined };
  const [alone, found] = [await liveOutage(few), await liveOutage({ ...few, newcomers: true })];
  expect(found).toMatchObject({ issued: found.accepted, flawed: [], dead: 0, outOfOrder: 0 });
  // The breaker lets the next ones through after ten minutes at the most; without any, nobody looks for up to an hour.
  expect(found.drainMinutes).toBeLessThanOrEqual(12);
  expect(alone.drainMinutes).toBeGreaterThan(found.drainMinutes);
});
