import { describe, expect, it } from 'vitest';
import { withoutBlankTexts } from './blank-texts.ts';
import { RegistrationBody } from './company-request.ts';
import { EmitBody } from './emission-request.ts';

const BLANKS = ['', ' ', '\n\t ', '\u00a0', '\u200b\u2060', '\u3000', '\ufeff', '\ufe0f\u034f', '\u3164', '\u2800'];

describe('a blank text in a request', () => {
  it.each(BLANKS)('%j is left out where it may be', (blank) =>
    expect(
      withoutBlankTexts(EmitBody, {
        service: { nbsCode: blank, information: { order: blank } },
        customer: { cnpj: '12345678000195', cpf: blank, email: blank, address: { complement: blank, number: blank } },
      }),
    ).toEqual({
      service: { information: {} },
      customer: { cnpj: '12345678000195', address: {} },
    }),
  );

  it('stays where something is required, and where it is an amount, a date, one of a list or unknown', () => {
    const request = {
      competenceDate: '',
      issuer: { simplesNacional: '' },
      service: { description: ' ' },
      amounts: { deduction: '' },
      iss: { taxation: '' },
      unknown: '',
    };
    expect(withoutBlankTexts(EmitBody, request)).toEqual(request);
  });

  it('in a list stays, to be refused', () => {
    const request = { service: { information: { orderItems: ['', 'Item'] } } };
    expect(withoutBlankTexts(EmitBody, request)).toEqual(request);
  });

  it.each([[null], ['text'], [[]], [7]])('leaves %j as it is', (value) =>
    expect(withoutBlankTexts(EmitBody, value)).toEqual(value),
  );
});

describe('a blank text in a registration', () => {
  it('is left out, too', () =>
    expect(withoutBlankTexts(RegistrationBody, { name: 'Exemplo', issuer: { municipalRegistration: ' ' } })).toEqual({
      name: 'Exemplo',
      issuer: {},
    }));
});
