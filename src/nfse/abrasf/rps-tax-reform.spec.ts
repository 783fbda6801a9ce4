import { describe, expect, it } from 'vitest';
import { builtInFile } from '../municipality-profiles/built-in.ts';
import { rpsStyleOf } from '../municipality-profiles/dialect-styles.ts';
import { dialectsFrom } from '../municipality-profiles/dialects.ts';
import { ProfilesSchema } from '../municipality-profiles/schema.ts';
import type { Sale } from '../sale.ts';
import { exported, software } from '../tax/sales.fixtures.ts';
import { UnwritableFields } from '../unwritable.ts';
import { buildRps } from './rps-document.ts';

const dialects = dialectsFrom([ProfilesSchema.parse(builtInFile)], ({ message }) => {
  throw new RangeError(message);
});

function written(sale: Sale, name: string): string {
  const dialect = dialects.get(name);
  if (!dialect) throw new RangeError(`There is no dialect ${name}`);
  const bearing = { dps: { series: '1', number: 1 }, issuedAt: '2026-11-10T09:30:00-03:00' };
  return buildRps({ ...sale, ...bearing }, rpsStyleOf(dialect));
}

function refused(sale: Sale, name: string): readonly string[] {
  try {
    written(sale, name);
    return [];
  } catch (error) {
    if (error instanceof UnwritableFields) return error.fields.map(({ field }) => field);
    throw error;
  }
}

const CORE = '<finNFSe>0</finNFSe><indFinal>0</indFinal><cIndOp>100301</cIndOp><indDest>0</indDest>';
const SITUATION = '<trib><gIBSCBS><CST>000</CST><cClassTrib>000001</cClassTrib></gIBSCBS></trib>';

describe('IBS and CBS in an RPS', () => {
  it('of WebISS stand at the end of the declaration, with the NBS code in its place', () => {
    const rps = written(software, 'webiss');
    expect(rps).toContain(
      `<IncentivoFiscal>2</IncentivoFiscal><IBSCBS>${CORE}<valores>${SITUATION}</valores></IBSCBS></InfDeclaracaoPrestacaoServico>`,
    );
    expect(rps).toContain('<CodigoNbs>115022000</CodigoNbs><Discriminacao>');
  });

  it('of GISS stand at the end of the amounts, behind the other taxes and with the place of the operation', () => {
    const rps = written(software, 'giss');
    expect(rps).toContain(
      '<trib><tribFed><piscofins><CST>01</CST><vBCPisCofins>1500.00</vBCPisCofins><pAliqPis>0.65</pAliqPis><pAliqCofins>3.00</pAliqCofins><vPis>9.75</vPis><vCofins>45.00</vCofins><tpRetPisCofins>0</tpRetPisCofins></piscofins></tribFed><totTrib>',
    );
    expect(rps).toContain(
      `<IBSCBS>${CORE}<valores>${SITUATION}<cLocalidadeIncid>3106200</cLocalidadeIncid><pRedutor>0.00</pRedutor></valores></IBSCBS></Valores>`,
    );
  });

  it.each([
    ['of the provider', '050101', '3550308'],
    ['of the customer', '050102', '3304557'],
    ['of the service', '050201', '3106200'],
  ])('of GISS are due at the place %s', (_, operationCode, municipality) => {
    const { customer, ibsCbs } = software;
    const address = customer?.address && { ...customer.address, municipalityCode: '3304557' };
    const sale = {
      ...software,
      municipalityCode: '3550308',
      ...(customer && { customer: { ...customer, address } }),
      ...(ibsCbs && { ibsCbs: { ...ibsCbs, operationCode } }),
    };
    expect(written(sale, 'giss')).toContain(`<cLocalidadeIncid>${municipality}</cLocalidadeIncid>`);
  });

  it('of GISS need the customer’s address where it says the place', () =>
    expect(refused({ ...software, customer: undefined }, 'giss')).toEqual(['/customer/address']));

  it('of Tiplan stand at the end of the service, under names of its own', () =>
    expect(written(software, 'tiplan')).toContain(
      '<IBSCBS><OperacaoUsoConsumoPessoal>0</OperacaoUsoConsumoPessoal><Operacao>100301</Operacao><ValoresTributos><SituacaoTributaria>000</SituacaoTributaria><ClassificacaoTributaria>000001</ClassificacaoTributaria></ValoresTributos></IBSCBS></Servico>',
    ));

  it('of NFeCidades are an operation code and an NBS code, and the classification is text', () => {
    const { ibsCbs } = software;
    const rps = written(
      { ...software, ...(ibsCbs && { ibsCbs: { ...ibsCbs, personalUse: undefined } }) },
      'nfecidades',
    );
    expect(rps).toContain('<CodigoNBS>115022000</CodigoNBS><CIndOp>100301</CIndOp></Servico>');
    expect(rps).toContain('IBS/CBS: CST 000, cClassTrib 000001');
  });

  it.each(['abrasf-2.04', 'betha-2', 'ginfes'])('are refused whole by %s, which has no place for them', (name) =>
    expect(refused(software, name)).toEqual(['/ibsCbs']),
  );
});

describe('foreign trade in an RPS', () => {
  it('of GISS stands at the end of the service', () =>
    expect(written(exported, 'giss')).toMatch(/<comExt><mdPrestacao>4<\/mdPrestacao>.*<\/comExt><\/Servico>/));
});

describe('a service that the law has listed since the model was written', () => {
  const items = ['010901', '060601', '110501', '141401', '160201', '172501'];
  const sold = (code: string): Sale => ({ ...software, service: { ...software.service, code }, ibsCbs: undefined });

  it.each(['webiss', 'giss', 'tiplan', 'nfecidades', 'betha-2'])('is written by %s, whose schema has it', (name) => {
    for (const code of items)
      expect(written(sold(code), name)).toContain(
        `<ItemListaServico>${code.slice(0, 2)}.${code.slice(2, 4)}</ItemListaServico>`,
      );
  });

  it.each(['abrasf-2.04', 'abrasf-2.03'])('is refused by %s, whose schema ends before it', (name) => {
    for (const code of items) expect(refused(sold(code), name)).toEqual(['/service/code']);
  });
});
