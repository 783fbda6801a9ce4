import { describe, expect, it } from 'vitest';
import { nationalRuleProblems } from '../layouts/national-rules.ts';
import { emission, software } from '../tax/sales.fixtures.ts';
import { parseXml } from '../xml.ts';
import { buildDps, type DpsInput } from './dps-document.ts';
import { hasNote009Positions, NOTE_009_SINCE } from './note-009.ts';

const bearing = {
  dps: { series: '1', number: 1 },
  issuedAt: '2033-06-01T09:30:00-03:00',
  environment: '2',
  softwareVersion: 'nfse-ledger-0.1.0',
} as const;
const ibsCbs = { ...software.ibsCbs, operationCode: '100301', cst: '000', classification: '000001' };
const recipient = { cnpj: '12345678000195', name: 'Destinatária Exemplo Ltda' };
const input: DpsInput = { ...software, ...bearing, ibsCbs: { ...ibsCbs, recipient } };
const since = { 1: undefined, 2: '2033-06-01' };

const written = (changed: Partial<DpsInput> = {}) =>
  buildDps({ ...input, ...changed }, { alphanumericCnpj: true, note009Since: since });

describe('the positions of Technical Note 009', () => {
  it('are off, in both environments', () => {
    for (const environment of ['1', '2'] as const) {
      expect(hasNote009Positions(environment, '2099-12-31', NOTE_009_SINCE)).toBe(false);
    }
  });

  it.each([
    ['the day before', '2', '2033-05-31', false],
    ['that day', '2', '2033-06-01', true],
    ['that day in the other environment', '1', '2033-06-01', false],
  ] as const)('are taken by environment and day: %s', (_, environment, date, taken) =>
    expect(hasNote009Positions(environment, date, since)).toBe(taken),
  );

  it('leave a document of before as it is', () =>
    expect(written({ issuedAt: '2033-05-31T09:30:00-03:00' })).toBe(
      buildDps({ ...input, issuedAt: '2033-05-31T09:30:00-03:00' }),
    ));

  it('have purpose and recipient before the taxes, and the classification before its detail', () => {
    const xml = written();
    expect(xml).toContain('<tpEmit>1</tpEmit><finNFSe>0</finNFSe><cLocEmi>');
    expect(xml).toMatch(/<\/toma><indDest>1<\/indDest><dest><CNPJ>12345678000195<\/CNPJ>.*<\/dest><serv>/);
    expect(xml).toContain('<trib><CST>000</CST><cClassTrib>000001</cClassTrib><gIBSCBS');
    expect(xml.match(/<(finNFSe|indDest|dest|cClassTrib)>/g)).toHaveLength(4);
  });

  it('have the purpose in a note without IBS and CBS', () =>
    expect(written({ ...emission, ...bearing, ibsCbs: undefined })).toContain('<finNFSe>0</finNFSe>'));

  it('have neither detail nor operation code for a situation without tax', () => {
    const xml = written({ ibsCbs: { ...ibsCbs, cst: '410', classification: '410001' } });
    expect(xml).toContain('<trib><CST>410</CST><cClassTrib>410001</cClassTrib></trib>');
    expect(xml).not.toContain('cIndOp');
  });

  it('are read by the rules as those of the layout in force', () => {
    const broken = (xml: string) => nationalRuleProblems(parseXml(xml)).map(({ code }) => code);
    for (const xml of [buildDps(input), written()]) {
      expect(broken(xml)).toEqual([]);
      expect(broken(xml.replace('<CST>000<', '<CST>200<'))).toEqual(['E0959']);
      expect(broken(xml.replace('<indDest>1<', '<indDest>0<'))).toEqual(['recipient']);
    }
  });
});
