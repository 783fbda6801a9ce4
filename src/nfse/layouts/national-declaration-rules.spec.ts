import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDps, type DpsInput } from '../national/dps-document.ts';
import { acceptableSale } from '../tax/any-sale.fixtures.ts';
import { emission } from '../tax/sales.fixtures.ts';
import { parseXml } from '../xml.ts';
import { DECLARATION_RULES } from './national-declaration-rules.ts';
import { nationalRuleProblems } from './national-rules.ts';

const codesOf = (xml: string) => nationalRuleProblems(parseXml(xml)).map(({ code }) => code);

const { issuer, service, amounts } = emission;
const plain = buildDps(emission);
const written = (change: Partial<DpsInput>) => buildDps({ ...emission, ...change });
const mei = written({ issuer: { simplesNacional: 'MEI' } });
const meEpp = written({ issuer: { simplesNacional: 'ME_EPP' } });
const withRate = written({ amounts: { ...amounts, issRateBasisPoints: 200 }, iss: { municipalityActive: false } });
const exported = written({
  service: {
    ...service,
    nbsCode: '115022000',
    foreignTrade: {
      ...{ deliveryMode: '1', relationship: '0', currency: '220', amountInCurrency: 10_000, shareWithMdic: false },
      ...{ providerSupport: '00', customerSupport: '00', goodsMovement: '0' },
    },
  },
  iss: { taxation: 'EXPORT', resultCountry: 'US' },
});
const ibsCbs = written({
  service: { ...service, nbsCode: '115022000' },
  ibsCbs: { operationCode: '100301', cst: '000', classification: '000001' },
});
const federal = written({
  federalTaxes: { pisCofins: { cst: '01', base: 10_000, pisRateBasisPoints: 65, cofinsRateBasisPoints: 300 } },
});

const regime = (code: string) => ['<regEspTrib>0', `<regEspTrib>${code}`] as const;
const taxation = (code: string) => ['<tribISSQN>1', `<tribISSQN>${code}`] as const;
const withheldBy = (code: string) => ['<tpRetISSQN>1', `<tpRetISSQN>${code}`] as const;
const rate = (percent: string) => ['</tpRetISSQN>', `</tpRetISSQN><pAliq>${percent}</pAliq>`] as const;
const deduction = (group: string) => ['<trib><tribMun>', `<vDedRed>${group}</vDedRed><trib><tribMun>`] as const;
const discount = (group: string) =>
  ['</vServPrest>', `</vServPrest><vDescCondIncond>${group}</vDescCondIncond>`] as const;
const federalGroup = (group: string) => ['</tribMun>', `</tribMun><tribFed>${group}</tribFed>`] as const;
const without = (name: string) => [new RegExp(`<${name}>[\\s\\S]*?</${name}>`), ''] as const;

type Change = readonly [from: string | RegExp, to: string];

/** A declaration that is right but for one thing, and the code by which it is refused. */
const CASES: readonly (readonly [code: string, xml: string, ...changes: readonly Change[]])[] = [
  ['E0004', plain, ['<nDPS>1<', '<nDPS>2<']],
  ['E1235', plain, ['-03:00<', ',03:00<']],
  ['E0010', plain, ['<serie>1<', '<serie>0<']],
  ['E0015', plain, ['<dCompet>2026-11-10<', '<dCompet>2026-11-11<']],
  ['E0029', plain, ['<tpEmit>1</tpEmit>', '<tpEmit>1</tpEmit><cMotivoEmisTI>1</cMotivoEmisTI>']],
  ['E9996', plain, ['<tpEmit>1', '<tpEmit>2']],
  ['E0037', plain, ['<cLocEmi>3106200', '<cLocEmi>0000000']],
  ['E0042', plain, ['<prest>', `<subst><chSubstda>${'1'.repeat(50)}</chSubstda><cMotivo>01</cMotivo></subst><prest>`]],
  ['E0078', plain, ['<prest>', '<subst><cMotivo>99</cMotivo></subst><prest>']],
  ['E0080', plain, ['<prest><CNPJ>11222333000181', '<prest><CNPJ>11222333000182']],
  ['E0096', plain, ['<prest><CNPJ>11222333000181</CNPJ>', '<prest><CPF>52998224726</CPF>']],
  ['E0121', plain, ['<regTrib>', '<xNome>X</xNome><regTrib>']],
  ['E0128', plain, ['<regTrib>', '<end/><regTrib>']],
  ['E0148', plain, ['<regTrib>', '<email>nobody</email><regTrib>']],
  ['E0162', plain, ['<regEspTrib>', '<regApTribSN>1</regApTribSN><regEspTrib>']],
  ['E0166', meEpp, without('regApTribSN')],
  ['E0172', written({ iss: { taxation: 'NOT_SUBJECT' } }), regime('9')],
  ['E0174', mei, regime('9')],
  ['E0175', meEpp, regime('9')],
  ['E0176', written({ service: { ...service, code: '110101', municipalityCode: '3550308' } }), regime('9')],
  ['E0188', plain, ['12345678000195', '12345678000196']],
  ['E0206', plain, ['<toma><CNPJ>12345678000195</CNPJ>', '<toma><CPF>52998224726</CPF>']],
  ['E0202', plain, ['12345678000195', '11222333000181']],
  ['E0204', plain, without('toma'), withheldBy('2')],
  ['E0234', written({ service: { ...service, code: '170501' } }), without('end')],
  ['E0237', plain, without('end'), withheldBy('2')],
  ['E0238', plain, ['<cMun>3106200', '<cMun>0000000']],
  ['E0242', plain, ['<toma><CNPJ>12345678000195</CNPJ>', '<toma><NIF>12345678000196</NIF>']],
  ['E0246', plain, [/<endNac>.*<\/endNac>/, '<endExt><cPais>BR</cPais></endExt>']],
  ['E0247', plain, ['financeiro@tomadora.example', 'financeiro']],
  ['E0248', plain, ['<serv>', '<interm><CNPJ>12345678000196</CNPJ></interm><serv>']],
  ['E0302', plain, ['<cLocPrestacao>31', '<cLocPrestacao>99']],
  ['E0304', plain, [/<cLocPrestacao>.*<\/cLocPrestacao>/, '<cPaisPrestacao>XX</cPaisPrestacao>']],
  ['E0310', plain, ['<cTribNac>010101', '<cTribNac>999999']],
  ['E0318', exported, without('cNBS')],
  ['E0322', ibsCbs, without('cNBS')],
  ['E0330', exported, without('comExt')],
  ['E0370', plain, ['<cTribNac>010101', '<cTribNac>070201']],
  ['E0372', plain, ['</serv>', '<obra/></serv>']],
  ['E0390', plain, ['<cTribNac>010101', '<cTribNac>120101']],
  ['E0392', plain, ['</serv>', '<atvEvento/></serv>']],
  ['E0850', ibsCbs, ['<dCompet>2026', '<dCompet>2025']],
  ['E0901', ibsCbs, ['<cIndOp>100301', '<cIndOp>999999']],
  ['E0959', ibsCbs, ['<cClassTrib>000', '<cClassTrib>200']],
  ['E0424', plain, ['<vServ>', '<vReceb>1.00</vReceb><vServ>']],
  ['E0427', plain, deduction('<vDR>1500.01</vDR>')],
  ['E0428', plain, federalGroup('<vRetCP>800.00</vRetCP><vRetIRRF>800.00</vRetIRRF>')],
  ['E0429', withRate, deduction('<pDR>10.00</pDR>')],
  ['E0430', withRate, discount('<vDescIncond>100.00</vDescIncond>')],
  ['E0431', plain, discount('<vDescIncond>0.00</vDescIncond>')],
  ['E0432', plain, discount('<vDescCond>1500.00</vDescCond>')],
  ['E0435', written({ iss: { taxation: 'NOT_SUBJECT' } }), deduction('<vDR>1.00</vDR>')],
  ['E0436', mei, deduction('<vDR>1.00</vDR>')],
  ['E0438', written({ issuer: { ...issuer, specialRegime: 'OTHER' } }), deduction('<vDR>1.00</vDR>')],
  ['E0453', plain, deduction('<pDR>0.00</pDR>')],
  ['E0532', plain, ['<cTribNac>010101', '<cTribNac>990101']],
  ['E0580', written({ iss: { taxation: 'NOT_SUBJECT' } }), withheldBy('2')],
  ['E0583', mei, withheldBy('2')],
  ['E0588', written({ issuer: { ...issuer, specialRegime: 'OTHER' } }), withheldBy('2')],
  ['E0589', written({ iss: { suspension: { kind: 'COURT', process: '1'.repeat(30) } } }), withheldBy('2')],
  ['E0590', exported, without('cPaisResult')],
  ['E0592', plain, taxation('2')],
  ['E0595', plain, rate('5.01')],
  ['E0600', mei, rate('2.00')],
  ['E0602', written({ iss: { taxation: 'NOT_SUBJECT' } }), rate('2.00')],
  ['E0604', written({ issuer: { ...issuer, specialRegime: 'OTHER' } }), rate('2.00')],
  ['E0621', meEpp, withheldBy('2'), rate('1.79')],
  ['E0625', meEpp, rate('2.00')],
  [
    'E0675',
    federal,
    ['<prest><CNPJ>11222333000181</CNPJ>', '<prest><CPF>52998224725</CPF>'],
    [/DPS3106200\d+/, 'DPS310620010005299822472500001000000000000001'],
  ],
  ['E0676', mei, federalGroup('<vRetCP>1.00</vRetCP>')],
  [
    'E0677',
    federal,
    [
      /<piscofins>.*<\/piscofins>/,
      '<piscofins><CST>01</CST><vBCPisCofins>1500.01</vBCPisCofins><pAliqPis>0</pAliqPis><pAliqCofins>0</pAliqCofins><tpRetPisCofins>0</tpRetPisCofins></piscofins>',
    ],
  ],
  ['E0678', federal, without('vBCPisCofins')],
  ['E0682', federal, ['<CST>01', '<CST>08']],
  ['E0684', federal, without('pAliqPis')],
  ['E0690', federal, without('pAliqCofins')],
  ['E0694', federal, [/<vPis>[^<]*/, '<vPis>0.67']],
  ['E0696', federal, [/<vCofins>[^<]*/, '<vCofins>3.02']],
  ['E0698', federal, without('tpRetPisCofins')],
  ['E0699', plain, federalGroup('<vRetCP>0.00</vRetCP>')],
  ['E0700', plain, federalGroup('<vRetIRRF>1500.00</vRetIRRF>')],
  ['E0701', plain, federalGroup('<vRetCSLL>0.00</vRetCSLL>')],
  ['E0710', mei, ['<indTotTrib>0</indTotTrib>', '<pTotTribSN>1.00</pTotTribSN>']],
  ['E0712', meEpp, [/<pTotTribSN>.*<\/pTotTribSN>/, '<indTotTrib>0</indTotTrib>']],
  ['E0713', plain, ['<totTrib>', '<totTrib><indTotTrib>0</indTotTrib>']],
];

function changed(xml: string, [from, to]: Change): string {
  const after = xml.replace(from, () => to);
  expect(after, `${from} is in the declaration`).not.toBe(xml);
  return after;
}

describe('a declaration that is right but for one thing', () => {
  for (const [code, xml, ...changes] of CASES) {
    it(`breaks ${code}, and no other rule but that of the id made of it`, () => {
      expect(codesOf(xml)).toEqual([]);
      const codes = codesOf(changes.reduce(changed, xml));
      expect(codes.filter((found) => found === code || found !== 'E0004')).toEqual([code]);
    });
  }

  it('is there for every rule that has a code of the catalogue', () => {
    const codes = DECLARATION_RULES.map(({ code }) => code).filter((code) => /^E\d{4}$/.test(code));
    expect([...new Set(codes)].toSorted()).toEqual([...new Set(CASES.map(([code]) => code))].toSorted());
  });
});

describe('any sale that the service accepts', () => {
  it('becomes a declaration that breaks no rule', () =>
    fc.assert(
      fc.property(acceptableSale, (sale) => {
        const { dps, environment, softwareVersion } = emission;
        const xml = buildDps({ ...sale, dps, issuedAt: '2033-06-30T09:30:00-03:00', environment, softwareVersion });
        expect(nationalRuleProblems(parseXml(xml)).map(({ code, path, found }) => ({ code, path, found }))).toEqual([]);
      }),
      { numRuns: 500 },
    ));
});
