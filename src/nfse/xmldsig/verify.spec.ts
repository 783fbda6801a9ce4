import { createHash, createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../../test/certificates.ts';
import { factFile, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { XmlError } from '../xml.ts';
import { NATIONAL_SIGNING } from './profile.ts';
import { signXml } from './sign.ts';
import { verifyDocument, verifySignatures } from './verify.ts';

const SAMPLES: readonly (readonly [file: string, signed: readonly string[]])[] = [
  ...['normal', 'simples', 'mei', 'sem-tomador', 'retencoes', 'exportacao', 'substituicao', 'cnpj-alfanumerico'].map(
    (name) => [`nacional/dps-${name}.xml`, ['/DPS/infDPS']] as const,
  ),
  ...['cancelamento-101101', 'substituicao-105102', 'analise-fiscal-101103'].map(
    (name) => [`nacional/pedRegEvento-${name}.xml`, ['/pedRegEvento/infPedReg']] as const,
  ),
  ...['cancelamento-101101', 'substituicao-105102'].map(
    (name) =>
      [`nacional/evento-${name}.xml`, ['/evento/infEvento/pedRegEvento/infPedReg', '/evento/infEvento']] as const,
  ),
  ...['normal', 'simples', 'retencoes', 'substituta'].map(
    (name) => [`nacional/nfse-${name}.xml`, ['/NFSe/infNFSe/DPS/infDPS', '/NFSe/infNFSe']] as const,
  ),
  ...['GerarNfseEnvio', 'GerarNfseEnvio-retencoes'].map(
    (name) => [`abrasf-2.04/${name}.xml`, ['/GerarNfseEnvio/Rps/InfDeclaracaoPrestacaoServico']] as const,
  ),
  ...['EnviarLoteRpsEnvio', 'EnviarLoteRpsSincronoEnvio'].map(
    (name) =>
      [
        `abrasf-2.04/${name}.xml`,
        [
          `/${name}/LoteRps/ListaRps/Rps[1]/InfDeclaracaoPrestacaoServico`,
          `/${name}/LoteRps/ListaRps/Rps[2]/InfDeclaracaoPrestacaoServico`,
          `/${name}/LoteRps`,
        ],
      ] as const,
  ),
  ['abrasf-2.04/CancelarNfseEnvio.xml', ['/CancelarNfseEnvio/Pedido/InfPedidoCancelamento']],
  [
    'abrasf-2.04/SubstituirNfseEnvio.xml',
    [
      '/SubstituirNfseEnvio/SubstituicaoNfse/Pedido/InfPedidoCancelamento',
      '/SubstituirNfseEnvio/SubstituicaoNfse/Rps/InfDeclaracaoPrestacaoServico',
      '/SubstituirNfseEnvio/SubstituicaoNfse',
    ],
  ],
];

needing(WITHOUT_FACTS, describe)('the samples of the protocols', () => {
  it.each(SAMPLES)('%s verifies, every signature of it', (file, signed) => {
    const findings = verifySignatures(factFile(`samples/${file}`) ?? '');
    expect(findings.map((finding) => (finding.good ? finding.signed : finding))).toEqual(signed);
  });

  it.each(SAMPLES)('%s does not, with an amount or a number changed', (file) => {
    const xml = factFile(`samples/${file}`) ?? '';
    const tampered = xml.replace(
      /(<(?:tpAmb|NumeroLote|CodigoCancelamento|ValorServicos)>)(\d)/,
      (_, tag, digit) => `${tag}${9 - Number(digit)}`,
    );
    expect(tampered).not.toBe(xml);
    expect(verifySignatures(tampered).some(({ good }) => !good)).toBe(true);
  });
});

const DOCUMENT =
  '<DPS xmlns="http://www.sped.fazenda.gov.br/nfse" versao="1.01"><infDPS Id="DPS1"><valor>10.00</valor></infDPS></DPS>';

let signer: TestCertificate;
let other: TestCertificate;
let weak: TestCertificate;
let signed: string;
beforeAll(() => {
  signer = makeCertificate();
  other = makeCertificate({ cnpj: '12345678000195' });
  weak = makeCertificate({ cnpj: '11222333000181', bits: 1024 });
  signed = signXml(DOCUMENT, NATIONAL_SIGNING, signer);
});

const element = () => /<infDPS.*<\/infDPS>/.exec(signed)?.[0] ?? '';
const signature = () => /<Signature.*<\/Signature>/.exec(signed)?.[0] ?? '';
const signedInfo = () => /<SignedInfo.*<\/SignedInfo>/.exec(signed)?.[0] ?? '';
const certificate = () => /<X509Certificate>.*<\/X509Certificate>/.exec(signed)?.[0] ?? '';
const within = (...content: readonly string[]) =>
  `<DPS xmlns="http://www.sped.fazenda.gov.br/nfse">${content.join('')}</DPS>`;

/** The same document with another SignedInfo, signed as whoever has the key would. */
function resigned(change: (signedInfo: string) => string, hash = 'sha1', by = signer): string {
  const info = change(signedInfo());
  const canonical = info.replace('<SignedInfo>', '<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">');
  const value = createSign(hash).update(canonical).sign(by.key, 'base64');
  return signed.replace(signedInfo(), info).replace(/<SignatureValue>[^<]*/, `<SignatureValue>${value}`);
}

describe('a signature', () => {
  it('says who signed what, and leaves it to the caller to believe it', () => {
    const [finding] = verifySignatures(signed);
    expect(finding).toMatchObject({ good: true, signed: '/DPS/infDPS', id: 'DPS1', hash: 'sha1', otherKeyInfo: [] });
    expect(finding?.good && finding.certificate.fingerprint256).toBe(signer.certificate.fingerprint256);
    expect(finding?.good && finding.element.children[0]?.text).toBe('10.00');
  });

  it('may be laid out on lines, and its certificate broken into lines', () => {
    const laidOut = signed.replace(/(<\/?(?:KeyInfo|X509Data)>)/g, '\n  $1\n  ').replace(/(MII.{60})/, '$1\r\n');
    expect(verifyDocument(laidOut)).toMatchObject({ good: true });
  });

  it('counts as weak as the weaker of its two hashes', () => {
    const mixed = resigned(
      (info) => info.replace('2000/09/xmldsig#rsa-sha1', '2001/04/xmldsig-more#rsa-sha256'),
      'sha256',
    );
    expect(verifySignatures(mixed)).toMatchObject([{ good: true, hash: 'sha1' }]);
  });

  it('tells what else stands in its KeyInfo', () => {
    const talkative = signed.replace(
      '</X509Data>',
      '<X509SubjectName>CN=x</X509SubjectName></X509Data><KeyName>y</KeyName>',
    );
    expect(verifySignatures(talkative)).toMatchObject([{ good: true, otherKeyInfo: ['KeyName', 'X509SubjectName'] }]);
  });
});

describe('a document as a whole', () => {
  it('is vouched for when its root holds the signed element and the signature alone', () => {
    expect(verifyDocument(signed)).toMatchObject({ good: true, signed: '/DPS/infDPS' });
  });

  it.each([
    ['is not signed', () => DOCUMENT],
    ['holds another element', () => within('<infDPS Id="a"/>', element(), signature())],
    ['holds another element behind the signature', () => within(element(), signature(), '<infDPS/>')],
    ['holds text', () => within('x', element(), signature())],
    ['has its signature deeper down', () => within('<a/>', `<b>${element()}${signature()}</b>`)],
  ])('is not when it %s', (_, xml) => expect(verifyDocument(xml())).toBeUndefined());
});

describe('a bad signature is refused, with the reason:', () => {
  const evil = '<infDPS Id="EVIL"><valor>99999.00</valor></infDPS>';
  const hmac = () => {
    const info = signedInfo().replace('#rsa-sha1', '#hmac-sha1');
    const canonical = info.replace('<SignedInfo>', '<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">');
    const value = createHmac('sha1', signer.certificate.publicKey.export({ type: 'spki', format: 'pem' }));
    return signed
      .replace(signedInfo(), info)
      .replace(/<SignatureValue>[^<]*/, `<SignatureValue>${value.update(canonical).digest('base64')}`);
  };
  const redigested = () => {
    const changed = element().replace('10.00', '99.00');
    const canonical = changed.replace('<infDPS', '<infDPS xmlns="http://www.sped.fazenda.gov.br/nfse"');
    const digest = createHash('sha1').update(canonical).digest('base64');
    return signed.replace(element(), changed).replace(/<DigestValue>[^<]*/, `<DigestValue>${digest}`);
  };
  const elliptic = () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  };

  it.each<[string, string, () => string]>([
    ['the amount was changed', 'digest', () => signed.replace('10.00', '99.00')],
    ['the digest was changed to fit', 'signature', redigested],
    [
      'another certificate was put in',
      'signature',
      () =>
        signed.replace(certificate(), `<X509Certificate>${other.certificate.raw.toString('base64')}</X509Certificate>`),
    ],
    ['the key is short', 'certificate', () => signXml(DOCUMENT, NATIONAL_SIGNING, weak)],
    ['there is no certificate', 'certificate', () => signed.replace(certificate(), '')],
    ['there are two certificates', 'certificate', () => signed.replace(certificate(), certificate().repeat(2))],
    [
      'the certificate is none',
      'certificate',
      () => signed.replace(certificate(), '<X509Certificate>AAAA</X509Certificate>'),
    ],
    [
      'the certificate is a bare key',
      'certificate',
      () => signed.replace(certificate(), `<X509Certificate>${elliptic()}</X509Certificate>`),
    ],
    [
      'a key is given instead',
      'certificate',
      () => signed.replace(/<X509Data>.*<\/X509Data>/, '<KeyValue><RSAKeyValue/></KeyValue>'),
    ],
    ['the public key was used as a secret', 'algorithm', hmac],
    ['nothing is digested', 'algorithm', () => resigned((info) => info.replace('xmldsig#sha1"', 'xmldsig#none"'))],
    [
      'XSLT is a transform',
      'algorithm',
      () => resigned((info) => info.replace('2000/09/xmldsig#enveloped-signature', 'TR/1999/REC-xslt-19991116')),
    ],
    [
      'a transform is an XPath',
      'algorithm',
      () =>
        resigned((info) =>
          info.replace('TR/2001/REC-xml-c14n-20010315"></Transform>', 'TR/1999/REC-xpath-19991116"></Transform>'),
        ),
    ],
    [
      'a transform has parameters',
      'algorithm',
      () => resigned((info) => info.replace('enveloped-signature">', 'enveloped-signature"><XPath>1</XPath>')),
    ],
    [
      'a transform is missing',
      'structure',
      () => resigned((info) => info.replace(/<Transform Algorithm="[^"]*c14n[^"]*"><\/Transform>/, '')),
    ],
    [
      'there is a third transform',
      'structure',
      () =>
        resigned((info) =>
          info.replace(
            '</Transforms>',
            '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/></Transforms>',
          ),
        ),
    ],
    [
      'there are two references',
      'structure',
      () => resigned((info) => info.replace(/(<Reference.*<\/Reference>)/, '$1$1')),
    ],
    ['there is no reference', 'structure', () => resigned((info) => info.replace(/<Reference.*<\/Reference>/, ''))],
    ['there are two SignedInfos', 'structure', () => signed.replace(signedInfo(), signedInfo().repeat(2))],
    ['there is an Object', 'structure', () => signed.replace('</Signature>', '<Object/></Signature>')],
    ['its parts are of another namespace', 'structure', () => signed.replace('<KeyInfo>', '<KeyInfo xmlns="">')],
    ['text stands in it', 'structure', () => signed.replace('<KeyInfo>', 'x<KeyInfo>')],
    ['its value is not base64', 'structure', () => signed.replace(/<SignatureValue>./, '<SignatureValue>*')],
    ['its value is empty', 'structure', () => signed.replace(/<SignatureValue>[^<]*/, '<SignatureValue>')],
    ['its value has elements', 'structure', () => signed.replace('</SignatureValue>', '<a/></SignatureValue>')],
    [
      'it refers to the whole document, which it is not of',
      'digest',
      () => resigned((info) => info.replace('#DPS1', '')),
    ],
    ['it refers to a file', 'reference', () => resigned((info) => info.replace('#DPS1', 'file:///etc/passwd'))],
    [
      'it refers to another host',
      'reference',
      () => resigned((info) => info.replace('#DPS1', 'http://127.0.0.1/#DPS1')),
    ],
    [
      'it refers to an expression',
      'reference',
      () => resigned((info) => info.replace('#DPS1', "#xpointer(id('DPS1'))")),
    ],
    ['its reference has a type', 'reference', () => resigned((info) => info.replace('URI=', 'Type="x" URI='))],
    ['it refers to nothing here', 'reference', () => signed.replace('Id="DPS1"', 'Id="DPS2"')],
    ['it refers to an attribute of another name', 'reference', () => signed.replace('Id="DPS1"', 'ID="DPS1"')],
    ['its element was moved into a wrapper', 'reference', () => within(`<x>${element()}</x>`, evil, signature())],
    ['its element was moved behind it', 'reference', () => within(evil, signature(), element())],
    [
      'its element was moved into it',
      'structure',
      () => within(evil, signature().replace('</Signature>', `<Object>${element()}</Object></Signature>`)),
    ],
    [
      'a second element took its id',
      'repeated-id',
      () => within(`<x>${element()}</x>`, evil.replace('EVIL', 'DPS1'), signature()),
    ],
    ['any id is there twice', 'repeated-id', () => within('<a Id="x"/><b Id="x"/>', element(), signature())],
  ])('%s', (_, code, xml) => {
    const findings = verifySignatures(xml());
    expect(findings).toMatchObject([{ good: false, code }]);
    expect(verifyDocument(xml())?.good).not.toBe(true);
  });

  it('a comment in the digest hides nothing', () => {
    const fake = signed.replace('10.00', '99.00').replace(/<DigestValue>/, '<DigestValue><!--AAAA-->');
    expect(verifySignatures(fake)).toMatchObject([{ good: false, code: 'digest' }]);
  });

  it('a copy elsewhere is good for what it signs, and for nothing else', () => {
    const [finding] = verifySignatures(within(evil, `<x>${element()}${signature()}</x>`));
    expect(finding).toMatchObject({ good: true, signed: '/DPS/x/infDPS' });
  });

  it('a look-alike in another namespace is none', () => {
    expect(verifySignatures(signed.replace('http://www.w3.org/2000/09/xmldsig#', 'urn:x'))).toEqual([]);
  });

  it('a document that asks for more work than its size explains is not read', () => {
    const prefixed = signature().replaceAll(
      'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
      'http://www.w3.org/2001/10/xml-exc-c14n#',
    );
    const bomb = `<a xmlns:p="urn:${'x'.repeat(50_000)}"><b Id="DPS1">${'<p:c/>'.repeat(5_000)}</b>${prefixed}</a>`;
    expect(() => verifySignatures(bomb)).toThrow(XmlError);
    const around = `<a Id="DPS1">${'x'.repeat(10_000)}${signature().repeat(30)}</a>`;
    expect(() => verifySignatures(around)).toThrow(XmlError);
  });

  it('thousands of signatures are refused in reasonable time', () => {
    const started = performance.now();
    const findings = verifySignatures(`<a>${signature().repeat(2000)}</a>`);
    expect(findings.length).toBe(1001);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
