import { describe, expect, it } from 'vitest';
import { at, cancelRequested, emitted, issued } from '../../test/invoices.ts';
import { absent, queued, rejected, unknown, work, worker } from '../../test/scripted-worker.ts';

describe('a cancellation that is sent again', () => {
  it('bears the same time, which is from the stream and not from the clock', async () => {
    const times = [5, 500].map(async (seconds) => {
      const it = await worker([emitted, issued, cancelRequested], { cancel: [unknown] }, seconds);
      await it.handle(work);
      return it.cancellationTimes[0];
    });
    const [first, again] = await Promise.all(times);
    expect(again).toBe(first);
    expect(Date.parse(first ?? '')).toBeGreaterThanOrEqual(Date.parse(issued.data.issuedAt));
  });
});

describe('a cancellation whose question was asked while somebody could still be sending', () => {
  /** The handling begins soon after the request, and what it hears is kept when nobody can be sending any more. */
  function slowClock() {
    let asked = 0;
    return () => new Date(Date.parse(at) + (asked++ === 0 ? 10 : 301) * 1000);
  }

  it('is not done when the authority had no note then', async () => {
    const it = await worker([emitted, cancelRequested], { find: [absent] }, 0, { now: slowClock() });
    await it.handle(work);
    expect(await it.types()).toEqual([]);
  });

  it('is not done when the authority refused the batch then', async () => {
    const it = await worker([emitted, queued, cancelRequested], { find: [rejected] }, 0, { now: slowClock() });
    await it.handle(work);
    expect(await it.types()).toEqual(['Failed']);
    expect(await it.invoice()).toMatchObject({ status: 'CANCELLING' });
  });
});
