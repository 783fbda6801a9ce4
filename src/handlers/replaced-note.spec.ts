import { describe, expect, it } from 'vitest';
import {
  accessKey,
  at,
  cancelled,
  cancelRequested,
  companyCnpj,
  emitted,
  failed,
  invoiceId,
  issued,
  meta,
} from '../../test/invoices.ts';
import { START, tipAfter } from '../events/commit.ts';
import { event, type NewEvent } from '../events/event-types.ts';
import { invoiceIdFor } from '../events/ids.ts';
import { memoryEventStore } from '../events/memory-event-store.ts';
import type { Cnpj } from '../nfse/cnpj.ts';
import { Problem } from './problem.ts';
import { type Replacing, withReplacedKey } from './replaced-note.ts';

const self: Replacing = { companyCnpj, invoiceId: invoiceIdFor(companyCnpj, 'pedido-119') };
const byItself = event('Cancelled', {
  ...cancelled.data,
  replacedBy: { invoiceId: self.invoiceId, nfseNumber: '102' },
});

/** What a request becomes that names the invoice with this history, or the field and code it is refused for. */
async function named(
  history: readonly NewEvent[],
  replaces: object = { invoiceId },
  replacing = self,
): Promise<unknown> {
  const events = memoryEventStore();
  let tip = START;
  for (const [index, happened] of history.entries()) {
    const commitId = `commit-${index}`;
    tip = tipAfter(await events.append({ invoiceId, tip, events: [happened], meta, at, commitId }));
  }
  try {
    const asked = { service: 1, replaces: { reasonCode: '01', ...replaces } };
    const { request, replaced } = await withReplacedKey(events, asked, replacing);
    return { request, replaced: replaced?.id };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (error.facts.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('a replaced note named by its invoice', () => {
  const request = { service: 1, replaces: { reasonCode: '01', invoiceId, accessKey } };
  const whole = { request, replaced: invoiceId };
  it('is known by its access key', async () => expect(await named([emitted, issued])).toEqual(whole));
  it('may be named by both', async () =>
    expect(await named([emitted, issued], { invoiceId, accessKey })).toEqual(whole));
  it('is known to the request that has replaced it, when that comes again', async () =>
    expect(await named([emitted, issued, cancelRequested, byItself])).toEqual(whole));
  it('is nothing to look up where the note is named by its key alone', async () =>
    expect(await named([], { accessKey })).toEqual({
      request: { service: 1, replaces: { reasonCode: '01', accessKey } },
    }));

  const stranger = { ...self, companyCnpj: '12345678000195' as Cnpj };
  it.each<[string, readonly NewEvent[], string, object?, Replacing?]>([
    ['does not exist', [], 'invoiceId replaced-invoice'],
    ['has no note yet', [emitted], 'invoiceId replaced-invoice'],
    ['was refused', [emitted, failed], 'invoiceId replaced-invoice'],
    ['is another company’s', [emitted, issued], 'invoiceId replaced-invoice', { invoiceId }, stranger],
    ['is the replacing one', [emitted, issued], 'invoiceId replaced-invoice', { invoiceId: self.invoiceId }],
    ['cannot be one', [emitted, issued], 'invoiceId replaced-invoice', { invoiceId: '../x' }],
    ['was cancelled', [emitted, issued, cancelRequested, cancelled], 'invoiceId replaced-note'],
    ['has another key', [emitted, issued], 'accessKey replaced-key', { invoiceId, accessKey: '1'.repeat(50) }],
  ])('is refused when the invoice %s', async (_, history, refusal, replaces, replacing) =>
    expect(await named(history, replaces, replacing)).toEqual([`/replaces/${refusal}`]),
  );
});
