import { describe, expect, it } from 'vitest';
import { traceAnnotations } from './trace-annotations.ts';

describe('the annotations of a trace', () => {
  it('are the invoice and the company, and nothing else that is known', () =>
    expect(traceAnnotations({ invoiceId: 'inv_1', companyCnpj: '11222333000181', requestId: 'PEDIDO118' })).toEqual({
      invoiceId: 'inv_1',
      companyCnpj: '11222333000181',
    }));

  it('have no company where the number is a CPF', () =>
    expect(traceAnnotations({ invoiceId: 'inv_1', companyCnpj: '52998224725' })).toEqual({ invoiceId: 'inv_1' }));

  it('are none where nothing is known', () => expect(traceAnnotations({})).toEqual({}));
});
