import { describe, it } from 'vitest';
import { emission, emitted, requestId, route } from '../../../test/invoices.ts';
import { given } from '../../../test/specification.ts';
import { event } from '../../events/event-types.ts';
import type { Invoice } from '../../events/invoice.ts';
import { decideEmit, type EmitInvoice, RequestIdReused } from './decide.ts';

const { dps, provider, xmlKey } = emitted.data;
const names = { competenceDate: true, dpsNumber: true };
const command: EmitInvoice = { requestId, emission, provider, route, dps, xmlKey, names };
const emit = (changes: Partial<EmitInvoice>) => (stream: Invoice) => decideEmit({ ...command, ...changes }, stream);
const discounted = { ...emission, amounts: { ...emission.amounts, unconditionalDiscount: 1 } };
const another = { emission: { ...emission, competenceDate: '2026-11-09' }, dps: { ...dps, number: dps.number + 1 } };

describe('emit an invoice', () => {
  it('accepts the first emission of a request', () => given().when(emit({})).thenHappens(emitted));
  it('totals the price less the unconditional discount', () =>
    given()
      .when(emit({ emission: discounted }))
      .thenHappens(event('Emitted', { ...discounted, requestId, provider, route, dps, xmlKey, total: 149_999 })));
  it('says why its number is far ahead of those before it', () =>
    given()
      .when(emit({ dpsJumpReason: 'Numeração do sistema anterior' }))
      .thenHappens(event('Emitted', { ...emitted.data, dpsJumpReason: 'Numeração do sistema anterior' })));
});

describe('emit an invoice whose request was accepted before', () => {
  it('has nothing new to say of the same content', () => given(emitted).when(emit({})).thenNothing());
  it('has nothing new to say where only what the request left out differs', () =>
    given(emitted)
      .when(emit({ ...another, names: { competenceDate: false, dpsNumber: false } }))
      .thenNothing());

  it.each<[string, Partial<EmitInvoice>]>([
    ['amount', { emission: discounted }],
    ['date', { emission: another.emission }],
    ['number', { dps: another.dps }],
    ['series', { dps: { ...dps, series: '2' } }],
  ])('refuses another %s under the same request id', (_, changes) =>
    given(emitted).when(emit(changes)).thenThrows(RequestIdReused),
  );
});
