import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableSale } from '../tax/any-sale.fixtures.ts';
import { checkDeclaration } from './check-declaration.ts';
import { emission } from './dps-document.fixtures.ts';
import { buildDps } from './dps-document.ts';
import { DefectiveDeclaration, RefusedDeclaration } from './refused-declaration.ts';

const bearing = {
  dps: { series: '1', number: 1 },
  issuedAt: '2033-06-01T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
} as const;

describe('a declaration held against the layout', () => {
  it('is right for whatever sale the fiscal rules let through', { timeout: 60_000 }, () =>
    fc.assert(
      fc.property(acceptableSale, (sale) => {
        checkDeclaration(buildDps({ ...bearing, ...sale }), { alphanumericCnpj: true });
      }),
      { numRuns: 1_000 },
    ),
  );

  it('is right before it is signed', () =>
    expect(() => checkDeclaration(buildDps(emission), { alphanumericCnpj: false })).not.toThrow());

  it('is our defect where nothing that the client sends would mend it', () => {
    const changed = (from: string, to: string) => () =>
      checkDeclaration(
        buildDps(emission).replace(from, () => to),
        { alphanumericCnpj: true },
      );
    expect(changed('<nDPS>1<', '<nDPS>2<')).toThrow(DefectiveDeclaration);
    expect(changed('<regTrib>', '<xNome>X</xNome><regTrib>')).toThrow(DefectiveDeclaration);
    expect(changed('<tpAmb>2<', '<tpAmb>3<')).toThrow('/DPS/infDPS/tpAmb not-in-list');
  });

  it('names what the client can change where both are wrong', () => {
    const xml = buildDps(emission).replace('<tpAmb>2<', '<tpAmb>3<').replace('<CEP>30130000<', '<CEP>3013000<');
    expect(() => checkDeclaration(xml, { alphanumericCnpj: true })).toThrow(RefusedDeclaration);
  });
});
