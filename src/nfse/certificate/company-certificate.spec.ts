import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, makePfx, opensslPfx, type TestCertificate } from '../../../test/certificates.ts';
import { sweepSize } from '../../../test/sweep-size.ts';
import { CertificateError } from './certificate-error.ts';
import { checkOwner, checkValidity, daysLeft, readCompanyCertificate, toPem } from './company-certificate.ts';

const PASSWORD = 'Senha-ção 1234';

let root: TestCertificate;
let authority: TestCertificate;
let company: TestCertificate;
let person: TestCertificate;
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
  companyPfx = makePfx(company, PASSWORD);
});

const refusal = (code: string) =>
  expect.objectContaining({ name: 'CertificateError', code, howToFix: expect.stringMatching(/\w/) });

/** What `openssl pkcs12 -export` can be asked for. Without the legacy provider it does not write the old ones. */
const FORMATS: readonly (readonly [title: string, options: readonly string[]])[] = [
  ['AES-256, as of today', []],
  ['AES-256 and 600,000 rounds', ['-iter', '600000']],
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
      const opened = readCompanyCertificate(pfx, PASSWORD);
      expect(opened.certificate.fingerprint256).toBe(company.certificate.fingerprint256);
      expect(opened.key.equals(company.key)).toBe(true);
    },
  );

  it.each(['aes256', '3des'] as const)('is opened as node-forge writes it: %s', (algorithm) => {
    const pfx = makePfx(company, PASSWORD, { algorithm, above: [root, person, authority] });
    const opened = readCompanyCertificate(pfx, PASSWORD);
    expect(opened.key.equals(company.key)).toBe(true);
    expect(opened.holder).toEqual({ name: 'EMPRESA FICTICIA:11222333000181', cnpj: '11222333000181' });
    expect(opened.validTo).toEqual(new Date('2027-03-01T12:00:00Z'));
    // In order, and without the stranger in between.
    expect(opened.chain.map(({ fingerprint256 }) => fingerprint256)).toEqual(
      [authority, root].map(({ certificate }) => certificate.fingerprint256),
    );
  });

  it('with an empty password is opened', () => {
    expect(readCompanyCertificate(makePfx(company, ''), '').holder.cnpj).toBe('11222333000181');
  });

  it('is ready for TLS as PEM, with its chain', () => {
    const { key, cert } = toPem(readCompanyCertificate(makePfx(company, PASSWORD, { above: [authority] }), PASSWORD));
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(cert.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it.each([
    ['the password is wrong', 'password', () => readCompanyCertificate(companyPfx, 'outra')],
    ['it is a PEM file', 'unreadable', () => readCompanyCertificate(Buffer.from(company.certificatePem), PASSWORD)],
    ['it is a bare certificate', 'unreadable', () => readCompanyCertificate(company.certificate.raw, PASSWORD)],
    ['it is empty', 'unreadable', () => readCompanyCertificate(Buffer.alloc(0), PASSWORD)],
    ['it is megabytes long', 'unreadable', () => readCompanyCertificate(Buffer.alloc(5_000_000, 0x30), PASSWORD)],
    ['it is cut off', 'unreadable', () => readCompanyCertificate(companyPfx.subarray(0, 900), PASSWORD)],
    [
      'its key is of another certificate',
      'no-certificate',
      () => readCompanyCertificate(makePfx({ ...company, certificatePem: person.certificatePem }, PASSWORD), PASSWORD),
    ],
    [
      'its key is short',
      'key-type',
      () =>
        readCompanyCertificate(makePfx(makeCertificate({ cnpj: '11222333000181', bits: 1024 }), PASSWORD), PASSWORD),
    ],
    [
      'it is for servers only',
      'usage',
      () =>
        readCompanyCertificate(
          makePfx(makeCertificate({ cnpj: '11222333000181', usages: ['serverAuth'] }), PASSWORD),
          PASSWORD,
        ),
    ],
  ])('is refused, with the remedy, when %s', (_, code, read) => expect(read).toThrow(refusal(code)));

  it('is refused when it asks for rounds without end, at once', ({ skip }) => {
    const pfx = opensslPfx(company, PASSWORD, '-iter', '3000000') ?? skip('there is no openssl');
    const started = performance.now();
    expect(() => readCompanyCertificate(pfx, PASSWORD)).toThrow(refusal('unsupported'));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('with any byte changed is refused or opens to the same key, and never breaks', () => {
    fc.assert(
      fc.property(fc.nat({ max: companyPfx.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(companyPfx);
        changed[at] = (changed[at] ?? 0) ^ change;
        try {
          expect(readCompanyCertificate(changed, PASSWORD).key.equals(company.key)).toBe(true);
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
        expect(() => readCompanyCertificate(Buffer.from([0x30, 0x80, ...bytes]), PASSWORD)).toThrow(CertificateError);
      }),
    );
  });
});

describe('the owner of a certificate', () => {
  const open = (certificate: TestCertificate) => readCompanyCertificate(makePfx(certificate, PASSWORD), PASSWORD);

  const openedCompany = () => readCompanyCertificate(companyPfx, PASSWORD);

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
  const opened = () => readCompanyCertificate(companyPfx, PASSWORD);

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
