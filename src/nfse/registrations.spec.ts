import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCnpj } from './cnpj.ts';
import { parseCpf } from './cpf.ts';
import { modulo11Digit } from './modulo-11.ts';

const cnpjs = fc.stringMatching(/^[0-9A-Z]{12}$/).map((body) => {
  const first = body + modulo11Digit(body);
  return first + modulo11Digit(first);
});

describe('a CNPJ', () => {
  it.each(['11222333000181', '12345678000195', '12ABC34501DE35', '00000000E08G12', 'ABCDEFGH000195'])(
    '%s is valid',
    (text) => expect(parseCnpj(text)).toBe(text),
  );

  it.each([
    ['wrong check digit', '11222333000182'],
    ['punctuation', '11.222.333/0001-81'],
    ['lower case', '12abc34501de35'],
    ['letters as check digits', '12ABC34501DEAB'],
    ['too short', '1122233300018'],
    ['surrounding blanks', ' 11222333000181'],
    ['a final line feed', '11222333000181\n'],
    ['fourteen equal digits', '00000000000000'],
    ['digits of another script', '١١٢٢٢٣٣٣٠٠٠١٨١'],
    ['not text', 11222333000181],
    ['nothing', undefined],
  ])('is refused for %s', (_, text) => expect(parseCnpj(text)).toBeUndefined());

  it('with any one digit changed is no CNPJ', () => {
    const change = fc.tuple(cnpjs, fc.nat(13), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(change, ([cnpj, at, by]) => {
        fc.pre(parseCnpj(cnpj) !== undefined && /\d/.test(cnpj[at] ?? ''));
        const changed = cnpj.slice(0, at) + ((Number(cnpj[at]) + by) % 10) + cnpj.slice(at + 1);
        // Remainders 0 and 1 share the digit 0, so the sum cannot tell those two apart: the rule's own blind spot.
        fc.pre(!cnpj.slice(12).includes('0') && !changed.slice(12).includes('0'));
        expect(parseCnpj(changed)).toBeUndefined();
      }),
    );
  });
});

describe('a CPF', () => {
  it.each(['52998224725', '11144477735'])('%s is valid', (text) => expect(parseCpf(text)).toBe(text));

  it.each([
    ['wrong check digit', '52998224726'],
    ['punctuation', '529.982.247-25'],
    ['eleven equal digits', '11111111111'],
    ['too long', '529982247250'],
    ['not text', 52998224725],
  ])('is refused for %s', (_, text) => expect(parseCpf(text)).toBeUndefined());
});
