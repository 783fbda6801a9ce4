import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateWish,
  makeCertificate,
  makePfx,
  makePfxOfSeveral,
  opensslPfx,
  type TestCertificate,
} from '../../../test/certificates.ts';
import { factFile, factFolder, WITHOUT_FACTS } from '../../../test/facts.ts';
import { needing } from '../../../test/needs.ts';
import { sweepSize } from '../../../test/sweep-size.ts';
import { CertificateError } from './certificate-error.ts';
import {
  checkOwner,
  checkUse,
  checkValidity,
  chooseCertificate,
  daysLeft,
  readCompanyCertificates,
  toPem,
} from './company-certificate.ts';

const PASSWORD = 'Senha-ção 1234';

let root: TestCertificate;
let authority: TestCertificate;
let company: TestCertificate;
let person: TestCertificate;
let other: TestCertificate;
let companyPfx: Buffer;
beforeAll(() => {
  root = makeCertificate({});
  authority = makeCertificate({ issuer: root });
  company = makeCertificate({
    cnpj: '11222333000181',
    from: '2026-03-01T12:00:00Z',
    to: '2027-03-01T12:00:00Z',
    issuer: authority,
    usages: ['clientAuth', 'emailProtection'],
  });
  person = makeCertificate({ cpf: '52998224725' });
  other = makeCertificate();
  companyPfx = makePfx(company, PASSWORD);
});

const readOnly = (file: Buffer, password: string) => readCompanyCertificates(file, password)[0];

/** As a company sends its file. */
const choose = (file: Buffer, password: string, cnpj: string, now: Date) =>
  chooseCertificate(readCompanyCertificates(file, password), cnpj, [
    (one) => checkOwner(one, cnpj),
    checkUse,
    (one) => checkValidity(one, now),
  ]);

const refusal = (code: string) =>
  expect.objectContaining({ name: 'CertificateError', code, howToFix: expect.stringMatching(/\w/) });

/** What `openssl pkcs12 -export` can be asked for. Without the legacy provider it does not write the old ones. */
const FORMATS: readonly (readonly [title: string, options: readonly string[]])[] = [
  ['AES-256, as of today', []],
  ['AES-128 and SHA-1', ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-macalg', 'sha1']],
  ['AES-192 and SHA-512', ['-keypbe', 'AES-192-CBC', '-certpbe', 'AES-192-CBC', '-macalg', 'sha512']],
  ['Triple DES', ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1']],
  ['Triple DES of two keys', ['-keypbe', 'PBE-SHA1-2DES', '-certpbe', 'PBE-SHA1-2DES', '-macalg', 'sha1']],
  ['Triple DES by PBES2', ['-keypbe', 'DES-EDE3-CBC', '-certpbe', 'DES-EDE3-CBC']],
  ['RC2-40 and Triple DES, as old Windows writes it', ['-legacy']],
  ['RC2-40 throughout', ['-legacy', '-keypbe', 'PBE-SHA1-RC2-40', '-certpbe', 'PBE-SHA1-RC2-40']],
  ['RC2-128', ['-legacy', '-keypbe', 'PBE-SHA1-RC2-128', '-certpbe', 'PBE-SHA1-RC2-128']],
  ['no check of its own', ['-nomac']],
  ['an open key and open certificates', ['-keypbe', 'NONE', '-certpbe', 'NONE']],
];

describe('a certificate file', () => {
  it.for(FORMATS)(
    'is opened whatever protects it: %s (skipped where openssl does not write it)',
    ([, options], { skip }) => {
      const pfx = opensslPfx(company, PASSWORD, ...options) ?? skip('there is no openssl that writes this format');
      const opened = readOnly(pfx, PASSWORD);
      expect(opened.certificate.fingerprint256).toBe(company.certificate.fingerprint256);
      expect(opened.key.equals(company.key)).toBe(true);
    },
  );

  it.each(['aes256', '3des'] as const)('is opened as node-forge writes it: %s', (algorithm) => {
    const pfx = makePfx(company, PASSWORD, { algorithm, above: [root, person, authority] });
    const opened = readOnly(pfx, PASSWORD);
    expect(opened.key.equals(company.key)).toBe(true);
    expect(opened.holder).toEqual({ name: 'EMPRESA FICTICIA:11222333000181', cnpj: '11222333000181' });
    expect(opened.validTo).toEqual(new Date('2027-03-01T12:00:00Z'));
    // In order, and without the stranger in between.
    expect(opened.chain.map(({ fingerprint256 }) => fingerprint256)).toEqual(
      [authority, root].map(({ certificate }) => certificate.fingerprint256),
    );
  });

  it('with an empty password is opened', () => {
    expect(readOnly(makePfx(company, ''), '').holder.cnpj).toBe('11222333000181');
  });

  it('is ready for TLS as PEM, with its chain', () => {
    const { key, cert } = toPem(readOnly(makePfx(company, PASSWORD, { above: [authority] }), PASSWORD));
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.each([
    ['the password is wrong', 'password', () => readOnly(companyPfx, 'outra')],
    ['it is empty', 'unreadable', () => readOnly(Buffer.alloc(0), PASSWORD)],
    [
      'its key is of another certificate',
      'no-certificate',
      () => readOnly(makePfx({ ...company, certificatePem: person.certificatePem }, PASSWORD), PASSWORD),
    ],
  ])('is refused, with the remedy, when %s', (_, code, read) => expect(read).toThrow(refusal(code)));

  it.each([
    ['a certificate in PEM', () => Buffer.from(company.certificatePem), /PEM.*com a chave privada/],
    ['a key in PEM', () => Buffer.from(company.keyPem), /PEM/],
    ['a bare certificate', () => company.certificate.raw, /sem a chave privada/],
    ['a store of Java', () => Buffer.from('feedfeed00000002', 'hex'), /JKS/],
    ['a ZIP file', () => Buffer.from('PK\x03\x04rest', 'latin1'), /compactado/],
    ['Base64 of Base64', () => Buffer.from(companyPfx.toString('base64')), /Base64 duas vezes/],
    ['a file that is cut off', () => companyPfx.subarray(0, 900), /incompleto/],
    ['a file of megabytes', () => Buffer.alloc(5_000_000, 0x30), /256 KB/],
  ])('is told from %s', (_, file, message) => {
    expect(() => readOnly(file(), PASSWORD)).toThrow(
      expect.objectContaining({ code: 'unreadable', message: expect.stringMatching(message) }),
    );
  });

  it.for([
    ['another cipher', ['-keypbe', 'CAMELLIA-256-CBC', '-certpbe', 'CAMELLIA-256-CBC'], /AES-256/],
    ['another check of its own', ['-macalg', 'sha3-256'], /SHA-256/],
  ] as const)('with %s is refused with the choice to change', ([, options, howToFix], { skip }) => {
    const pfx = opensslPfx(company, PASSWORD, ...options) ?? skip('there is no openssl that writes this file');
    expect(() => readOnly(pfx, PASSWORD)).toThrow(
      expect.objectContaining({ code: 'unsupported', howToFix: expect.stringMatching(howToFix) }),
    );
  });

  it('of a million rounds is opened, and one of millions is refused with the choice to change', ({ skip }) => {
    const pfx = opensslPfx(company, PASSWORD, '-iter', '1000000', '-macalg', 'sha1') ?? skip('there is no openssl');
    expect(readOnly(pfx, PASSWORD).key.equals(company.key)).toBe(true);

    const more = Buffer.concat([pfx.subarray(0, -3), Buffer.from('7fffff', 'hex')]); // the rounds are what the file ends with
    expect(() => readOnly(more, PASSWORD)).toThrow(
      expect.objectContaining({ code: 'unsupported', howToFix: expect.stringContaining('menos iterações') }),
    );
  });

  it('with any byte changed is refused or opens to the same key, and never breaks', () => {
    fc.assert(
      fc.property(fc.nat({ max: companyPfx.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(companyPfx);
        changed[at] = (changed[at] ?? 0) ^ change;
        try {
          expect(readOnly(changed, PASSWORD).key.equals(company.key)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CertificateError);
        }
      }),
      { numRuns: sweepSize(150, 15) },
    );
  });

  it('of arbitrary bytes is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readOnly(Buffer.from([0x30, 0x80, ...bytes]), PASSWORD)).toThrow(CertificateError);
      }),
    );
  });
});

describe('an accented password', () => {
  const ACCENTED = 'Açaí-ÃÇÉ';
  const AES = ['-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC'];
  const TRIPLE_DES = ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
  const misread = (bytes: Buffer) => bytes.toString('latin1');
  const utf8 = Buffer.from(ACCENTED);
  const codePage850 = Buffer.from('4187 61a1 2dc7 8090'.replaceAll(' ', ''), 'hex');

  it.for([
    ['the characters of the standard', ACCENTED, AES],
    ['the characters of the standard, by the old schemes', ACCENTED, TRIPLE_DES],
    ['accents as characters of their own', ACCENTED.normalize('NFD'), AES],
    ['accents as characters of their own, by the old schemes', ACCENTED.normalize('NFD'), TRIPLE_DES],
    ['each byte of UTF-8 as a character', misread(utf8), AES],
    ['each byte of UTF-8 as a character, as old OpenSSL does', misread(utf8), TRIPLE_DES],
    ['bytes of Windows (1252)', Buffer.from(ACCENTED, 'latin1'), AES],
    ['bytes of a Windows console (850)', codePage850, AES],
    ['bytes of a Windows console (850), by the old schemes', codePage850, TRIPLE_DES],
  ] as const)('is found where the exporter wrote %s', ([, written, options], { skip }) => {
    const pfx = opensslPfx(company, written, ...options) ?? skip('there is no openssl');
    expect(readOnly(pfx, ACCENTED).key.equals(company.key)).toBe(true);
    expect(readOnly(pfx, ACCENTED.normalize('NFD')).key.equals(company.key)).toBe(true);
    expect(() => readOnly(pfx, 'Acai-ACE')).toThrow(refusal('password'));
  });

  it.for([
    ['Latin 9', 'a4'],
    ['the console (858)', 'd5'],
  ] as const)('with a euro is found in the bytes of %s', ([, euro], { skip }) => {
    for (const options of [AES, TRIPLE_DES]) {
      const written = Buffer.concat([Buffer.from(euro, 'hex'), Buffer.from('uro')]);
      const pfx = opensslPfx(company, written, ...options) ?? skip('there is no openssl');
      expect(readOnly(pfx, '€uro').key.equals(company.key)).toBe(true);
    }
  });

  it('is found without a check of the file itself, which would tell that it fits', ({ skip }) => {
    const pfx = opensslPfx(company, misread(utf8), ...TRIPLE_DES, '-nomac') ?? skip('there is no openssl');
    expect(readOnly(pfx, ACCENTED).key.equals(company.key)).toBe(true);
  });
});

describe('a file with several certificates', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  const cnpj = '11222333000181';
  const one = (wish: CertificateWish) => makeCertificate({ cnpj, ...(wish.bits ? {} : { key: other }), ...wish });

  it.each([
    ['the valid one before an expired one', () => [one({ to: '2026-10-01T00:00:00Z' }), company], 1],
    ['the valid one before one to come', () => [one({ from: '2026-12-01T00:00:00Z' }), company], 1],
    ["the company's own before another's", () => [one({ cnpj: '12345678000195' }), company], 1],
    ["the company's own before a person's", () => [person, company], 1],
    ['of two valid ones that which ends last', () => [company, one({ to: '2027-10-01T00:00:00Z' })], 1],
    ["the establishment's own before the head office's", () => [one({ cnpj: '11222333000262' }), company], 1],
    [
      "the head office's where the establishment's own has ended",
      () => [one({ to: '2026-10-01T00:00:00Z' }), makeCertificate({ cnpj: '11222333000262' })],
      1,
    ],
    ['one that may identify itself before one that may not', () => [one({ usages: ['serverAuth'] }), company], 1],
    ['one with a key of today before one with a short key', () => [one({ bits: 1024 }), company], 1],
  ])('gives %s', (_, pairs, expected) => {
    const all = pairs();
    for (const order of [all, all.toReversed()]) {
      const chosen = choose(makePfxOfSeveral(order, PASSWORD), PASSWORD, cnpj, now);
      expect(chosen.certificate.fingerprint256).toBe(all[expected]?.certificate.fingerprint256);
      expect(chosen.key.equals(all[expected]?.key as never)).toBe(true);
    }
  });

  it('gives the renewal where both certificates are for the same key', () => {
    const renewal = one({ key: company, to: '2028-03-01T12:00:00Z' });
    const chosen = choose(makePfx(company, PASSWORD, { above: [renewal] }), PASSWORD, cnpj, now);
    expect(chosen.validTo).toEqual(new Date('2028-03-01T12:00:00Z'));
  });

  it.each([
    [
      "the company's expired one",
      'expired',
      () => [one({ to: '2026-10-01T00:00:00Z' }), makeCertificate({ cnpj: '12345678000195' })],
    ],
    ["the accountant's, when there is none of the company's", 'owner', () => [person, one({ cnpj: '12345678000195' })]],
    ['the short key', 'key-type', () => [one({ bits: 1024 })]],
    ['the use for servers alone', 'usage', () => [one({ usages: ['serverAuth'] })]],
  ])('is refused for what comes closest: %s', (_, code, pairs) => {
    expect(() => choose(makePfxOfSeveral(pairs(), PASSWORD), PASSWORD, cnpj, now)).toThrow(refusal(code));
  });
});

const PUBLISHED = 'cases/certificates/';

needing(WITHOUT_FACTS, describe)('the certificates of public reports', () => {
  const passwords: Record<string, string> = JSON.parse(factFile(`${PUBLISHED}passwords.json`) ?? '{}');
  it.each(Object.keys(passwords))('%s: the pair of 11222333000181 that is valid', (name) => {
    const file = readFileSync(path.join(factFolder(PUBLISHED), name));
    const now = new Date('2026-11-30T12:00:00Z');
    const chosen = choose(file, passwords[name] ?? '', '11222333000181', now);
    expect(chosen.holder.cnpj).toBe('11222333000181');
    expect(chosen.chain).toHaveLength(2);
    expect(chosen.validFrom <= now && now <= chosen.validTo).toBe(true);
  });
});

describe('the owner of a certificate', () => {
  const open = (certificate: TestCertificate) => readOnly(makePfx(certificate, PASSWORD), PASSWORD);

  const openedCompany = () => readOnly(companyPfx, PASSWORD);

  it('is the company, or another establishment of it', () => {
    expect(() => checkOwner(openedCompany(), '11222333000181')).not.toThrow();
    expect(() => checkOwner(openedCompany(), '11222333000262')).not.toThrow();
  });

  it('may have letters in its CNPJ', () => {
    const alphanumeric = open(makeCertificate({ cnpj: '12ABC34501DE35' }));
    expect(() => checkOwner(alphanumeric, '12ABC34501DE35')).not.toThrow();
    expect(() => checkOwner(alphanumeric, '12ABC34601DE35')).toThrow(refusal('owner'));
  });

  it('is not another company', () => {
    expect(() => checkOwner(openedCompany(), '12345678000195')).toThrow(refusal('owner'));
  });

  it('is not a person, whose CPF is read all the same', () => {
    const opened = open(person);
    expect(opened.holder).toEqual({ name: 'EMPRESA FICTICIA:52998224725', cpf: '52998224725' });
    expect(() => checkOwner(opened, '11222333000181')).toThrow(refusal('no-owner'));
  });
});

describe('the time of a certificate', () => {
  const opened = () => readOnly(companyPfx, PASSWORD);

  it.each([
    ['2026-03-01T11:59:59Z', 'not-yet-valid'],
    ['2027-03-01T12:00:01Z', 'expired'],
  ])('is not %s (%s)', (now, code) => {
    expect(() => checkValidity(opened(), new Date(now))).toThrow(refusal(code));
  });

  it.each(['2026-03-01T12:00:00Z', '2027-03-01T12:00:00Z'])('is %s, as both ends count', (now) => {
    expect(() => checkValidity(opened(), new Date(now))).not.toThrow();
  });

  it.each([
    ['2027-02-27T11:00:00Z', 2],
    ['2027-03-01T11:00:00Z', 0],
    ['2027-03-01T13:00:00Z', -1],
  ])('on %s leaves %i days', (now, days) => expect(daysLeft(opened(), new Date(now))).toBe(days));
});
