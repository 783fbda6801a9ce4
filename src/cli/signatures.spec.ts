import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, makePfx, makePfxOfSeveral } from '../../test/certificates.ts';
import { buildDps } from '../nfse/national/dps-document.ts';
import { emission } from '../nfse/tax/sales.fixtures.ts';
import { verifyDocument } from '../nfse/xmldsig/verify.ts';
import { sign } from './sign.ts';
import { UsageError, type Verb } from './verb.ts';
import { verify } from './verify.ts';

const NOW = new Date('2026-11-10T12:00:00Z');
const WITH_CERTIFICATE = ['--pfx', 'company.pfx', '--password-file', 'password'];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'nfse-cli-'));
  const put = (name: string, content: string | Buffer) => writeFileSync(path.join(directory, name), content);
  put('dps.xml', buildDps(emission));
  put(
    'latin1.xml',
    Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><D><infDPS Id="a">ç</infDPS></D>', 'latin1'),
  );
  put('broken.xml', '<DPS>\n  <infDPS Id="a">\n</DPS>');
  put('company.pfx', makePfx(makeCertificate(), 'Senha 1'));
  put('old.pfx', makePfx(makeCertificate({ cnpj: '11222333000181', to: '2026-02-01T00:00:00Z' }), 'Senha 1'));
  const several = [makeCertificate({ cnpj: '12345678000195' }), makeCertificate()];
  put('several.pfx', makePfxOfSeveral(several, 'Senha 1'));
  put('password', 'Senha 1\n');
  put('wrong-password', 'Senha 2\n');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a verb as the command line would. */
async function run(verb: Verb, ...args: readonly string[]) {
  const written = { out: '', err: '' };
  const exit = await verb(args, {
    directory,
    now: NOW,
    output: {
      out: (line) => {
        written.out += `${line}\n`;
      },
      err: (line) => {
        written.err += `${line}\n`;
      },
      document: (bytes) => {
        written.out += Buffer.from(bytes).toString('latin1');
      },
    },
  });
  return { exit, ...written };
}

const file = (name: string) => readFileSync(path.join(directory, name));

describe('nfse sign', () => {
  it('writes the signed document and nothing else', async () => {
    const { exit, out, err } = await run(sign, 'dps.xml', ...WITH_CERTIFICATE);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(verifyDocument(Buffer.from(out, 'latin1').toString('utf8'))).toMatchObject({ good: true, hash: 'sha1' });
  });

  it('signs with SHA-256 into a file, when told to', async () => {
    const { exit, out } = await run(sign, 'dps.xml', ...WITH_CERTIFICATE, '--sha256', '--out', 'signed.xml', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      good: true,
      hash: 'sha256',
      signer: { cnpj: '11222333000181' },
      file: 'signed.xml',
    });
    expect(verifyDocument(file('signed.xml').toString('utf8'))).toMatchObject({ good: true, hash: 'sha256' });
  });

  it.each(['11222333000181', '12345678000195'])('signs as %s with that pair of the file', async (cnpj) => {
    const pair = ['--pfx', 'several.pfx', '--password-file', 'password', '--cnpj', cnpj];
    const { exit, out } = await run(sign, 'dps.xml', ...pair, '--json');
    expect({ exit, ...JSON.parse(out) }).toMatchObject({ exit: 0, signer: { cnpj } });
  });

  it('keeps the encoding that the document declares', async () => {
    await run(sign, 'latin1.xml', ...WITH_CERTIFICATE, '--out', 'latin1-signed.xml');
    expect(file('latin1-signed.xml').includes(0xe7)).toBe(true);
    expect((await run(verify, 'latin1-signed.xml')).exit).toBe(0);
  });

  it.each([
    ['a wrong password', 'password', ['dps.xml', '--pfx', 'company.pfx', '--password-file', 'wrong-password']],
    ['an expired certificate', 'expired', ['dps.xml', '--pfx', 'old.pfx', '--password-file', 'password']],
    ['a file that is no certificate', 'unreadable', ['dps.xml', '--pfx', 'dps.xml', '--password-file', 'password']],
    ['a document that is no XML', 'xml', ['password', ...WITH_CERTIFICATE]],
    [
      'a document without what is to be signed',
      'nothing-to-sign',
      ['dps.xml', ...WITH_CERTIFICATE, '--element', 'LoteRps'],
    ],
  ])('ends with 1 and the reason for %s', async (_, code, args) => {
    const told = await run(sign, ...args);
    expect(told).toMatchObject({ exit: 1, out: '', err: expect.stringContaining(`[${code}]`) });
    const { exit, out } = await run(sign, ...args, '--json');
    expect({ exit, ...JSON.parse(out) }).toMatchObject({ exit: 1, good: false, fault: { code } });
  });

  it('says in which line the document breaks', async () => {
    const { err } = await run(sign, 'broken.xml', ...WITH_CERTIFICATE);
    expect(err).toMatch(/^broken\.xml:3:1: /);
  });

  it.each([
    ['no file', WITH_CERTIFICATE],
    ['two files', ['dps.xml', 'dps.xml', ...WITH_CERTIFICATE]],
    ['no certificate', ['dps.xml']],
    ['a file that is not there', ['nothing.xml', ...WITH_CERTIFICATE]],
    ['a folder', ['.', ...WITH_CERTIFICATE]],
    ['a place to write that is none', ['dps.xml', ...WITH_CERTIFICATE, '--out', 'nowhere/signed.xml']],
  ])('is misused with %s', async (_, args) => {
    await expect(run(sign, ...args)).rejects.toThrow(UsageError);
  });
});

describe('nfse verify', () => {
  it('says who signed what, and where the signature stands', async () => {
    await run(sign, 'dps.xml', ...WITH_CERTIFICATE, '--out', 'good.xml');
    const { exit, out } = await run(verify, 'good.xml');
    expect(exit).toBe(0);
    expect(out).toMatch(/^good\.xml:1:\d+: \/DPS\/infDPS confere, .*CNPJ 11222333000181/);
    const json = JSON.parse((await run(verify, 'good.xml', '--json')).out);
    expect(json).toMatchObject({
      good: true,
      signatures: [{ good: true, signed: '/DPS/infDPS', line: 1, signer: { cnpj: '11222333000181' } }],
    });
  });

  it('ends with 1, the place and the reason for a document that was changed', async () => {
    await run(sign, 'dps.xml', ...WITH_CERTIFICATE, '--out', 'changed.xml');
    writeFileSync(
      path.join(directory, 'changed.xml'),
      file('changed.xml').toString('utf8').replace('1500.00', '1500.01'),
    );
    const { exit, out } = await run(verify, 'changed.xml');
    expect({ exit, out }).toMatchObject({
      exit: 1,
      out: expect.stringMatching(/^changed\.xml:1:\d+: \/DPS\/infDPS: .*\[digest\]/),
    });
    const json = JSON.parse((await run(verify, 'changed.xml', '--json')).out);
    expect(json).toMatchObject({
      good: false,
      signatures: [{ good: false, code: 'digest', place: '/DPS/infDPS', line: 1 }],
    });
  });

  it.each([
    ['a document without signature', 'dps.xml', 'unsigned'],
    ['what is no XML', 'broken.xml', 'xml'],
    ['bytes in no encoding', 'company.pfx', 'xml-encoding'],
  ])('ends with 1 for %s', async (_, name, code) => {
    const { exit, out } = await run(verify, name, '--json');
    expect({ exit, ...JSON.parse(out) }).toMatchObject({ exit: 1, good: false, signatures: [], fault: { code } });
  });
});

describe('the command line', () => {
  const command = fileURLToPath(new URL('nfse.ts', import.meta.url));
  const nfse = (...args: readonly string[]) =>
    spawnSync(process.execPath, [command, ...args], {
      encoding: 'utf8',
      env: { ...process.env, INIT_CWD: directory },
    });

  it.each([
    ['nothing', [], 2, 'Uso: '],
    ['help', ['--help'], 0, 'sign FILE'],
    ['an unknown verb', ['toString'], 2, 'Verbo desconhecido: toString'],
    ['an unknown option', ['verify', 'dps.xml', '--nope'], 2, 'verify FILE'],
    ['a file that is not there', ['verify', 'nothing.xml'], 2, 'nothing.xml não existe'],
  ])('answers to %s', (_, args, status, text) => {
    const answer = nfse(...args);
    expect(answer).toMatchObject({ status, stdout: '', stderr: expect.stringContaining(text) });
  });

  it('signs into a pipe and finds the files where the person stands', () => {
    const { status, stdout } = nfse('sign', 'dps.xml', ...WITH_CERTIFICATE);
    expect(status).toBe(0);
    expect(verifyDocument(stdout)).toMatchObject({ good: true });
  });
});
