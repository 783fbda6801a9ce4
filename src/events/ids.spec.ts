import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cnpj } from '../nfse/cnpj.ts';
import { invoiceIdFor, parseInvoiceId, ulid } from './ids.ts';

const company = '11222333000181' as Cnpj;

describe('an invoice id', () => {
  it('is the same for the same request of the same company', () =>
    expect(invoiceIdFor(company, 'pedido-118')).toBe('inv_chymdst8yeev0d1hw5ea5v8y2w'));

  it('differs by company and by request', () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a !== b);
        expect(invoiceIdFor(company, a)).not.toBe(invoiceIdFor(company, b));
        expect(invoiceIdFor('12345678000195' as Cnpj, a)).not.toBe(invoiceIdFor(company, a));
      }),
    ));

  it('is read back, whatever the request', () =>
    fc.assert(
      fc.property(fc.string(), (request) => {
        const id = invoiceIdFor(company, request);
        expect(parseInvoiceId(id)).toBe(id);
      }),
    ));

  it.each(['', 'inv_', 'inv_../../etc/passwd', 'INV_0000000000000000000000000', `inv_${'u'.repeat(26)}`, 7, null])(
    'is not %j',
    (text) => expect(parseInvoiceId(text)).toBeUndefined(),
  );
});

describe('a ULID', () => {
  const random = new Uint8Array(10).fill(255);
  it('has the form of the specification', () => {
    expect(ulid(0, new Uint8Array(10))).toBe('00000000000000000000000000');
    expect(ulid(281_474_976_710_655, random)).toBe('7ZZZZZZZZZZZZZZZZZZZZZZZZZ');
    expect(ulid(1_469_918_176_385, random).slice(0, 10)).toBe('01ARYZ6S41');
  });

  it('sorts by time', () =>
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.integer({ min: 1, max: 2 ** 30 }), (now, later) => {
        expect(ulid(now, random) < ulid(now + later, new Uint8Array(10))).toBe(true);
      }),
    ));
});
