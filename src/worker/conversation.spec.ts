import { describe, expect, it } from 'vitest';
import { cancelRequested, deferred, emitted, issued, rejection } from '../../test/invoices.ts';
import { freshWork, work, worker } from '../../test/scripted-worker.ts';
import type { Delivery } from './work-message.ts';

describe('a company that cannot show itself to the authority', () => {
  const refusal = { ...rejection, code: 'CERTIFICATE_MISSING' };
  const first: Partial<Delivery> = { receiveCount: 1 };

  it('has its emission fail at once, with what to do, when nothing was sent', async () => {
    const it = await worker([emitted], { refusal });
    await it.handle(await freshWork(it.events));
    expect(it.calls).toEqual([]);
    expect(await it.invoice()).toMatchObject({ status: 'FAILED', error: refusal });
  });

  it('has an emission wait that may have been sent: only the authority knows what became of it', async () => {
    const it = await worker([emitted, deferred], { refusal });
    await it.handle(work);
    expect(await it.types()).toEqual(['SubmissionDeferred']);
    expect(await it.invoice()).toMatchObject({ status: 'EMITTED', attempt: 2 });
  });

  it('has its cancellation refused, and keeps the note', async () => {
    const it = await worker([emitted, issued, cancelRequested], { refusal });
    await it.handle({ ...work, operation: 'cancel', origin: 'cancellation' }, first);
    expect(await it.types()).toEqual(['CancelFailed']);
    expect(await it.invoice()).toMatchObject({ status: 'ISSUED', cancellation: { error: refusal } });
  });

  it('has a cancellation wait that came before any answer', async () => {
    const it = await worker([emitted, cancelRequested], { refusal });
    await it.handle(work, first);
    expect(await it.types()).toEqual(['SubmissionDeferred']);
  });
});
