import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dueInOrder, dueTogether } from './due-order.ts';

const moment = fc.date({ min: new Date('2026-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
const number = fc.nat(999_999_999);

it('asks for all that wait for one moment, and for nobody else', () =>
  fc.assert(
    fc.property(moment, number, fc.integer({ min: -3, max: 3 }), (at, n, laterMs) => {
      const { from = '', until } = dueTogether(at.toISOString());
      const dueAt = dueInOrder(at.getTime() + laterMs, n);
      expect(dueAt >= from && dueAt <= until).toBe(laterMs === 0);
    }),
  ));
