import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../../test/certificates.ts';
import { needing } from '../../../test/needs.ts';
import { verifiedByXmlCrypto, verifiedByXmlsec1, WITHOUT_XMLSEC1 } from '../../../test/other-verifiers.ts';
import { buildDps } from '../national/dps-document.ts';
import { emission } from '../tax/sales.fixtures.ts';
import { parseXml } from '../xml.ts';
import { ABRASF_SIGNING, NATIONAL_SIGNING, type SigningProfile } from './profile.ts';
import { signDocument, signXml } from './sign.ts';
import { SigningError } from './signature.ts';
import { verifyDocument, verifySignatures } from './verify.ts';

const INF_DPS = 'http://www.sped.fazenda.gov.br/nfse:infDPS';

let signer: TestCertificate;
beforeAll(() => {
  signer = makeCertificate();
});

const declarations = fc
  .record({
    description: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
    name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    number: fc.integer({ min: 1, max: 999_999 }),
    service: fc.integer({ min: 1, max: 99_999_999 }),
    regime: fc.constantFrom('NONE', 'MEI', 'ME_EPP'),
    withheld: fc.constantFrom('NOBODY', 'CUSTOMER'),
  })
  .map(({ description, name, number, service, regime, withheld }) =>
    buildDps({
      ...emission,
      issuer: { ...emission.issuer, simplesNacional: regime },
      service: { ...emission.service, description: `Serviço ${description}` },
      customer: { cnpj: '12345678000195', name: `Cliente ${name}` },
      amounts: { service, issWithheldBy: withheld },
      dps: { series: '1', number },
    }),
  );
const profiles: fc.Arbitrary<SigningProfile> = fc.record({
  elements: fc.constant(NATIONAL_SIGNING.elements),
  position: fc.constantFrom('behind', 'inside'),
  exclusive: fc.boolean(),
  hash: fc.constantFrom('sha1', 'sha256'),
});

const SAMPLE = '<DPS xmlns="http://www.sped.fazenda.gov.br/nfse"><infDPS Id="DPS1"><a>1</a></infDPS></DPS>';

/** A batch of ABRASF, of two RPS. */
const BATCH =
  '<EnviarLoteRpsEnvio xmlns="http://www.abrasf.org.br/nfse.xsd"><LoteRps Id="l1" versao="2.04"><ListaRps>' +
  '<Rps><InfDeclaracaoPrestacaoServico Id="r1"><Rps Id="x1"><a>1</a></Rps></InfDeclaracaoPrestacaoServico></Rps>' +
  '<Rps><InfDeclaracaoPrestacaoServico Id="r2"><Rps Id="x2"><a>2</a></Rps></InfDeclaracaoPrestacaoServico></Rps>' +
  '</ListaRps></LoteRps></EnviarLoteRpsEnvio>';

/** Replaces one letter or digit inside the signed element by another: anywhere, or only in the text of an element. */
function changed(xml: string, pick: number, where: 'anywhere' | 'in text' = 'anywhere'): string {
  const { start, end } = parseXml(xml).children[0] ?? { start: 0, end: 0 };
  const stretches = where === 'anywhere' ? /[A-Za-z0-9]/g : /(?<=>[^<&]*)[A-Za-z0-9](?=[^<&]*<)/g;
  const places = [...xml.slice(start, end).matchAll(stretches)].map(({ index }) => start + index);
  const at = places[pick % places.length] ?? start;
  return xml.slice(0, at) + (xml[at] === 'x' ? 'y' : 'x') + xml.slice(at + 1);
}

/** Whether our own reader refuses the document or finds its signature bad. */
function noticedByUs(xml: string): boolean {
  try {
    return verifyDocument(xml)?.good !== true;
  } catch {
    return true;
  }
}

describe('a signed declaration', () => {
  it('verifies here and with xml-crypto, under every profile, whatever is written in it', () => {
    fc.assert(
      fc.property(declarations, profiles, (xml, profile) => {
        const signed = signXml(xml, profile, signer);
        const [finding] = verifySignatures(signed);
        expect(finding).toMatchObject({ good: true, signed: '/DPS/infDPS', hash: profile.hash, otherKeyInfo: [] });
        expect(verifiedByXmlCrypto(signed, signer.certificatePem)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('verifies where what is signed has no namespace inside one that has, which its canonical form does not say', () => {
    const xml = '<Envio xmlns="urn:x"><LoteRps xmlns="" Id="lote1"><Numero>1</Numero></LoteRps></Envio>';
    const profile = { ...ABRASF_SIGNING, elements: ['LoteRps'] };
    for (const exclusive of [false, true]) {
      const signed = signXml(xml, { ...profile, exclusive }, signer);
      expect(verifySignatures(signed)).toMatchObject([{ good: true, id: 'lote1' }]);
      expect(verifiedByXmlCrypto(signed, signer.certificatePem)).toBe(true);
    }
  });

  it('with one character of what is signed changed does not verify', () => {
    fc.assert(
      fc.property(declarations, profiles, fc.nat(), (xml, profile, pick) => {
        const signed = signXml(xml, profile, signer);
        expect(noticedByUs(changed(signed, pick))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('with one character of its text changed does not verify with xml-crypto either, which repairs names', () => {
    fc.assert(
      fc.property(declarations, profiles, fc.nat(), (xml, profile, pick) => {
        const signed = signXml(xml, { ...profile, position: 'behind' }, signer);
        expect(verifiedByXmlCrypto(changed(signed, pick, 'in text'), signer.certificatePem)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  needing(WITHOUT_XMLSEC1, it)('is judged so by xmlsec1 as well, whole and changed', () => {
    fc.assert(
      fc.property(declarations, profiles, fc.nat(), (xml, profile, pick) => {
        const signed = signXml(xml, { ...profile, position: 'behind' }, signer);
        expect(verifiedByXmlsec1(signed, signer.certificatePem, INF_DPS)).toBe(true);
        expect(verifiedByXmlsec1(changed(signed, pick), signer.certificatePem, INF_DPS)).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps every byte of what was signed, and has the signature as its last element', () => {
    const xml = buildDps(emission);
    const signed = signXml(xml, NATIONAL_SIGNING, signer);
    const { children } = parseXml(signed);
    expect(children.map(({ name }) => name)).toEqual(['infDPS', 'Signature']);
    expect(signed.slice(0, children[0]?.end) + signed.slice(children[1]?.end)).toBe(xml);
  });
});

const OTHER_FORMS = [
  [
    'white space between elements',
    '<?xml version="1.0"?>\r\n<D xmlns="urn:u">\r\n  <infDPS Id="a">\r\n <b/>\r\n</infDPS>\r\n</D>\r\n',
  ],
  ['prefixes', '<n:D xmlns:n="urn:u" xmlns:m="urn:v"><n:infDPS Id="a"><m:b n:c="1"/></n:infDPS></n:D>'],
  ['comments and CDATA', '<D><!-- a --><infDPS Id="a"><!-- b --><![CDATA[<c>]]></infDPS></D>'],
  ['inherited xml: attributes', '<D xml:lang="pt"><infDPS Id="a">x</infDPS></D>'],
  ['accents in names', '<D><infDPS Id="a"><município/></infDPS></D>'],
  ['attributes out of order', '<D><infDPS versao="1" Id="a"></infDPS></D>'],
  ['no content', '<D xmlns="urn:u"><infDPS Id="a" /></D>'],
  [
    'two default namespaces',
    '<D xmlns="urn:u"><infDPS xmlns="urn:v" xmlns:w="urn:w" Id="a"><b xmlns=""/></infDPS></D>',
  ],
] as const;

describe('a document in any other form', () => {
  const modes = (['behind', 'inside'] as const).flatMap((position) =>
    [false, true].map((exclusive) => ({ ...NATIONAL_SIGNING, position, exclusive, hash: 'sha256' }) as const),
  );

  it.each(OTHER_FORMS)('is signed too: %s', (_, xml) => {
    for (const profile of modes) {
      const signed = signXml(xml, profile, signer);
      expect(verifySignatures(signed), signed).toMatchObject([{ good: true, id: 'a' }]);
    }
  });

  needing(WITHOUT_XMLSEC1, it).each(OTHER_FORMS)('verifies with xmlsec1 as well: %s', (_, xml) => {
    for (const profile of modes) {
      const signed = signXml(xml, profile, signer);
      const elements = ['infDPS', 'urn:u:infDPS', 'urn:v:infDPS'];
      expect(verifiedByXmlsec1(signed, signer.certificatePem, ...elements), signed).toBe(true);
    }
  });
});

describe('a document signed as a whole', () => {
  const QUESTION =
    '<ConsultarNfseRpsEnvio xmlns="urn:x"><Pedido><IdentificacaoRps><Numero>1</Numero></IdentificacaoRps></Pedido></ConsultarNfseRpsEnvio>';
  const modes = [false, true].flatMap((exclusive) =>
    (['sha1', 'sha256'] as const).map((hash) => ({ exclusive, hash })),
  );

  it.each(modes)('verifies here and with xml-crypto: $hash, exclusive $exclusive', (mode) => {
    const signed = signDocument(`<?xml version="1.0" encoding="UTF-8"?>${QUESTION}`, mode, signer);
    expect(parseXml(signed).children.map(({ name }) => name)).toEqual(['Pedido', 'Signature']);
    expect(verifySignatures(signed)).toMatchObject([{ good: true, signed: '/ConsultarNfseRpsEnvio', id: '' }]);
    expect(verifiedByXmlCrypto(signed, signer.certificatePem)).toBe(true);
  });

  needing(WITHOUT_XMLSEC1, it).each(modes)('verifies with xmlsec1: $hash, exclusive $exclusive', (mode) =>
    expect(verifiedByXmlsec1(signDocument(QUESTION, mode, signer), signer.certificatePem)).toBe(true),
  );

  it.each([
    ['a value of it', '<Numero>1<', '<Numero>2<'],
    ['an attribute of its root', 'xmlns="urn:x"', 'xmlns="urn:x" a="1"'],
    ['something beside what it held', '<Pedido>', '<Pedido/><Pedido>'],
    ['something behind the signature', '</ConsultarNfseRpsEnvio>', '<a/></ConsultarNfseRpsEnvio>'],
  ])('does not with %s changed', (_, from, to) => {
    const signed = signDocument(QUESTION, { exclusive: false, hash: 'sha1' }, signer);
    expect(verifySignatures(signed.replace(from, to))).toMatchObject([{ good: false, code: 'digest' }]);
  });

  it('is not a document of one signed element, whose Id the reference would name', () => {
    const signed = signDocument(QUESTION, { exclusive: false, hash: 'sha1' }, signer);
    expect(verifyDocument(signed)).toMatchObject({ good: false, code: 'reference' });
  });

  it('is signed once', () => {
    const signed = signDocument(QUESTION, { exclusive: false, hash: 'sha1' }, signer);
    expect(() => signDocument(signed, { exclusive: false, hash: 'sha1' }, signer)).toThrow(SigningError);
  });

  it('does not vouch for the document from deeper inside', () => {
    const signed = signDocument(QUESTION, { exclusive: false, hash: 'sha1' }, signer);
    expect(verifySignatures(`<a>${signed}</a>`)).toMatchObject([{ good: false, code: 'reference' }]);
  });
});

describe('a batch', () => {
  it('has every RPS signed before the batch around them', () => {
    const signed = signXml(BATCH, ABRASF_SIGNING, signer);
    expect(verifySignatures(signed).map((finding) => finding.good && finding.id)).toEqual(['r1', 'r2', 'l1']);
    expect(signXml(BATCH.replace('versao="2.04"', 'versao = "2.04"'), ABRASF_SIGNING, signer)).toBe(
      signed.replace('versao="2.04"', 'versao = "2.04"'),
    );
  });

  it('has only those elements signed that the city wants', () => {
    const profile = { ...ABRASF_SIGNING, elements: ['LoteRps'] };
    const findings = verifySignatures(signXml(BATCH, profile, signer));
    expect(findings.map((finding) => finding.good && finding.signed)).toEqual(['/EnviarLoteRpsEnvio/LoteRps']);
  });
});

describe('a document that cannot be signed', () => {
  const signedSample = () => signXml(SAMPLE, NATIONAL_SIGNING, signer);
  it.each([
    ['nothing in it is to be signed', 'nothing-to-sign', () => '<DPS><other Id="a"></other></DPS>'],
    ['nothing in it is to be signed, in another form', 'nothing-to-sign', () => '<DPS><other Id="a"/></DPS>'],
    ['it is signed', 'already-signed', signedSample],
    ['it is signed, in another form', 'already-signed', () => signedSample().replace(' Id=', '  Id=')],
    ['there is no Id', 'id', () => SAMPLE.replace(' Id="DPS1"', '')],
    ['its Id is no name', 'id', () => SAMPLE.replace('DPS1', '1')],
    ['its Id is an expression', 'id', () => SAMPLE.replace('DPS1', 'xpointer(/)')],
    ['its Id is used twice', 'id', () => SAMPLE.replace('<a>', '<a Id="DPS1">')],
    ['its Id is used twice, in another form', 'id', () => SAMPLE.replace('<a>', '<a  Id="DPS1">')],
    ['its root is what is to be signed', 'nothing-to-sign', () => '<infDPS Id="a"/>'],
  ])('is refused when %s', (_, code, xml) => {
    expect(() => signXml(xml(), NATIONAL_SIGNING, signer)).toThrow(
      expect.objectContaining({ name: 'SigningError', code }),
    );
  });

  it('is refused when the key is not RSA, before anything is signed', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => signXml(SAMPLE, NATIONAL_SIGNING, { ...signer, key: privateKey })).toThrow(SigningError);
  });
});
