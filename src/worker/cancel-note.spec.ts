import { describe, expect, it } from 'vitest';
import { cancelRequested, emitted, issued } from '../../test/invoices.ts';
import { unknown, work, worker } from '../../test/scripted-worker.ts';

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
