import { describe, expect, it } from 'vitest';
import { all } from '../../../src/nfse/abrasf/elements.ts';
import { batchMessage } from '../../../src/nfse/abrasf/messages.ts';
import type { AbrasfLayout } from '../../../src/nfse/abrasf/operations.ts';
import { buildRps, type RpsInput } from '../../../src/nfse/abrasf/rps-document.ts';
import { builtInFile } from '../../../src/nfse/municipality-profiles/built-in.ts';
import { messageStyleOf, rpsStyleOf } from '../../../src/nfse/municipality-profiles/dialect-styles.ts';
import { dialectsFrom } from '../../../src/nfse/municipality-profiles/dialects.ts';
import { ProfilesSchema } from '../../../src/nfse/municipality-profiles/schema.ts';
import { emission } from '../../../src/nfse/tax/sales.fixtures.ts';
import { parseXml } from '../../../src/nfse/xml.ts';
import { batchFaults, faultsOf } from './checks.ts';

const TODAY = '2026-11-10';
const { service, amounts } = emission;

const dialects = dialectsFrom([ProfilesSchema.parse(builtInFile)], ({ message }) => expect.fail(message));

function rps(layout: AbrasfLayout, change: Partial<RpsInput> = {}): string {
  const dialect = dialects.get(`abrasf-${layout}`) ?? expect.fail(`no dialect for ${layout}`);
  return buildRps({ ...emission, ...change }, rpsStyleOf(dialect));
}

function codesOf(xml: string): readonly string[] {
  const [declaration] = all(parseXml(xml), 'InfDeclaracaoPrestacaoServico', 'InfRps');
  return faultsOf(declaration ?? expect.fail('no declaration'), TODAY);
}

const withheldAmounts = { ...amounts, issWithheldBy: 'CUSTOMER', issRateBasisPoints: 200 } as const;
const plain = rps('2.04', { amounts: { ...amounts, issRateBasisPoints: 200 } });
const withheld = rps('2.04', { amounts: withheldAmounts });
const old = rps('1.00', { amounts: withheldAmounts });
const foreign = (nif: string) =>
  rps('2.04', {
    customer: {
      nif,
      name: 'Foreign Customer Inc',
      foreignAddress: {
        ...{ country: 'US', postalCode: '94105', city: 'San Francisco', region: 'CA' },
        ...{ street: 'Market Street', number: '1', district: 'Downtown' },
      },
    },
  });

const CASES: readonly (readonly [code: string, xml: string, from: string | RegExp, to: string])[] = [
  ['E160', plain, /<Serie>.*<\/Serie>/, ''],
  ['E44', plain, '<Cnpj>11222333000181', '<Cnpj>11222333000182'],
  ['E90', plain, /<Numero>1</, '<Numero>A<'],
  ['E93', plain, '<Serie>1<', '<Serie>123456<'],
  ['E16', plain, /<DataEmissao>[^<]*/, '<DataEmissao>2026-11-11'],
  ['E2', plain, /<Competencia>[^<]*/, '<Competencia>2026-12-01'],
  ['E47', plain, '<Cnpj>12345678000195', '<Cnpj>12345678000196'],
  ['E48', withheld, /<IdentificacaoTomador>.*<\/IdentificacaoTomador>/, ''],
  ['E52', plain, '<Cnpj>12345678000195', '<Cnpj>11222333000181'],
  ['E177', withheld, '<Cnpj>12345678000195</Cnpj>', '<Cpf>52998224725</Cpf>'],
  ['E167', plain, '<Uf>MG', '<Uf>SP'],
  ['E31', plain, /<ItemListaServico>.*<\/ItemListaServico>/, ''],
  ['E30', plain, /<ItemListaServico>[^<]*/, '<ItemListaServico>99.99'],
  ['E41', plain, /<Discriminacao>[^<]*/, '<Discriminacao>'],
  ['E42', plain, '</Discriminacao><CodigoMunicipio>3106200', '</Discriminacao><CodigoMunicipio>3199999'],
  ['E310', plain, '</ExigibilidadeISS>', '</ExigibilidadeISS><MunicipioIncidencia>3199999</MunicipioIncidencia>'],
  ['E19', plain, '</ValorServicos>', '</ValorServicos><ValorDeducoes>1500.01</ValorDeducoes>'],
  [
    'E21',
    plain,
    '</Valores>',
    '<DescontoIncondicionado>800</DescontoIncondicionado><DescontoCondicionado>800</DescontoCondicionado></Valores>',
  ],
  [
    'E175',
    plain,
    '</Valores>',
    '<ValorDeducoes>800</ValorDeducoes><DescontoIncondicionado>800</DescontoIncondicionado></Valores>',
  ],
  ['E176', plain, '</Valores>', '<ValorInss>800</ValorInss><ValorIr>800</ValorIr></Valores>'],
  ['E227', plain, '<Aliquota>2', '<Aliquota>6'],
  ['E29', withheld, /<ItemListaServico>[^<]*/, '<ItemListaServico>22.01'],
  ['E37', withheld, '<ExigibilidadeISS>1', '<ExigibilidadeISS>3'],
  ['E40', old, /<ValorIssRetido>.*<\/ValorIssRetido>/, ''],
  ['E163', withheld, /<Aliquota>.*<\/Aliquota>(.*)<OptanteSimplesNacional>2/, '$1<OptanteSimplesNacional>1'],
  ['E314', plain, '<ExigibilidadeISS>1', '<ExigibilidadeISS>6'],
  [
    'E330',
    withheld,
    '<OptanteSimplesNacional>',
    '<RegimeEspecialTributacao>5</RegimeEspecialTributacao><OptanteSimplesNacional>',
  ],
];

describe('a city hall, of an RPS that is right but for one thing', () => {
  it.each(CASES)('answers %s', (code, xml, from, to) => {
    expect(codesOf(xml)).toEqual([]);
    const changed = xml.replace(from, to);
    expect(changed, `${from} is in the RPS`).not.toBe(xml);
    expect(codesOf(changed)).toContain(code);
  });

  it('refuses a service of nothing', () =>
    expect(codesOf(plain.replace(/<ValorServicos>[^<]*/, '<ValorServicos>0.00'))).toContain('E18'));
});

describe.each(['2.04', '2.03', '1.00'] as const)('a city hall, of a batch of %s', (layout) => {
  const style = messageStyleOf(dialects.get(`abrasf-${layout}`) ?? expect.fail('no dialect'));
  const requester = { companyCnpj: emission.companyCnpj, municipalRegistration: emission.issuer.municipalRegistration };
  const faults = (change: Partial<typeof requester>, quantity = '1') => {
    const message = batchMessage('RecepcionarLoteRps', rps(layout), 1, { ...requester, ...change }, style);
    return batchFaults(parseXml(message.replace('<QuantidadeRps>1', `<QuantidadeRps>${quantity}`)));
  };

  it('has nothing against its own RPS', () => expect(faults({})).toEqual([]));

  it.each([
    ['E159', { companyCnpj: '12345678000195' }, '1'],
    ['E70', { municipalRegistration: '7654321' }, '1'],
    ['E69', {}, '2'],
  ])('answers %s', (code, change, quantity) => expect(faults(change, quantity)).toEqual([code]));
});

describe('a city hall', () => {
  it.each(['52998224726', '12345678000196', 'US-99-1234567'])('takes the foreign number %s for what it is', (nif) =>
    expect(codesOf(foreign(nif))).toEqual([]),
  );

  it.each(['01.07', '1.07', '0107', '010701'])('knows the item written %s', (item) =>
    expect(codesOf(plain.replace(/<ItemListaServico>[^<]*/, `<ItemListaServico>${item}`))).toEqual([]),
  );

  it('takes a service rendered abroad', () =>
    expect(codesOf(rps('2.04', { service: { ...service, country: 'US' } }))).toEqual([]));
});
