import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { buildDps } from '../national/dps-document.ts';
import { emission } from '../tax/sales.fixtures.ts';
import { parseXml } from '../xml.ts';
import { abrasfRuleProblems } from './abrasf-rules.ts';
import { likelyLayout } from './known-layouts.ts';
import { nationalRuleProblems } from './national-rules.ts';

const dps = buildDps(emission);
const meEpp = buildDps({ ...emission, issuer: { simplesNacional: 'ME_EPP' } });
const mei = buildDps({ ...emission, issuer: { simplesNacional: 'MEI' } });

function changed(xml: string, from: string, to: string): string {
  expect(xml).toContain(from);
  return xml.replace(from, () => to);
}

const broken = (xml: string) => nationalRuleProblems(parseXml(xml)).map(({ code, path }) => `${code} ${path}`);

describe('what a schema cannot say of a national document', () => {
  it('finds nothing in what we write ourselves, in any regime', () => {
    expect([dps, meEpp, mei].flatMap(broken)).toEqual([]);
  });

  it.each<[what: string, xml: string, from: string, to: string, found: string]>([
    ['an id that is not its fields', dps, '<nDPS>1<', '<nDPS>2<', 'E0004 /DPS/infDPS/@Id'],
    ['a competence after the issue', dps, '<dCompet>2026-11-10<', '<dCompet>2026-11-11<', 'E0015 /DPS/infDPS/dCompet'],
    ['a comma that the pattern lets through', dps, '-03:00<', ',03:00<', 'E1235 /DPS/infDPS/dhEmi'],
    ['a customer that does not exist', dps, '12345678000195', '12345678000196', 'E0188 /DPS/infDPS/toma/CNPJ'],
    ['a customer who is the provider', dps, '12345678000195', '11222333000181', 'E0202 /DPS/infDPS/toma/CNPJ'],
    [
      'a place that does not exist',
      dps,
      '<cLocPrestacao>31',
      '<cLocPrestacao>99',
      'E0302 /DPS/infDPS/serv/locPrest/cLocPrestacao',
    ],
    ['a provider named', dps, '<regTrib>', '<xNome>X</xNome><regTrib>', 'E0121 /DPS/infDPS/prest/xNome'],
    ['no regime for ME/EPP', meEpp, '<regApTribSN>1</regApTribSN>', '', 'E0166 /DPS/infDPS/prest/regTrib/regApTribSN'],
    [
      'a regime of Simples for others',
      dps,
      '<regEspTrib>',
      '<regApTribSN>1</regApTribSN><regEspTrib>',
      'E0162 /DPS/infDPS/prest/regTrib/regApTribSN',
    ],
    [
      'ISS withheld from a MEI',
      mei,
      '<tpRetISSQN>1',
      '<tpRetISSQN>2',
      'E0583 /DPS/infDPS/valores/trib/tribMun/tpRetISSQN',
    ],
    [
      'a rate above five per cent',
      dps,
      '</tpRetISSQN>',
      '</tpRetISSQN><pAliq>5.01</pAliq>',
      'E0595 /DPS/infDPS/valores/trib/tribMun/pAliq',
    ],
    [
      'a rate for ME/EPP without retention',
      meEpp,
      '</tpRetISSQN>',
      '</tpRetISSQN><pAliq>2.00</pAliq>',
      'E0625 /DPS/infDPS/valores/trib/tribMun/pAliq',
    ],
    [
      'ISS withheld from ME/EPP without a rate',
      meEpp,
      '<tpRetISSQN>1',
      '<tpRetISSQN>2',
      'E0621 /DPS/infDPS/valores/trib/tribMun/pAliq',
    ],
    [
      'ISS withheld from ME/EPP at less than 1.80 %',
      meEpp,
      '<tpRetISSQN>1</tpRetISSQN>',
      '<tpRetISSQN>2</tpRetISSQN><pAliq>1.79</pAliq>',
      'E0621 /DPS/infDPS/valores/trib/tribMun/pAliq',
    ],
    [
      'a discount of nothing',
      dps,
      '</vServPrest>',
      '</vServPrest><vDescCondIncond><vDescIncond>0.00</vDescIncond></vDescCondIncond>',
      'E0431 /DPS/infDPS/valores/vDescCondIncond/vDescIncond',
    ],
    [
      'totals of another regime',
      dps,
      '<totTrib>',
      '<totTrib><indTotTrib>0</indTotTrib>',
      'E0713 /DPS/infDPS/valores/trib/totTrib',
    ],
  ])('finds %s', (_, xml, from, to, found) => {
    expect(broken(changed(xml, from, to))).toEqual([found]);
  });

  it('says nothing of what is missing: that is the layout’s to say', () => {
    expect(broken('<DPS><infDPS/></DPS>')).toEqual([]);
    expect(broken('<NFSe><infNFSe Id="NFS31062002211222333000181000000000010126110000000176"/></NFSe>')).toEqual([
      'access-key /NFSe/infNFSe/@Id',
    ]);
  });

  it('finds a signature that refers to nothing, or to one of two', () => {
    const signed = (uri: string) =>
      changed(dps, '</DPS>', `<Signature><SignedInfo><Reference URI="${uri}"/></SignedInfo></Signature></DPS>`);
    const id = /Id="(\w+)"/.exec(dps)?.[1] ?? '';
    expect(broken(signed(`#${id}`))).toEqual([]);
    expect(broken(signed('#other'))).toEqual(['signature-reference /DPS/Signature/SignedInfo/Reference/@URI']);
  });
});

const batch = (quantity: string, item: string) =>
  `<EnviarLoteRpsEnvio xmlns="http://www.abrasf.org.br/nfse.xsd"><LoteRps Id="l1" versao="2.04"><QuantidadeRps>${quantity}</QuantidadeRps><ListaRps><Rps><InfDeclaracaoPrestacaoServico><Servico>${item}</Servico></InfDeclaracaoPrestacaoServico></Rps></ListaRps></LoteRps></EnviarLoteRpsEnvio>`;

describe('what a schema cannot say of an ABRASF message', () => {
  it.each([
    ['nothing', batch('1', ''), []],
    ['a count that is not the list’s', batch('2', ''), ['E69']],
    ['a suspension without its process', batch('1', '<ExigibilidadeISS>6</ExigibilidadeISS>'), ['process-number']],
    [
      'a responsible for what is not withheld',
      batch('1', '<IssRetido>2</IssRetido><ResponsavelRetencao>1</ResponsavelRetencao>'),
      ['withholding-party'],
    ],
    ['a company that does not exist', batch('1', '<CpfCnpj><Cnpj>11222333000182</Cnpj></CpfCnpj>'), ['registration']],
  ])('finds %s', (_, xml, codes) => {
    expect(abrasfRuleProblems(parseXml(xml)).map(({ code }) => code)).toEqual(codes);
  });
});

const samples = ['nacional', 'abrasf-2.04'];

needing(WITHOUT_FACTS, describe)('the samples', () => {
  it.each(samples)('break no rule: %s', (folder) => {
    const path = fileURLToPath(new URL(`../../../../shared/nfse/samples/${folder}/`, import.meta.url));
    for (const file of readdirSync(path)) {
      const root = parseXml(readFileSync(path + file, 'utf8'));
      const known = likelyLayout(root);
      expect({ file, layout: known?.layout.name.slice(0, 3), problems: known?.rules(root) }).toEqual({
        file,
        layout: folder.slice(0, 3),
        problems: [],
      });
    }
  });
});
