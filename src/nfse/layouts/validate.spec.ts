import { describe, expect, it } from 'vitest';
import type { AccessKey } from '../access-key.ts';
import { buildCancellation } from '../national/cancellation-request.ts';
import { buildDps } from '../national/dps-document.ts';
import { emission } from '../tax/sales.fixtures.ts';
import { parseXml } from '../xml.ts';
import { ABRASF_2_04 } from './abrasf-2-04.ts';
import { NATIONAL_1_01, NATIONAL_1_01_ALPHANUMERIC } from './national.ts';
import type { Layout } from './notation.ts';
import { positionOf } from './position.ts';
import { validate } from './validate.ts';

const dps = buildDps(emission);

/** The document with one thing written otherwise, which has to stand in it. */
function changed(from: string, to: string, xml = dps): string {
  expect(xml).toContain(from);
  return xml.replace(from, () => to);
}

function problems(xml: string, layout: Layout = NATIONAL_1_01) {
  return validate(layout, parseXml(xml)).map(({ path, code }) => `${code} ${path}`);
}

describe('hold a document against its layout', () => {
  it('has nothing to say of what we write ourselves', () => {
    expect(problems(dps)).toEqual([]);
    expect(problems(dps, NATIONAL_1_01_ALPHANUMERIC)).toEqual([]);
    const cancellation = buildCancellation({
      accessKey: '31062002211222333000181000000000010126110000000176' as AccessKey,
      companyCnpj: '11222333000181',
      reasonCode: '1',
      reason: 'Emitida em duplicidade',
      at: '2026-11-10T10:00:00-03:00',
      environment: '2',
      softwareVersion: 'nfse-ledger-0.1.0',
    });
    expect(problems(cancellation)).toEqual([]);
  });

  it.each<[what: string, from: string, to: string, found: readonly string[]]>([
    ['a value too short', '<CNPJ>12345678000195<', '<CNPJ>1234567800019<', ['wrong-format /DPS/infDPS/toma/CNPJ']],
    ['a value too long', '<nro>1000<', `<nro>${'1'.repeat(61)}<`, ['too-long /DPS/infDPS/toma/end/nro']],
    ['an unknown code', '<tpEmit>1<', '<tpEmit>4<', ['not-in-list /DPS/infDPS/tpEmit']],
    ['one decimal', '<vServ>1500.00<', '<vServ>1500.0<', ['wrong-format /DPS/infDPS/valores/vServPrest/vServ']],
    ['an empty field', '<xBairro>Centro<', '<xBairro><', ['too-short /DPS/infDPS/toma/end/xBairro']],
    ['a missing field', '<cLocEmi>3106200</cLocEmi>', '', ['missing-element /DPS/infDPS/cLocEmi']],
    ['a choice not made', '<CNPJ>12345678000195</CNPJ>', '', ['missing-element /DPS/infDPS/toma/CNPJ|CPF|NIF|cNaoNIF']],
    [
      'a choice made twice',
      '<CNPJ>12345678000195</CNPJ>',
      '<CNPJ>12345678000195</CNPJ><CPF>12345678909</CPF>',
      ['unexpected-element /DPS/infDPS/toma/CPF'],
    ],
    ['an invented field', '<tpEmit>', '<regApIBSCBSSN/><tpEmit>', ['unexpected-element /DPS/infDPS/regApIBSCBSSN']],
    [
      'two fields in the wrong order',
      '<cMun>3106200</cMun><CEP>30130000</CEP>',
      '<CEP>30130000</CEP><cMun>3106200</cMun>',
      ['unexpected-element /DPS/infDPS/toma/end/endNac/CEP', 'missing-element /DPS/infDPS/toma/end/endNac/CEP'],
    ],
    [
      'a field given twice',
      '<tpAmb>2</tpAmb>',
      '<tpAmb>2</tpAmb><tpAmb>2</tpAmb>',
      ['unexpected-element /DPS/infDPS/tpAmb'],
    ],
    ['a missing attribute', ' versao="1.01"', '', ['missing-attribute /DPS/@versao']],
    [
      'the attribute as the prose has it',
      '<infDPS Id=',
      '<infDPS id=',
      ['unexpected-attribute /DPS/infDPS/@id', 'missing-attribute /DPS/infDPS/@Id'],
    ],
    ['loose text', '<serv>', '<serv>x', ['unexpected-text /DPS/infDPS/serv']],
    ['an element in a value', '<tpAmb>2<', '<tpAmb>2<b/><', ['unexpected-element /DPS/infDPS/tpAmb/b']],
    [
      'a type of its own',
      '<serv>',
      '<serv xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="TCServ">',
      ['unexpected-attribute /DPS/infDPS/serv/@xsi:type'],
    ],
    ['another namespace', '<serv>', '<serv xmlns="urn:x">', ['wrong-namespace /DPS/infDPS/serv']],
    ['no namespace at all', ' xmlns="http://www.sped.fazenda.gov.br/nfse"', '', ['wrong-namespace /DPS']],
  ])('finds %s', (_, from, to, found) => {
    expect(problems(changed(from, to))).toEqual(found);
  });

  it('finds several problems in the order of the document', () => {
    const xml = changed('<CEP>30130000<', '<CEP>30130-000<', changed('<tpAmb>2<', '<tpAmb>3<'));
    expect(problems(xml)).toEqual(['not-in-list /DPS/infDPS/tpAmb', 'wrong-format /DPS/infDPS/toma/end/endNac/CEP']);
  });

  it('says in Portuguese what was expected and what was found', () => {
    const [problem] = validate(NATIONAL_1_01, parseXml(changed('<CEP>30130000<', '<CEP>30130-000<')));
    expect(problem).toMatchObject({
      expected: '8 dígitos',
      found: '30130-000',
      message: 'O valor "30130-000" do campo CEP não está no formato do leiaute. Esperado: 8 dígitos.',
    });
    const [missing] = validate(NATIONAL_1_01, parseXml(changed('<cLocEmi>3106200</cLocEmi>', '')));
    expect(missing?.message).toBe('Falta o campo obrigatório cLocEmi em infDPS.');
  });

  it('tells line and column, whatever the line ends', () => {
    const xml = changed('<toma>', '\r\n  <toma>', changed('<CEP>30130000<', '\r\n<CEP>x<'));
    const [problem] = validate(NATIONAL_1_01, parseXml(xml));
    expect(positionOf(xml, problem?.at ?? 0)).toEqual({ line: 3, column: 1 });
  });

  it('counts characters, not bytes or halves of them', () => {
    const name = '𝄞'.repeat(300);
    expect(problems(changed('Tomadora Exemplo S/A', name))).toEqual([]);
    expect(problems(changed('Tomadora Exemplo S/A', `${name}x`))).toEqual(['too-long /DPS/infDPS/toma/xNome']);
  });

  it('takes prefixes for what they stand for, and an undeclared one for nothing', () => {
    const message =
      '<a:ConsultarLoteRpsEnvio xmlns:a="http://www.abrasf.org.br/nfse.xsd"><a:Prestador><a:CpfCnpj><a:Cnpj>11222333000181</a:Cnpj></a:CpfCnpj></a:Prestador><a:Protocolo>1</a:Protocolo></a:ConsultarLoteRpsEnvio>';
    expect(problems(message, ABRASF_2_04)).toEqual([]);
    const other = message.replaceAll('a:Protocolo', 'b:Protocolo');
    expect(problems(other, ABRASF_2_04)).toEqual(['wrong-namespace /ConsultarLoteRpsEnvio/Protocolo']);
  });

  it('numbers elements that may repeat', () => {
    const message =
      '<ListaMensagemRetorno xmlns="http://www.abrasf.org.br/nfse.xsd"><MensagemRetorno><Codigo>E1</Codigo><Mensagem>x</Mensagem></MensagemRetorno><MensagemRetorno><Codigo>E12345</Codigo><Mensagem>x</Mensagem></MensagemRetorno></ListaMensagemRetorno>';
    expect(problems(message, ABRASF_2_04)).toEqual(['too-long /ListaMensagemRetorno/MensagemRetorno[2]/Codigo']);
  });

  it('holds a message against the namespace of the city hall when that is another', () => {
    const message = '<cabecalho xmlns="urn:city" versao="2.04"><versaoDados>2.04</versaoDados></cabecalho>';
    expect(validate(ABRASF_2_04, parseXml(message), { namespace: 'urn:city' })).toEqual([]);
    expect(problems(message, ABRASF_2_04)).toEqual(['wrong-namespace /cabecalho']);
  });

  it('refuses Base64 with other characters in it, which libxml2 passes over', () => {
    const signature =
      '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="urn:a"/><SignatureMethod Algorithm="urn:b"/><Reference><DigestMethod Algorithm="urn:c"/><DigestValue>AQ==é</DigestValue></Reference></SignedInfo><SignatureValue> AQ\n== </SignatureValue></Signature></DPS>';
    expect(problems(changed('</DPS>', signature))).toEqual([
      'wrong-format /DPS/Signature/SignedInfo/Reference[1]/DigestValue',
    ]);
  });

  it('knows no other root where anything may stand, since each national root has a schema of its own', () => {
    const signature = (method: string, object: string) =>
      `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod Algorithm="urn:a">${method}</CanonicalizationMethod><SignatureMethod Algorithm="urn:b"/><Reference><DigestMethod Algorithm="urn:c"/><DigestValue>AQ==</DigestValue></Reference></SignedInfo><SignatureValue>AQ==</SignatureValue><Object>${object}</Object></Signature></DPS>`;
    const request = '<pedRegEvento xmlns="http://www.sped.fazenda.gov.br/nfse"/>';
    const within = changed('</DPS>', signature(request, ''));
    expect(problems(within)).toEqual([
      'unexpected-element /DPS/Signature/SignedInfo/CanonicalizationMethod/pedRegEvento',
    ]);
    expect(problems(changed('</DPS>', signature('', request)))).toEqual([]);
    expect(problems(changed('</DPS>', signature('', request.replace('pedRegEvento', 'DPS'))))).toEqual([
      'missing-attribute /DPS/Signature/Object[1]/DPS/@versao',
      'missing-element /DPS/Signature/Object[1]/DPS/infDPS',
    ]);
  });

  it('is not taken in by a name that every object of ours has', () => {
    expect(problems('<constructor xmlns="http://www.sped.fazenda.gov.br/nfse"/>')).toEqual([
      'unknown-document /constructor',
    ]);
    expect(problems(changed('<tpEmit>', '<toString/><tpEmit>'))).toEqual(['unexpected-element /DPS/infDPS/toString']);
  });

  it('stops after a hundred problems', () => {
    expect(problems(changed('<serv>', `<serv>${'<x/>'.repeat(500)}`))).toHaveLength(100);
  });
});
