import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, NotCanonical } from './canonical-json.ts';

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('any'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any;

describe('canonical JSON', () => {
  it('is JSON of the same value', () =>
    fc.assert(
      fc.property(value, (v) => {
        expect(JSON.parse(canonicalJson(v))).toEqual(JSON.parse(JSON.stringify(v)));
      }),
    ));

  it('does not depend on the order of members', () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { noNullPrototype: true }), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    ));

  it('leaves members that are undefined out', () => expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}'));

  it.each([
    ['a fraction', { price: 0.1 }, "Number at '/price' is not a safe integer"],
    ['a number beyond 2^53', [2 ** 53], "Number at '/0' is not a safe integer"],
    ['half a surrogate pair', { name: '\ud800' }, "Text at '/name' has an unpaired surrogate"],
    ['a date', { at: new Date(0) }, "Value at '/at' is not plain JSON"],
    ['a function', { f: () => 1 }, "Value at '/f' is not JSON"],
  ])('refuses %s, saying where', (_title, bad, message) => {
    expect(() => canonicalJson(bad)).toThrow(NotCanonical);
    expect(() => canonicalJson(bad)).toThrow(message);
  });
});
