import { describe, expect, it } from 'vitest';
import { UnwritableField } from './dps-fields.ts';
import { refuseLettersInCnpj } from './revision.ts';

const digits = '11222333000181';
const letters = '12ABC34501DE35';

describe('the revision of the layout without letters', () => {
  it('carries a sale between companies of digits', () =>
    expect(() => refuseLettersInCnpj({ companyCnpj: digits, customer: { cnpj: digits } })).not.toThrow());

  it.each([
    [{ companyCnpj: letters }, '/companyCnpj'],
    [{ companyCnpj: digits, customer: { cnpj: letters } }, '/customer/cnpj'],
    [{ companyCnpj: digits, intermediary: { cnpj: letters } }, '/intermediary/cnpj'],
  ])('refuses %j by its field', (parties, field) =>
    expect(() => refuseLettersInCnpj(parties)).toThrow(new UnwritableField(field, 'unsupported')),
  );
});
