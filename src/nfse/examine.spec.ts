import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMINED_KINDS, type ExaminedKind, examine } from './examine.ts';

const KEY = '31062002211222333000181000000000010126110000000176';
const ID = 'DPS310620021122233300018100001000000000000001';

describe('a number that is right', () => {
  it.each<[ExaminedKind, string, string, string | undefined]>([
    ['cpf', '529.982.247-25', '52998224725', '25'],
    ['cnpj', '11.222.333/0001-81', '11222333000181', '81'],
    ['cnpj', '12.abc.345/01de-35', '12ABC34501DE35', '35'],
    ['cnpj', ' 00000000E08G12 ', '00000000E08G12', '12'],
    ['access-key', KEY, KEY, '6'],
    ['access-key', `NFS${KEY.match(/.{1,4}/g)?.join(' ')}`, KEY, '6'],
    ['dps-id', ID.toLowerCase(), ID, undefined],
    ['municipality', '3550308', '3550308', '8'],
    ['municipality', '2201919', '2201919', '1'],
  ])('%s %s is %s', (kind, value, canonical, checkDigit) =>
    expect(examine(kind, value)).toEqual({
      kind,
      value,
      valid: true,
      canonical,
      ...(checkDigit && { checkDigit }),
    }),
  );
});

describe('a number that is wrong', () => {
  it.each<[ExaminedKind, string, RegExp, string | undefined]>([
    ['cpf', '529.982.247-26', /26 e deveriam ser 25/, '25'],
    ['cpf', '111.111.111-11', /onze dígitos iguais/, '11'],
    ['cpf', '5299822472', /tem 10 caracteres e deveria ter 11/, undefined],
    ['cpf', '5299822472X', /só tem dígitos/, undefined],
    ['cnpj', '11222333000182', /deveriam ser 81/, '81'],
    ['cnpj', '00000000000000', /catorze dígitos iguais/, '00'],
    ['cnpj', '11222333000AB1', /no fim, 2 dígitos/, undefined],
    ['access-key', `${KEY.slice(0, 49)}5`, /é 5 e deveria ser 6/, '6'],
    ['access-key', KEY.replace('3106200', '3106201'), /município 3106201 não existe/, '2'],
    ['access-key', KEY.replace('11222333000181', '11222333000182'), /CNPJ 11222333000182/, '2'],
    ['access-key', KEY.replace('2611', '2613'), /mês 13/, '0'],
    ['access-key', 'X'.repeat(50), /composição/, undefined],
    ['dps-id', ID.slice(0, -1), /tem 44 caracteres/, undefined],
    ['dps-id', `${ID.slice(0, 30)}000000000000000`, /número da DPS é zero/, undefined],
    ['dps-id', ID.replace('DPS3106200', 'DPS9906200'), /município 9906200/, undefined],
    ['municipality', '3106201', /tabela do IBGE/, '0'],
    ['municipality', 'BH', /tem 2 caracteres/, undefined],
  ])('%s %s: %s', (kind, value, reason, checkDigit) => {
    const { canonical, ...found } = examine(kind, value);
    expect(canonical).toBeUndefined();
    expect(found).toEqual({
      kind,
      value,
      valid: false,
      reason: expect.stringMatching(reason),
      ...(checkDigit && { checkDigit }),
    });
  });

  it('is told apart from right ones whatever is typed, always with a reason', () =>
    fc.assert(
      fc.property(fc.constantFrom(...EXAMINED_KINDS), fc.string({ maxLength: 300 }), (kind, value) => {
        const { valid, reason, canonical } = examine(kind, value);
        expect(valid ? canonical : reason).toMatch(/\S/);
      }),
    ));
});
