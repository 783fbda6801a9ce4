import { describe, expect, it } from 'vitest';
import { DefectiveDeclaration, RefusedDeclaration } from '../nfse/national/refused-declaration.ts';
import { problemOf } from './error-answers.ts';

describe('a declaration that the authority would refuse', () => {
  it('is a 422 that names what to change, where it lies with the client', () => {
    const field = { pointer: '/customer/cnpj', code: 'E0188', message: 'O CNPJ não existe.', howToFix: 'Confira.' };
    expect(problemOf(new RefusedDeclaration([field]))?.facts).toMatchObject({ status: 422, errors: [field] });
  });

  it('is nothing to tell the client, where it lies with us', () =>
    expect(problemOf(new DefectiveDeclaration([{ path: '/DPS/infDPS/@Id', code: 'E0004' }]))).toBeUndefined());
});
