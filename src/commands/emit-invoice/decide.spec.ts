import { describe, it } from 'vitest';
import { cancelled, cancelRequested, emission, emitted, failed, issued, requestId } from '../../../test/invoices.ts';
import { given } from '../../../test/specification.ts';
import { event } from '../../events/event-types.ts';
import type { Invoice } from '../../events/invoice.ts';
import { AlreadyEmitted, decideEmit } from './decide.ts';

const { dps, provider, xmlKey } = emitted.data;
const emit = (invoice: Invoice) => decideEmit({ requestId, emission, provider, dps, xmlKey }, invoice);
const discounted = { ...emission, amounts: { ...emission.amounts, unconditionalDiscount: 1 } };

describe('emit an invoice', () => {
  it('accepts the first emission of a request', () => given().when(emit).thenHappens(emitted));
  it('totals the price less the unconditional discount', () =>
    given()
      .when((invoice) => decideEmit({ requestId, emission: discounted, provider, dps, xmlKey }, invoice))
      .thenHappens(event('Emitted', { ...discounted, requestId, provider, dps, xmlKey, total: 149_999 })));

  it.each([
    ['waits', [emitted]],
    ['was issued', [emitted, issued]],
    ['failed', [emitted, failed]],
    ['is being cancelled', [emitted, cancelRequested]],
    ['is cancelled', [emitted, issued, cancelRequested, cancelled]],
  ])('never accepts a second emission of a request whose invoice %s', (_, events) =>
    given(...events)
      .when(emit)
      .thenThrows(AlreadyEmitted),
  );
});
